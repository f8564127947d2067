// What was written since a reader last looked: rows of row tables stand in the order of arrival, so
// whoever remembers a place in them needs nothing else.
//
// A table that was written to a run is gone from the newest version. The reader still has the one
// that it looked at; when another one came and went in between, its rows are in no table any more,
// and the reader has to compare everything. From any thread.
#pragma once

#include "gs/engine/database/database.h"

namespace gs::engine {

// The first row of a database that was not looked at yet.
struct ReadUpTo {
  std::uint64_t turn = 0;  // of its table
  std::uint32_t row = 0;
  std::uint32_t unlogged_row = 0;  // of those that are not in the log
};

// Behind everything that the moment shows.
ReadUpTo end_of(const Moment& moment);

// How many rows are not behind this sequence.
std::uint32_t rows_up_to(const state::RowTable& table, state::Sequence at) noexcept;
// Of the last row; 0: there is none.
state::Sequence last_sequence(const state::RowTable& table) noexcept;

// Calls visit(row) for each row between two moments, each kind in the order of arrival; a record
// may come several times. `before` has the table of `from` in front. False when some of them are
// not to be had, or more than `rows_max` are: then what was visited is not all.
template <typename Visit>
bool each_unread(const Moment& before, const Moment& now, ReadUpTo from, std::size_t rows_max,
                 const Visit& visit) {
  const auto& tables = now.version->tables;
  if (tables.back()->turn() > from.turn + 1) return false;
  std::size_t left = rows_max;
  const auto walk = [&](const state::RowTable& table, std::uint32_t row) {
    for (const std::uint32_t end = table.row_count(); row < end; ++row) {
      const state::RowTable::Row& each = table.row(row);
      if (each.sequence > now.at) return true;
      if (left-- == 0) return false;
      visit(each);
    }
    return true;
  };
  if (!walk(*before.version->tables.front(), from.row)) return false;
  for (auto table = tables.rbegin(); table != tables.rend(); ++table) {
    if ((*table)->turn() > from.turn && !walk(**table, 0)) return false;
  }
  const state::RowTable* const unlogged = now.version->unlogged.get();
  const state::RowTable* const was_unlogged = before.version->unlogged.get();
  if (unlogged == nullptr) return true;
  if (was_unlogged == nullptr) return unlogged->turn() == 0 && walk(*unlogged, 0);
  if (!walk(*was_unlogged, from.unlogged_row)) return false;
  if (unlogged == was_unlogged) return true;
  // Its copy goes on where it ends.
  const bool is_next = unlogged->turn() == was_unlogged->turn() + 1;
  return is_next && walk(*unlogged, rows_up_to(*unlogged, last_sequence(*was_unlogged)));
}

}  // namespace gs::engine
