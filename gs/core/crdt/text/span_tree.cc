#include "gs/core/crdt/text/span_tree.h"

#include <algorithm>

#include "gs/base/check.h"

namespace gs::crdt {
namespace {

// The end of `span` as the same span, from unit `offset` on.
UnitSpan upper_part(const UnitSpan& span, std::uint32_t offset) {
  UnitSpan upper = span;
  upper.first += offset;
  upper.count -= offset;
  upper.left = upper.first - 1;
  return upper;
}

bool belong_together(const UnitSpan& before, const UnitSpan& span) {
  return before.first + before.count == span.first && span.left == span.first - 1 &&
         before.right == span.right && before.state == span.state && before.gone == span.gone &&
         before.writer_begin == span.writer_begin;
}

}  // namespace

SpanTree::SpanTree() {
  leaves_.emplace_back();
  inners_.emplace_back();
  leaves_[0].parent = 0;
  inners_[0].count = 1;
  Cursor at{};
  insert(at, {.first = kBaseUnit, .count = kBaseUnits, .state = 1});
}

bool SpanTree::settle(Cursor& at) const noexcept {
  while (at.slot == leaves_[at.leaf].count) {
    if (leaves_[at.leaf].next == kNone) return false;
    at = {leaves_[at.leaf].next, 0};
  }
  return true;
}

struct SpanTree::PreparedVersion {
  static std::uint32_t of(const Inner& inner, std::uint32_t slot) { return inner.prepared[slot]; }
  static std::uint32_t of(const UnitSpan& span) { return span.prepared(); }
};

struct SpanTree::PresentVersion {
  static std::uint32_t of(const Inner& inner, std::uint32_t slot) { return inner.present[slot]; }
  static std::uint32_t of(const UnitSpan& span) { return span.present(); }
};

template <typename Counted>
SpanTree::Found SpanTree::find(std::uint32_t pos) const noexcept {
  std::uint32_t node = root_;
  while (true) {
    const Inner& inner = inners_[node];
    std::uint32_t slot = 0;
    while (pos >= Counted::of(inner, slot)) pos -= Counted::of(inner, slot++);
    work_ += slot + 1;
    node = inner.child[slot];
    if (inner.low) break;
  }
  const Leaf& leaf = leaves_[node];
  std::uint32_t slot = 0;
  while (pos >= Counted::of(leaf.spans[slot])) pos -= Counted::of(leaf.spans[slot++]);
  work_ += slot + 1;
  return {{node, slot}, pos};
}

SpanTree::Found SpanTree::find_prepared(std::uint32_t pos) const noexcept {
  GS_CHECK(pos < prepared_);
  return find<PreparedVersion>(pos);
}

SpanTree::Found SpanTree::find_present(std::uint32_t pos) const noexcept {
  GS_CHECK(pos < present_);
  return find<PresentVersion>(pos);
}

SpanTree::Found SpanTree::find_unit(Unit unit) const noexcept {
  const std::uint32_t leaf = index_.leaf_of(unit);
  const UnitSpan* const spans = leaves_[leaf].spans;
  for (std::uint32_t slot = 0; slot < leaves_[leaf].count; ++slot) {
    if (unit - spans[slot].first < spans[slot].count) {
      work_ += slot + 1;
      return {{leaf, slot}, unit - spans[slot].first};
    }
  }
  GS_CHECK(false);  // the index has every unit
  return {};
}

template <typename Counted>
std::uint32_t SpanTree::units_before(Cursor at) const noexcept {
  const Leaf& leaf = leaves_[at.leaf];
  std::uint32_t before = 0;
  for (std::uint32_t i = 0; i < at.slot; ++i) before += Counted::of(leaf.spans[i]);
  std::uint32_t slot = leaf.slot;
  for (std::uint32_t node = leaf.parent; node != kNone; node = inners_[node].parent) {
    for (std::uint32_t i = 0; i < slot; ++i) before += Counted::of(inners_[node], i);
    slot = inners_[node].slot;
  }
  return before;
}

std::uint32_t SpanTree::present_before(Cursor at) const noexcept {
  return units_before<PresentVersion>(at);
}

std::uint32_t SpanTree::prepared_before(Cursor at) const noexcept {
  return units_before<PreparedVersion>(at);
}

int SpanTree::compare(Unit a, Unit b, bool low) const noexcept {
  if (a == b) return 0;
  if (a == kNoUnit) return low ? -1 : 1;
  if (b == kNoUnit) return low ? 1 : -1;
  const Found x = find_unit(a);
  const Found y = find_unit(b);
  if (x.at.leaf == y.at.leaf) {
    if (x.at.slot != y.at.slot) return x.at.slot < y.at.slot ? -1 : 1;
    return x.offset < y.offset ? -1 : 1;
  }
  // Up to where the ways part; all leaves have the same depth.
  std::uint32_t x_slot = leaves_[x.at.leaf].slot;
  std::uint32_t y_slot = leaves_[y.at.leaf].slot;
  std::uint32_t x_node = leaves_[x.at.leaf].parent;
  std::uint32_t y_node = leaves_[y.at.leaf].parent;
  while (x_node != y_node) {
    x_slot = inners_[x_node].slot;
    y_slot = inners_[y_node].slot;
    x_node = inners_[x_node].parent;
    y_node = inners_[y_node].parent;
  }
  return x_slot < y_slot ? -1 : 1;
}

// Differences modulo 2^32, so that the same sum adds and subtracts.
void SpanTree::add_sums(std::uint32_t leaf, std::uint32_t prepared,
                        std::uint32_t present) noexcept {
  prepared_ += prepared;
  present_ += present;
  std::uint32_t slot = leaves_[leaf].slot;
  for (std::uint32_t node = leaves_[leaf].parent; node != kNone; node = inners_[node].parent) {
    inners_[node].prepared[slot] += prepared;
    inners_[node].present[slot] += present;
    slot = inners_[node].slot;
  }
}

void SpanTree::sum_child(Inner& inner, std::uint32_t slot) const noexcept {
  std::uint32_t prepared = 0;
  std::uint32_t present = 0;
  if (inner.low) {
    const Leaf& leaf = leaves_[inner.child[slot]];
    for (std::uint32_t i = 0; i < leaf.count; ++i) {
      prepared += leaf.spans[i].prepared();
      present += leaf.spans[i].present();
    }
  } else {
    const Inner& child = inners_[inner.child[slot]];
    for (std::uint32_t i = 0; i < child.count; ++i) {
      prepared += child.prepared[i];
      present += child.present[i];
    }
  }
  inner.prepared[slot] = prepared;
  inner.present[slot] = present;
}

// Tells the children from slot `from` on where they are now.
void SpanTree::adopt(std::uint32_t number, std::uint32_t from) noexcept {
  const Inner& inner = inners_[number];
  for (std::uint32_t slot = from; slot < inner.count; ++slot) {
    if (inner.low) {
      leaves_[inner.child[slot]].parent = number;
      leaves_[inner.child[slot]].slot = slot;
    } else {
      inners_[inner.child[slot]].parent = number;
      inners_[inner.child[slot]].slot = slot;
    }
  }
  work_ += inner.count - from;
}

std::uint32_t SpanTree::split_inner(std::uint32_t number) {
  const auto fresh = static_cast<std::uint32_t>(inners_.size());
  inners_.emplace_back();
  Inner& lower = inners_[number];
  Inner& upper = inners_[fresh];
  const std::uint32_t half = lower.count / 2;
  upper.low = lower.low;
  upper.count = lower.count - half;
  std::copy(lower.child + half, lower.child + lower.count, upper.child);
  std::copy(lower.prepared + half, lower.prepared + lower.count, upper.prepared);
  std::copy(lower.present + half, lower.present + lower.count, upper.present);
  lower.count = half;
  adopt(fresh, 0);
  if (number == root_) {
    root_ = static_cast<std::uint32_t>(inners_.size());
    Inner& root = inners_.emplace_back();
    root.low = false;
    root.count = 1;
    root.child[0] = number;
    adopt(root_, 0);
  }
  add_child(inners_[number].parent, inners_[number].slot + 1, false, fresh);
  return fresh;
}

// A new child, whose units were in the child before it until now.
void SpanTree::add_child(std::uint32_t number, std::uint32_t slot, bool low, std::uint32_t child) {
  if (inners_[number].count == kChildren) {
    const std::uint32_t upper = split_inner(number);
    if (slot > inners_[number].count) {
      slot -= inners_[number].count;
      number = upper;
    }
  }
  Inner& inner = inners_[number];
  GS_CHECK(inner.low == low && slot > 0);
  std::copy_backward(inner.child + slot, inner.child + inner.count, inner.child + inner.count + 1);
  std::copy_backward(inner.prepared + slot, inner.prepared + inner.count,
                     inner.prepared + inner.count + 1);
  std::copy_backward(inner.present + slot, inner.present + inner.count,
                     inner.present + inner.count + 1);
  ++inner.count;
  inner.child[slot] = child;
  sum_child(inner, slot - 1);
  sum_child(inner, slot);
  adopt(number, slot);
}

std::uint32_t SpanTree::split_leaf(std::uint32_t number) {
  const auto fresh = static_cast<std::uint32_t>(leaves_.size());
  leaves_.emplace_back();
  Leaf& lower = leaves_[number];
  Leaf& upper = leaves_[fresh];
  const std::uint32_t half = lower.count / 2;
  upper.count = lower.count - half;
  std::copy(lower.spans + half, lower.spans + lower.count, upper.spans);
  lower.count = half;
  upper.next = lower.next;
  lower.next = fresh;
  for (std::uint32_t i = 0; i < upper.count; ++i) index_.move(upper.spans[i].first, fresh);
  work_ += upper.count;
  add_child(lower.parent, lower.slot + 1, true, fresh);
  return fresh;
}

// Room for two more spans in the leaf of `at`.
void SpanTree::make_room(Cursor& at) {
  if (leaves_[at.leaf].count + 2 <= kSpans) return;
  const std::uint32_t upper = split_leaf(at.leaf);
  if (at.slot <= leaves_[at.leaf].count) return;
  at = {upper, at.slot - leaves_[at.leaf].count};
}

// Without sums: the caller has made room.
void SpanTree::shift_in(Cursor at, const UnitSpan& span) {
  Leaf& leaf = leaves_[at.leaf];
  std::copy_backward(leaf.spans + at.slot, leaf.spans + leaf.count, leaf.spans + leaf.count + 1);
  leaf.spans[at.slot] = span;
  ++leaf.count;
  ++span_count_;
  index_.add(span.first, at.leaf);
}

void SpanTree::cut(Cursor& at, std::uint32_t offset) {
  if (offset == 0) return;
  if (offset == span(at).count) {
    ++at.slot;
    return;
  }
  make_room(at);
  // A cursor at the end of a leaf is as good as one at the front of the next, but has no span.
  settle(at);
  UnitSpan& lower = leaves_[at.leaf].spans[at.slot];
  const UnitSpan upper = upper_part(lower, offset);
  lower.count = offset;
  ++at.slot;
  shift_in(at, upper);
}

void SpanTree::isolate(Cursor& at, std::uint32_t offset, std::uint32_t count) {
  cut(at, offset);
  if (count == span(at).count) return;
  Cursor behind = at;
  cut(behind, count);
  // Both parts are in one leaf, but the cut may have split the leaf that `at` was in.
  at = {behind.leaf, behind.slot - 1};
}

void SpanTree::insert(Cursor& at, const UnitSpan& added) {
  if (at.slot > 0) {
    UnitSpan& before = leaves_[at.leaf].spans[at.slot - 1];
    if (belong_together(before, added)) {
      before.count += added.count;
      add_sums(at.leaf, added.prepared(), added.present());
      --at.slot;
      return;
    }
  }
  make_room(at);
  shift_in(at, added);
  add_sums(at.leaf, added.prepared(), added.present());
}

void SpanTree::set(Cursor at, std::uint32_t state, bool gone) {
  UnitSpan& span = leaves_[at.leaf].spans[at.slot];
  const std::uint32_t prepared = span.prepared();
  const std::uint32_t present = span.present();
  span.state = state;
  span.gone = gone;
  add_sums(at.leaf, span.prepared() - prepared, span.present() - present);
}

void SpanTree::join_before(Cursor at) {
  if (at.slot == 0) return;
  Leaf& leaf = leaves_[at.leaf];
  const UnitSpan span = leaf.spans[at.slot];
  if (!belong_together(leaf.spans[at.slot - 1], span)) return;
  leaf.spans[at.slot - 1].count += span.count;
  std::copy(leaf.spans + at.slot + 1, leaf.spans + leaf.count, leaf.spans + at.slot);
  --leaf.count;
  --span_count_;
  index_.remove(span.first);
}

bool SpanTree::check_inner(std::uint32_t number) const {
  const Inner& inner = inners_[number];
  if (inner.count == 0 || inner.count > kChildren) return false;
  for (std::uint32_t slot = 0; slot < inner.count; ++slot) {
    Inner copy = inner;
    sum_child(copy, slot);
    const std::uint32_t child = inner.child[slot];
    const std::uint32_t parent = inner.low ? leaves_[child].parent : inners_[child].parent;
    const std::uint32_t place = inner.low ? leaves_[child].slot : inners_[child].slot;
    if (copy.prepared[slot] != inner.prepared[slot]) return false;
    if (copy.present[slot] != inner.present[slot]) return false;
    if (parent != number || place != slot) return false;
    if (!inner.low && !check_inner(child)) return false;
  }
  return true;
}

bool SpanTree::check() const {
  if (inners_[root_].parent != kNone || !check_inner(root_)) return false;
  std::uint32_t prepared = 0;
  std::uint32_t present = 0;
  std::size_t spans = 0;
  for (std::uint32_t leaf = first_leaf_; leaf != kNone; leaf = leaves_[leaf].next) {
    for (std::uint32_t i = 0; i < leaves_[leaf].count; ++i) {
      const UnitSpan& span = leaves_[leaf].spans[i];
      prepared += span.prepared();
      present += span.present();
      ++spans;
      if (span.count == 0 || index_.leaf_of(span.first) != leaf) return false;
      if (index_.leaf_of(span.first + span.count - 1) != leaf) return false;
    }
  }
  return prepared == prepared_ && present == present_ && spans == span_count_;
}

}  // namespace gs::crdt
