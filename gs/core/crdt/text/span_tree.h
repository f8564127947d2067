// The units of a tracker in their order, as runs in a B-tree, each with its two states.
//
// A span is a run of units that were inserted one behind the other, by writers whose first bytes
// are the same, and that have the same state. The tree sums how many units there are in the
// prepared version and in the text as it is, so that a position of either one finds its place, and
// the other way round, in O(log n). A list of values keeps its slots in one, too.
//
// Not thread-safe. Pure. Misuse stops the program: callers pass positions and units that are there.
#pragma once

#include <cstdint>
#include <vector>

#include "gs/core/crdt/text/span_index.h"
#include "gs/core/crdt/text/types.h"

namespace gs::crdt {

// Events and units of the base share one space of numbers: an inserted unit has its event's place,
// unit i of the base has kBaseUnit + i.
using Unit = std::uint32_t;
inline constexpr Unit kNoUnit = ~Unit{0};
inline constexpr Unit kBaseUnit = kEventsMax;
// More than any text has, and than positions and deletions together reach: how long the base really
// is need not be known.
inline constexpr std::uint32_t kBaseUnits = 3 * (std::uint32_t{1} << 30) - 1;

struct UnitSpan {
  Unit first = 0;
  std::uint32_t count = 0;
  Unit left = kNoUnit;   // what the first unit was inserted behind; of others: the one before it
  Unit right = kNoUnit;  // what all were inserted before
  // In the prepared version. 0: not inserted yet, 1: there, n + 1: deleted by n events.
  std::uint32_t state = 0;
  bool gone = false;  // deleted from the text as it is
  // The first bytes of who inserted the units, as a number: of many who insert at one place nearly
  // all differ in them.
  std::uint64_t writer_begin = 0;

  std::uint32_t prepared() const noexcept { return state == 1 ? count : 0; }
  std::uint32_t present() const noexcept { return gone ? 0 : count; }
};

class SpanTree {
 public:
  // Begins with kBaseUnits units that are in both versions.
  SpanTree();

  // A span, or the end of a leaf: slot may be the count of spans in it.
  struct Cursor {
    std::uint32_t leaf = 0;
    std::uint32_t slot = 0;
  };
  struct Found {
    Cursor at{};
    std::uint32_t offset = 0;
  };

  std::uint32_t prepared_units() const noexcept { return prepared_; }
  std::uint32_t present_units() const noexcept { return present_; }

  const UnitSpan& span(Cursor at) const noexcept { return leaves_[at.leaf].spans[at.slot]; }
  Cursor begin() const noexcept { return {first_leaf_, 0}; }
  // Moves on to a span when `at` is the end of a leaf; false: there is none.
  bool settle(Cursor& at) const noexcept;

  // Unit `pos` < prepared_units() of the prepared version, `pos` < present_units() of the text.
  Found find_prepared(std::uint32_t pos) const noexcept;
  Found find_present(std::uint32_t pos) const noexcept;
  Found find_unit(Unit unit) const noexcept;
  // Units of the text, of the prepared version, before the span.
  std::uint32_t present_before(Cursor at) const noexcept;
  std::uint32_t prepared_before(Cursor at) const noexcept;
  // Negative: a stands before b; kNoUnit as `a` or `b` is before all when `low`, else behind all.
  int compare(Unit a, Unit b, bool low) const noexcept;

  // Makes a span of its own of `count` units from `offset` on; at moves to it.
  void isolate(Cursor& at, std::uint32_t offset, std::uint32_t count);
  // Cuts before unit `offset` of the span; at moves behind the cut.
  void cut(Cursor& at, std::uint32_t offset);
  // Puts `span` before `at`, or makes it a part of the span before, and moves `at` to it.
  void insert(Cursor& at, const UnitSpan& span);
  // Sets the states of a span and, if it may, joins it with the one before.
  void set(Cursor at, std::uint32_t state, bool gone);
  void join_before(Cursor at);

  // All spans in their order. The function must not change the tree.
  template <typename Visit>
  void visit(Visit visit) const {
    for (std::uint32_t leaf = first_leaf_; leaf != kNone; leaf = leaves_[leaf].next) {
      for (std::uint32_t i = 0; i < leaves_[leaf].count; ++i) visit(leaves_[leaf].spans[i]);
    }
  }

  // Whether all sums, links and the index are what the spans say.
  bool check() const;
  // Spans looked at and nodes changed since the beginning: what tests bound instead of time.
  std::uint64_t work() const noexcept { return work_; }
  std::size_t span_count() const noexcept { return span_count_; }
  std::size_t memory_bytes() const noexcept {
    return leaves_.capacity() * sizeof(Leaf) + inners_.capacity() * sizeof(Inner) +
           index_.memory_bytes();
  }
  void add_work(std::uint64_t steps) const noexcept { work_ += steps; }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  static constexpr std::uint32_t kSpans = 32;
  static constexpr std::uint32_t kChildren = 32;

  struct Leaf {
    std::uint32_t parent = kNone;
    std::uint32_t slot = 0;  // in the parent
    std::uint32_t next = kNone;
    std::uint32_t count = 0;
    UnitSpan spans[kSpans];
  };
  struct Inner {
    std::uint32_t parent = kNone;
    std::uint32_t slot = 0;
    std::uint32_t count = 0;
    bool low = true;  // children are leaves
    std::uint32_t child[kChildren] = {};
    std::uint32_t prepared[kChildren] = {};
    std::uint32_t present[kChildren] = {};
  };

  // One of the two versions: what inner nodes and spans count of it.
  struct PreparedVersion;
  struct PresentVersion;
  template <typename Counted>
  Found find(std::uint32_t pos) const noexcept;
  template <typename Counted>
  std::uint32_t units_before(Cursor at) const noexcept;

  void add_sums(std::uint32_t leaf, std::uint32_t prepared, std::uint32_t present) noexcept;
  void make_room(Cursor& at);
  std::uint32_t split_leaf(std::uint32_t leaf);
  void add_child(std::uint32_t inner, std::uint32_t slot, bool low, std::uint32_t child);
  std::uint32_t split_inner(std::uint32_t inner);
  void adopt(std::uint32_t inner, std::uint32_t from) noexcept;
  void sum_child(Inner& inner, std::uint32_t slot) const noexcept;
  void shift_in(Cursor at, const UnitSpan& span);
  bool check_inner(std::uint32_t inner) const;

  std::vector<Leaf> leaves_;
  std::vector<Inner> inners_;
  SpanIndex index_;
  std::uint32_t root_ = 0;
  std::uint32_t first_leaf_ = 0;
  std::uint32_t prepared_ = 0;
  std::uint32_t present_ = 0;
  std::size_t span_count_ = 0;
  mutable std::uint64_t work_ = 0;
};

}  // namespace gs::crdt
