// The writer's side of a table: a tree of nodes whose leaves are linked.
//
// Splits. A full node is copied into two, which then take its place in the links and in the node
// above. In between, and for those who read an older word of the node above, entries may be in the
// leaf to the right of the one where they are looked for: readers look there, too. At the right
// end, where ascending keys come, nothing is copied: a new node is begun, and full ones stay full.

#include "gs/storage/index/table.h"

#include <array>

#include "gs/base/check.h"
#include "gs/storage/index/arena.h"
#include "gs/storage/index/table_node.h"

namespace gs::index {
namespace {

// Copies have 7 entries at least, and only the last node of a level fewer: 2^40 entries.
constexpr std::uint32_t kTableLevelsMax = 16;

// What is in a slot.
struct NodeItem {
  std::uint64_t prefix = 0;
  const TableEntry* entry = nullptr;
  TableNode* child = nullptr;  // null in a leaf
};

TableInner& inner_of(TableNode& node) noexcept { return static_cast<TableInner&>(node); }

NodeItem item_of(TableNode& node, unsigned slot) noexcept {
  TableNode* const child =
      node.level == 0 ? nullptr : inner_of(node).children[slot].load(std::memory_order_relaxed);
  return {node.prefixes[slot], node.entries[slot], child};
}

void fill_slot(TableNode& node, unsigned slot, const NodeItem& item) noexcept {
  node.prefixes[slot] = item.prefix;
  node.entries[slot] = item.entry;
  if (node.level != 0) inner_of(node).children[slot].store(item.child, std::memory_order_release);
}

}  // namespace

struct Table::Impl {
  struct Step {
    TableNode* node = nullptr;
    unsigned place = 0;  // of the step below
  };

  Arena arena;
  std::atomic<TableNode*> root{nullptr};
  std::atomic<std::uint64_t> entry_count{0};
  // Writer only.
  std::array<TableNode*, kTableLevelsMax> last{};  // of each level
  std::array<Step, kTableLevelsMax> path{};        // to where something is put, leaf first

  Impl() {
    last[0] = make_node(0);
    root.store(last[0], std::memory_order_release);
  }

  TableNode* make_node(std::uint32_t level) {
    if (level == 0) return new (arena.take(sizeof(TableNode), Arena::kAlignment)) TableNode();
    auto* const node = new (arena.take(sizeof(TableInner), Arena::kAlignment)) TableInner();
    node->level = level;
    return node;
  }

  const TableEntry* make_entry(Bytes key, const Id& id, Sequence sequence, bool removed) {
    void* const memory = arena.take(sizeof(TableEntry) + key.size(), alignof(TableEntry));
    auto* const entry = new (memory)
        TableEntry{sequence, id, static_cast<std::uint32_t>(key.size()), removed ? 1u : 0u};
    if (!key.empty()) std::memcpy(entry + 1, key.data(), key.size());
    return entry;
  }

  std::uint32_t top() const noexcept { return root.load(std::memory_order_relaxed)->level; }

  // True, and the path is that to the end, when everything is before the bound.
  bool find_end(const TableBound& bound) noexcept {
    const TableNode& leaf = *last[0];
    const SlotOrder order = leaf.load();
    if (order.count() != 0 && !entry_before(leaf, order.slot(order.count() - 1), bound))
      return false;
    for (std::uint32_t level = 0; level <= top(); ++level) {
      const unsigned count = last[level]->load().count();
      path[level] = {last[level], level == 0 ? count : count - 1};
    }
    return true;
  }

  void find(const TableBound& bound) noexcept {
    TableNode* node = root.load(std::memory_order_relaxed);
    for (; node->level != 0;) {
      const SlotOrder order = node->load();
      const unsigned place = child_place(*node, order, bound);
      path[node->level] = {node, place};
      node = inner_of(*node).children[order.slot(place)].load(std::memory_order_relaxed);
    }
    path[0] = {node, lower_place(*node, node->load(), bound)};
  }

  void add(std::uint32_t level, unsigned place, const NodeItem& item) {
    TableNode& node = *path[level].node;
    const SlotOrder order = node.load();
    if (order.count() < SlotOrder::kSlots) {
      fill_slot(node, order.count(), item);
      node.show(order.with(place));
    } else if (place == SlotOrder::kSlots && &node == last[level]) {
      begin_after(level, node, item);
    } else {
      split(level, node, place, item);
    }
  }

