// Nodes of the tree of a table, and the order of what is in them.
//
// A node has 14 slots. A slot is written once, before it is shown: `order` says which slots are
// used and how they are sorted, in one word, so a new slot appears with one store. A node that is
// full is replaced by two copies; whoever still reads the old one finds in it all that there was
// until then. Source: the border nodes of Mao, Kohler and Morris, "Cache Craftiness for Fast
// Multicore Key-Value Storage", 2012; and the links of Lehman and Yao, "Efficient Locking for
// Concurrent Operations on B-Trees", 1981.
//
// Threads: one writer, any number of readers.
#pragma once

#include <atomic>

#include "gs/storage/index/pair.h"
#include "gs/storage/index/table.h"

namespace gs::index {

// The key follows.
struct TableEntry {
  Sequence sequence = 0;
  Id id;
  std::uint32_t key_bytes = 0;
  std::uint32_t removed = 0;

  Bytes key() const noexcept {
    return {reinterpret_cast<const std::uint8_t*>(this + 1), key_bytes};
  }
};
static_assert(sizeof(TableEntry) == 32);

// Which slots are used, and in which order: the count in the top 4 bits, slot numbers in the
// others, the first one lowest. Slots are taken in the order of their numbers.
class SlotOrder {
 public:
  static constexpr unsigned kSlots = 14;

  SlotOrder() = default;
  explicit SlotOrder(std::uint64_t word) noexcept : word_(word) {}
  // The slots 0 .. count - 1, in this order.
  static SlotOrder straight(unsigned count) noexcept {
    return SlotOrder((0x00fedcba9876543210u & ((std::uint64_t{1} << 4 * count) - 1)) |
                     (std::uint64_t{count} << 60));
  }

  std::uint64_t word() const noexcept { return word_; }
  unsigned count() const noexcept { return static_cast<unsigned>(word_ >> 60); }
  unsigned slot(unsigned place) const noexcept {
    return static_cast<unsigned>(word_ >> 4 * place) & 15;
  }
  // With the next free slot at this place.
  SlotOrder with(unsigned place) const noexcept {
    const std::uint64_t below = (std::uint64_t{1} << 4 * place) - 1;
    const std::uint64_t slots = word_ & ((std::uint64_t{1} << 60) - 1);
    const std::uint64_t made =
        (slots & below) | (std::uint64_t{count()} << 4 * place) | ((slots & ~below) << 4);
    return SlotOrder(made | (std::uint64_t{count() + 1} << 60));
  }

 private:
  std::uint64_t word_ = 0;
};

struct TableNode {
  std::atomic<std::uint64_t> order{0};
  std::uint32_t level = 0;  // 0: a leaf; else a TableInner
  // Neighbours of a leaf. That of a replaced one is the neighbour of then.
  std::atomic<TableNode*> next{nullptr};
  std::atomic<TableNode*> previous{nullptr};
  std::uint64_t prefixes[SlotOrder::kSlots];  // of the entries' keys
  const TableEntry* entries[SlotOrder::kSlots];

  SlotOrder load() const noexcept { return SlotOrder(order.load(std::memory_order_acquire)); }
  void show(SlotOrder made) noexcept { order.store(made.word(), std::memory_order_release); }
};
static_assert(sizeof(void*) != 8 || sizeof(TableNode) == 256);

// Entries are bounds: nothing in a child is before its own, but in the first one.
struct TableInner : TableNode {
  std::atomic<TableNode*> children[SlotOrder::kSlots];
};

// A place in the order of entries: by key, id, then the newest first.
struct TableBound {
  Pair pair;
  Sequence sequence = ~Sequence{0};
};

inline bool entry_before(const TableNode& node, unsigned slot, const TableBound& bound) noexcept {
  if (node.prefixes[slot] != bound.pair.prefix) return node.prefixes[slot] < bound.pair.prefix;
  const TableEntry& entry = *node.entries[slot];
  if (const int order = compare_keys(entry.key(), bound.pair.key); order != 0) return order < 0;
  if (const int order = compare_ids(entry.id, *bound.pair.id); order != 0) return order < 0;
  return entry.sequence > bound.sequence;
}

// The first place that is not before the bound.
inline unsigned lower_place(const TableNode& node, SlotOrder order,
                            const TableBound& bound) noexcept {
  unsigned first = 0;
  unsigned count = order.count();
  while (count > 0) {
    const unsigned half = count / 2;
    if (entry_before(node, order.slot(first + half), bound)) {
      first += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  return first;
}

// The child in which the first entry that is not before the bound is, or the last one that is.
inline unsigned child_place(const TableNode& node, SlotOrder order,
                            const TableBound& bound) noexcept {
  const unsigned place = lower_place(node, order, bound);
  return place == 0 ? 0 : place - 1;
}

}  // namespace gs::index
