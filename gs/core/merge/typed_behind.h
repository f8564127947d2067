// What was typed in the place of deleted characters by somebody who knew them to be deleted: a side
// of a mark behind such a character is before that (docs/FORMAT.md, "Text marks").
//
// Nothing where no mark has such a side; else one more walk through all edits. Pure.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "gs/core/merge/typed_operations.h"

namespace gs::merge {

class TypedBehind {
 public:
  static constexpr std::uint32_t kLookedAtMax = 256;  // characters before a deleted one
  static constexpr std::size_t kDeletedMax = 4096;    // that are asked for; in the order of all

  TypedBehind() = default;
  // `deleted`: what sides are behind, in any order.
  TypedBehind(const OrderedText& text, const std::vector<crdt::Unit>& deleted);

  // Characters that stand behind this one, although they are before it in the order of all:
  // backwards in that order, each stretch forwards.
  struct Stretch {
    crdt::Unit first = 0;
    std::uint32_t count = 0;
  };
  std::span<const Stretch> of(crdt::Unit deleted) const;

  std::uint64_t work() const noexcept { return work_; }  // steps, for tests

 private:
  // What one piece of an edit inserted, before a deleted one.
  struct Looked {
    Stretch at;
    crdt::Unit next = crdt::kNoUnit;  // what their writer saw behind them
    bool knew = false;                // the deleted one
    bool is_behind = false;

    bool has(crdt::Unit unit) const noexcept { return unit - at.first < at.count; }
  };
  // By the deleted one, from which it goes backwards.
  using Before = std::map<crdt::Unit, std::vector<Looked>>;

  static Before collect(const OrderedText& text, const std::vector<crdt::Unit>& deleted);
  void look_at_writers(const OrderedText& text, Before& before);
  void judge(crdt::Unit deleted, std::vector<Looked>& before);

  std::map<crdt::Unit, std::vector<Stretch>> behind_;
  std::uint64_t work_ = 0;
};

}  // namespace gs::merge