  // A new last node of the level.
  void begin_after(std::uint32_t level, TableNode& node, const NodeItem& item) {
    TableNode* const right = make_node(level);
    fill_slot(*right, 0, item);
    right->show(SlotOrder::straight(1));
    if (level == 0) {
      right->previous.store(&node, std::memory_order_relaxed);
      node.next.store(right, std::memory_order_release);
    }
    last[level] = right;
    replace(level, &node, right);
  }

  // Two copies instead of a full node, with one item more.
  void split(std::uint32_t level, TableNode& node, unsigned place, const NodeItem& item) {
    constexpr unsigned kItems = SlotOrder::kSlots + 1;
    constexpr unsigned kLeft = kItems / 2;
    const SlotOrder order = node.load();
    TableNode* const left = make_node(level);
    TableNode* const right = make_node(level);
    for (unsigned i = 0; i < kItems; ++i) {
      const NodeItem each = i == place ? item : item_of(node, order.slot(i < place ? i : i - 1));
      if (i < kLeft) {
        fill_slot(*left, i, each);
      } else {
        fill_slot(*right, i - kLeft, each);
      }
    }
    left->show(SlotOrder::straight(kLeft));
    right->show(SlotOrder::straight(kItems - kLeft));
    if (level == 0) link(node, *left, *right);
    if (&node == last[level]) last[level] = right;
    replace(level, left, right);
  }

  // Both are whole before anybody can come to them.
  static void link(TableNode& node, TableNode& left, TableNode& right) noexcept {
    TableNode* const before = node.previous.load(std::memory_order_relaxed);
    TableNode* const behind = node.next.load(std::memory_order_relaxed);
    left.previous.store(before, std::memory_order_relaxed);
    left.next.store(&right, std::memory_order_relaxed);
    right.previous.store(&left, std::memory_order_relaxed);
    right.next.store(behind, std::memory_order_relaxed);
    if (before != nullptr) before->next.store(&left, std::memory_order_release);
    if (behind != nullptr) behind->previous.store(&right, std::memory_order_release);
  }

  // Above: `left` instead of the node of the path, and `right` behind it.
  void replace(std::uint32_t level, TableNode* left, TableNode* right) {
    NodeItem item = item_of(*right, 0);
    item.child = right;
    if (level == top()) return grow(left, item);
    const Step& step = path[level + 1];
    const unsigned slot = step.node->load().slot(step.place);
    inner_of(*step.node).children[slot].store(left, std::memory_order_release);
    add(level + 1, step.place + 1, item);
  }

  void grow(TableNode* left, const NodeItem& right) {
    const std::uint32_t level = left->level + 1;
    GS_CHECK(level < kTableLevelsMax);
    TableNode* const made = make_node(level);
    NodeItem item = item_of(*left, left->load().slot(0));
    item.child = left;
    fill_slot(*made, 0, item);
    fill_slot(*made, 1, right);
    made->show(SlotOrder::straight(2));
    last[level] = made;
    root.store(made, std::memory_order_release);
  }
};

Table::Table() : impl_(std::make_unique<Impl>()) {}
Table::~Table() = default;

void Table::put(Bytes key, const Id& id, Sequence sequence, bool removed) {
  GS_CHECK(key.size() <= kKeyBytesMax);
  const TableEntry* const entry = impl_->make_entry(key, id, sequence, removed);
  const TableBound bound{Pair::of(entry->key(), entry->id), sequence};
  if (!impl_->find_end(bound)) impl_->find(bound);
  impl_->add(0, impl_->path[0].place, {bound.pair.prefix, entry, nullptr});
  impl_->entry_count.fetch_add(1, std::memory_order_relaxed);
}

std::uint64_t Table::entry_count() const noexcept {
  return impl_->entry_count.load(std::memory_order_relaxed);
}

std::size_t Table::memory_bytes() const noexcept { return impl_->arena.memory_bytes(); }

const TableNode& Table::root() const noexcept {
  return *impl_->root.load(std::memory_order_acquire);
}

}  // namespace gs::index
