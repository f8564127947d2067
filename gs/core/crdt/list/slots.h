// The slots of a list in their order: which are alive, that is, not deleted, and which are shown.
//
// A slot has the ordinal of its insertion as its number. Positions of operations count slots that
// are alive, positions of programs those that are shown; only what is alive is shown. Slots that
// were deleted stay, in runs. Every call costs O(log n) for each run of slots that it is about.
//
// In the words of the tree, what is alive is prepared, and what is shown is present.
// Not thread-safe. Pure. Misuse stops the program: callers pass positions that are there.
#pragma once

#include <algorithm>

#include "gs/core/crdt/text/span_tree.h"

namespace gs::crdt {

class Slots {
 public:
  std::uint32_t alive() const noexcept { return tree_.prepared_units() - kBaseUnits; }
  std::uint32_t shown() const noexcept { return tree_.present_units() - kBaseUnits; }

  // Puts `count` slots from `first` on, alive and shown, at `pos` of what is alive.
  void insert(std::uint32_t pos, std::uint32_t first, std::uint32_t count);
  // Deletes what is alive at pos; calls visit(first, count) for the runs of slots, in their order.
  template <typename Visit>
  void erase(std::uint32_t pos, std::uint32_t count, Visit visit) {
    while (count > 0) {
      auto [at, offset] = tree_.find_prepared(pos);
      const std::uint32_t part = std::min(count, tree_.span(at).count - offset);
      tree_.isolate(at, offset, part);
      visit(tree_.span(at).first, part);
      set(at, kDeleted, true);
      count -= part;
    }
  }
  // The same without deleting.
  template <typename Visit>
  void visit_alive(std::uint32_t pos, std::uint32_t count, Visit visit) const {
    for (std::uint32_t done = 0; done < count;) {
      const auto [at, offset] = tree_.find_prepared(pos + done);
      const UnitSpan& span = tree_.span(at);
      const std::uint32_t part = std::min(count - done, span.count - offset);
      visit(span.first + offset, part);
      done += part;
    }
  }
  // The slot is shown no more; it may not be shown now.
  void hide(std::uint32_t slot);

  struct Found {
    std::uint32_t slot = 0;
    std::uint32_t pos = 0;     // among what is alive
    std::uint32_t follow = 0;  // how many slots from it on, with the next numbers, are shown too
  };
  // The slot at `index` < shown() of what is shown.
  Found find_shown(std::uint32_t index) const noexcept;
  // Where in what is alive something is put to be shown at `pos`, from 0 to shown().
  std::uint32_t gap_at(std::uint32_t pos) const noexcept {
    return pos == 0 ? 0 : find_shown(pos - 1).pos + 1;
  }
  // The same for what is shown at `from`, to be shown at `to` once it is out.
  std::uint32_t gap_of_move(std::uint32_t from, std::uint32_t to) const noexcept;

  // Calls visit(first, count, alive, shown) for all runs of slots in their order.
  template <typename Visit>
  void visit(Visit visit) const {
    tree_.visit([&](const UnitSpan& span) {
      if (span.first < kBaseUnit) visit(span.first, span.count, span.state == kAlive, !span.gone);
    });
  }

  const SpanTree& tree() const noexcept { return tree_; }

 private:
  static constexpr std::uint32_t kAlive = 1;
  static constexpr std::uint32_t kDeleted = 2;
  void set(SpanTree::Cursor at, std::uint32_t state, bool hidden);

  SpanTree tree_;
};

}  // namespace gs::crdt
