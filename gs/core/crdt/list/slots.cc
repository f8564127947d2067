#include "gs/core/crdt/list/slots.h"

namespace gs::crdt {

void Slots::insert(std::uint32_t pos, std::uint32_t first, std::uint32_t count) {
  SpanTree::Cursor at = tree_.begin();
  if (pos > 0) {
    const auto [before, offset] = tree_.find_prepared(pos - 1);
    at = before;
    tree_.cut(at, offset + 1);
  }
  tree_.insert(at, {.first = first, .count = count, .left = first - 1, .state = kAlive});
}

void Slots::set(SpanTree::Cursor at, std::uint32_t state, bool hidden) {
  tree_.set(at, state, hidden);
  SpanTree::Cursor next{at.leaf, at.slot + 1};
  if (tree_.settle(next)) tree_.join_before(next);
  tree_.join_before(at);
}

void Slots::hide(std::uint32_t slot) {
  auto [at, offset] = tree_.find_unit(slot);
  if (tree_.span(at).gone) return;
  tree_.isolate(at, offset, 1);
  set(at, kAlive, true);
}

Slots::Found Slots::find_shown(std::uint32_t index) const noexcept {
  const auto [at, offset] = tree_.find_present(index);
  const UnitSpan& span = tree_.span(at);
  return {span.first + offset, tree_.prepared_before(at) + offset, span.count - offset};
}

std::uint32_t Slots::gap_of_move(std::uint32_t from, std::uint32_t to) const noexcept {
  if (to == 0) return 0;
  // Behind the element that it will follow, which the one that is taken out may stand before.
  const std::uint32_t before = to - 1 < from ? to - 1 : to;
  return find_shown(before).pos + (before < from ? 1 : 0);
}

}  // namespace gs::crdt
