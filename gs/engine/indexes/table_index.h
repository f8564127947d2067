// What one row table adds to one index and takes from it: brought up to date by whoever asks.
//
// Rows of a table stand in the order of arrival. Of each row of the collection the keys that its
// record has and the one before had not are added, those that it has no more are removed, both with
// the row's sequence. So readers of every moment find in keys() what was true then.
//
// Threads: catch_up() under the lock of the index, all else for any thread.
// Errors: damaged, when a record cannot be read; too_large (keys; conversions that are stopped).
#pragma once

#include <atomic>
#include <memory>

#include "gs/engine/indexes/records.h"
#include "gs/storage/index/tiers.h"

namespace gs::engine {

// Of the keys of one table in one index. One that would have more is not kept: queries scan, and
// the index is built from the records once the table is written.
inline constexpr std::size_t kTableKeysBytesMax = std::size_t{256} << 20;

class TableIndex {
 public:
  explicit TableIndex(std::shared_ptr<state::RowTable> rows,
                      std::size_t keys_bytes_max = kTableKeysBytesMax)
      : rows_(std::move(rows)),
        keys_(std::make_shared<index::Table>()),
        keys_bytes_max_(keys_bytes_max) {}

  const std::shared_ptr<state::RowTable>& rows() const noexcept { return rows_; }
  const std::shared_ptr<index::Table>& keys() const noexcept { return keys_; }
  // Whether all rows up to this sequence are in.
  bool is_current(state::Sequence at) const noexcept;
  // Of a version that has the table, and whose log covers its rows up to `at`.
  Error catch_up(const state::Version& version, state::Sequence at, Records& records);

 private:
  Error make_both(const state::Version& version, const state::Version& older,
                  const state::RowTable::Row& row, Records& records) const;
  void put_difference(const Records& records, const Id& id, state::Sequence sequence);

  std::shared_ptr<state::RowTable> rows_;
  std::shared_ptr<index::Table> keys_;
  std::size_t keys_bytes_max_;
  std::atomic<std::uint32_t> read_to_{0};  // rows before it are in
};

}  // namespace gs::engine
