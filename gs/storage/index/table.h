// The RAM tier of an index: entries in order, readable beside their writer.
//
// An entry says that a pair of key and record id was added or removed by the commit with this
// sequence. Entries are never changed or taken out; a reader at sequence S sees of each pair the
// newest entry up to S, and never waits for the writer. Of entries with one pair and one sequence
// the one that was put last counts.
//
// Memory: 32 bytes and the key for an entry, and 20 to 75 bytes of nodes, fewest when keys ascend:
// then nodes are full and none is replaced.
//
// Threads: one writer (put); any number of readers (TableSource, Cursor). put() shows an entry
// before the caller publishes its sequence. Errors: none; a key over kKeyBytesMax is the caller's
// mistake.
#pragma once

#include <memory>

#include "gs/storage/index/pair.h"
#include "gs/storage/state/row_table.h"

namespace gs::index {

using state::Sequence;

struct TableNode;

class Table {
 public:
  Table();
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  void put(Bytes key, const Id& id, Sequence sequence, bool removed);

  std::uint64_t entry_count() const noexcept;
  std::size_t memory_bytes() const noexcept;

  // Where a reader begins.
  const TableNode& root() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gs::index
