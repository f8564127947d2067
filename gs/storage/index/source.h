// One sorted list of pairs that can be walked in both directions: what a table or a run shows.
//
// A source stands on a pair, before the first one or behind the last one. Each pair is met once: of
// a table's entries the newest one that the reader sees. Damage is an end in either direction.
//
// Threads: one at a time. No allocation but in constructors. Errors: is_cut_short().
#pragma once

#include <memory>

#include "gs/storage/index/block.h"
#include "gs/storage/index/pair.h"
#include "gs/storage/index/run.h"
#include "gs/storage/index/table.h"
#include "gs/storage/index/table_node.h"

namespace gs::index {

class Source {
 public:
  virtual ~Source() = default;

  // To the first pair at or behind this one; behind the last one when there is none.
  virtual void seek(const Pair& from) noexcept = 0;
  virtual void seek_end() noexcept = 0;
  virtual void next() noexcept = 0;
  virtual void previous() noexcept = 0;
  // From a pair on to `to`, or to the end when that is null: how many were added. The place that it
  // then stands on means nothing.
  virtual std::uint64_t count_added(const Pair* to) noexcept = 0;
  // Whether a look at its begin shows that no key is before this one. The place stays.
  virtual bool begins_behind(Bytes key) const noexcept = 0;

  // For another reader, who seeks next.
  virtual void see(Sequence) noexcept {}

  // Stands on no pair.
  bool done() const noexcept { return done_; }
  bool is_cut_short() const noexcept { return cut_short_; }
  // Until the next call.
  const Pair& pair() const noexcept { return pair_; }
  bool is_removed() const noexcept { return removed_; }

 protected:
  Pair pair_;
  bool removed_ = false;
  bool done_ = true;
  bool cut_short_ = false;
};

class TableSource final : public Source {
 public:
  // The table must outlive it.
  TableSource(const Table& table, Sequence at) noexcept;

  void see(Sequence at) noexcept override { sequence_ = at; }
  void seek(const Pair& from) noexcept override;
  void seek_end() noexcept override;
  void next() noexcept override;
  void previous() noexcept override;
  std::uint64_t count_added(const Pair* to) noexcept override;
  bool begins_behind(Bytes key) const noexcept override;

 private:
  // A slot of a leaf as it was when it was come to; -1 and the count are the places around.
  struct Place {
    const TableNode* leaf = nullptr;
    SlotOrder order;
    int index = -1;

    bool on_entry() const noexcept { return index >= 0 && index < static_cast<int>(order.count()); }
    unsigned slot() const noexcept { return order.slot(static_cast<unsigned>(index)); }
    const TableEntry& entry() const noexcept { return *leaf->entries[slot()]; }
    Pair pair() const noexcept { return {leaf->prefixes[slot()], entry().key(), &entry().id}; }
    bool forward() noexcept;
    bool back() noexcept;
  };

  void settle(const Pair* last) noexcept;
  void settle_back() noexcept;
  void stand() noexcept;

  const Table* table_;
  Sequence sequence_;
  Place place_;
};

class RunSource final : public Source {
 public:
  // The run must outlive it.
  explicit RunSource(const Run& run);

  void seek(const Pair& from) noexcept override;
  void seek_end() noexcept override;
  void next() noexcept override;
  void previous() noexcept override;
  std::uint64_t count_added(const Pair* to) noexcept override;
  bool begins_behind(Bytes key) const noexcept override;

  // Of the block that it stands in.
  std::uint64_t block_at() const noexcept { return block_.at(); }

 private:
  bool is_walkable() const noexcept;
  bool descend(const Pair* to) noexcept;
  void enter(const Block& block) noexcept;
  void forward() noexcept;
  void back() noexcept;
  // Whether a step to another block led to one; else it is the end.
  bool turn(Run::Step step) noexcept;
  void stand() noexcept;
  void cut(std::uint64_t at) noexcept;

  const Run* run_;
  std::unique_ptr<std::uint8_t[]> key_;  // the key of the pair, put together
  Block block_;
  std::int64_t index_ = -1;  // -1 and the count are the places around the block's pairs
};

}  // namespace gs::index
