#include "gs/engine/indexes/table_index.h"

#include <algorithm>

#include "gs/storage/state/resolve.h"

namespace gs::engine {

using state::RowTable;
using state::Sequence;

namespace {

// Rows whose older versions are on their way from memory.
constexpr std::uint32_t kAhead = 8;

// What the version has below one of its tables: of a record that is not in the log nothing.
state::Version below(const state::Version& version, const RowTable& table) {
  if (&table == version.unlogged.get()) return {{}, {}, version.log, nullptr};
  const auto at = std::find_if(version.tables.begin(), version.tables.end(),
                               [&](const auto& each) { return each.get() == &table; });
  state::Version rest;
  if (at != version.tables.end()) rest.tables.assign(at + 1, version.tables.end());
  rest.runs = version.runs;
  rest.log = version.log;
  return rest;
}

bool has_rows(const state::Version& version) noexcept {
  return !version.tables.empty() || !version.runs.empty();
}

}  // namespace

bool TableIndex::is_current(Sequence at) const noexcept {
  const std::uint32_t read_to = read_to_.load(std::memory_order_acquire);
  return read_to == rows_->row_count() || rows_->row(read_to).sequence > at;
}

Error TableIndex::catch_up(const state::Version& version, Sequence at, Records& records) {
  const std::uint32_t collection = records.collection();
  const std::uint32_t count = rows_->row_count();
  const state::Version older = below(version, *rows_);
  const bool has_older = has_rows(older);
  std::uint32_t number = read_to_.load(std::memory_order_relaxed);
  for (; number < count; ++number) {
    const RowTable::Row& row = rows_->row(number);
    if (row.sequence > at) break;
    if (has_older && number + kAhead < count) older.prefetch(rows_->row(number + kAhead).entry.id);
    if (row.collection != collection) continue;
    if (Error error = make_both(version, older, row, records)) {
      read_to_.store(number, std::memory_order_release);
      return error;
    }
    put_difference(records, row.entry.id, row.sequence);
    const bool is_bounded = rows_ != version.unlogged;  // which has a bound of its own
    if (is_bounded && keys_->memory_bytes() > keys_bytes_max_) {
      read_to_.store(number + 1, std::memory_order_release);
      return Error(Code::too_large, "the keys of new records take too much memory");
    }
  }
  read_to_.store(number, std::memory_order_release);
  return {};
}

// The keys that the row's record has, and those of the one before.
Error TableIndex::make_both(const state::Version& version, const state::Version& older,
                            const RowTable::Row& row, Records& records) const {
  const state::Met met = state::meet_row(*rows_, version.log.get(), row.entry);
  GS_TRY_OK(records.make_keys(row.entry, met.record, records.made));
  state::Found found;
  if (row.previous != RowTable::kNone) {
    const state::Entry& previous = rows_->row(row.previous).entry;
    found = state::meet_row(*rows_, version.log.get(), previous).found();
  } else if (has_rows(older)) {
    if (older.find(row.entry.id, ~Sequence{0}, found) == state::Version::Lookup::damaged) {
      return older.damage();
    }
  }
  return records.make_keys(found.entry, found.record, records.before);
}

void TableIndex::put_difference(const Records& records, const Id& id, Sequence sequence) {
  const KeyList& made = records.made;
  const KeyList& before = records.before;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (!made.has(before[i])) keys_->put(before[i], id, sequence, true);
  }
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (!before.has(made[i])) keys_->put(made[i], id, sequence, false);
  }
}

}  // namespace gs::engine
