// The reader's side of a table.

#include "gs/storage/index/source.h"

namespace gs::index {
namespace {

const TableNode& child_of(const TableNode& node, SlotOrder order, unsigned place) noexcept {
  const auto& inner = static_cast<const TableInner&>(node);
  return *inner.children[order.slot(place)].load(std::memory_order_acquire);
}

}  // namespace

TableSource::TableSource(const Table& table, Sequence at) noexcept
    : table_(&table), sequence_(at) {}

bool TableSource::Place::forward() noexcept {
  if (++index < static_cast<int>(order.count())) return true;
  const TableNode* const behind = leaf->next.load(std::memory_order_acquire);
  index = static_cast<int>(order.count());
  if (behind == nullptr) return false;
  *this = {behind, behind->load(), 0};
  return true;
}

bool TableSource::Place::back() noexcept {
  if (--index >= 0) return true;
  const TableNode* const before = leaf->previous.load(std::memory_order_acquire);
  index = -1;
  if (before == nullptr) return false;
  const SlotOrder all = before->load();
  *this = {before, all, static_cast<int>(all.count()) - 1};
  return true;
}

void TableSource::seek(const Pair& from) noexcept {
  const TableBound bound{from};
  const TableNode* node = &table_->root();
  while (node->level != 0) {
    const SlotOrder order = node->load();
    node = &child_of(*node, order, child_place(*node, order, bound));
  }
  while (true) {
    const SlotOrder order = node->load();
    place_ = {node, order, static_cast<int>(lower_place(*node, order, bound))};
    if (place_.on_entry()) break;
    // It may begin in the next leaf, or have come there since the nodes above were read.
    const TableNode* const behind = node->next.load(std::memory_order_acquire);
    if (behind == nullptr) break;
    node = behind;
  }
  settle(nullptr);
}

void TableSource::seek_end() noexcept {
  const TableNode* node = &table_->root();
  while (node->level != 0) {
    const SlotOrder order = node->load();
    node = &child_of(*node, order, order.count() - 1);
  }
  while (const TableNode* const behind = node->next.load(std::memory_order_acquire)) node = behind;
  const SlotOrder order = node->load();
  place_ = {node, order, static_cast<int>(order.count())};
  done_ = true;
}

void TableSource::next() noexcept {
  if (done_) {
    place_.forward();
    return settle(nullptr);
  }
  const Pair last = pair_;
  place_.forward();
  settle(&last);
}

void TableSource::previous() noexcept {
  const Pair last = pair_;
  const bool from_pair = !done_;
  // Versions of the same pair that are too new come before it.
  while (place_.back() && from_pair && same_pair(place_.pair(), last)) continue;
  settle_back();
}

// Forward to the next entry that is seen; older ones of `last` are not.
void TableSource::settle(const Pair* last) noexcept {
  for (; place_.on_entry(); place_.forward()) {
    if (place_.entry().sequence > sequence_) continue;
    if (last == nullptr || !same_pair(place_.pair(), *last)) break;
  }
  stand();
}

// Back from the oldest entry of a pair to the newest one that is seen. (Branches, so that a
// processor goes on to the next entry while this one comes from memory.)
void TableSource::settle_back() noexcept {
  while (place_.on_entry()) {
    const Pair pair = place_.pair();
    if (place_.entry().sequence <= sequence_) {
      Place newer = place_;
      while (newer.back() && same_pair(newer.pair(), pair) && newer.entry().sequence <= sequence_) {
        place_ = newer;
      }
      break;
    }
    while (place_.back() && same_pair(place_.pair(), pair)) continue;
  }
  stand();
}

void TableSource::stand() noexcept {
  done_ = !place_.on_entry();
  if (done_) return;
  pair_ = place_.pair();
  removed_ = place_.entry().removed != 0;
}

// What comes later is newer than what this source sees.
bool TableSource::begins_behind(Bytes key) const noexcept {
  const TableNode* node = &table_->root();
  while (node->level != 0) node = &child_of(*node, node->load(), 0);
  const SlotOrder order = node->load();
  return order.count() != 0 && compare_keys(node->entries[order.slot(0)]->key(), key) >= 0;
}

std::uint64_t TableSource::count_added(const Pair* to) noexcept {
  std::uint64_t count = 0;
  for (; !done_ && (to == nullptr || compare(pair_, *to) < 0); next()) count += removed_ ? 0 : 1;
  return count;
}

}  // namespace gs::index
