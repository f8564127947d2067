#include "gs/engine/live/unread.h"

namespace gs::engine {

std::uint32_t rows_up_to(const state::RowTable& table, state::Sequence at) noexcept {
  std::uint32_t row = table.row_count();
  while (row > 0 && table.row(row - 1).sequence > at) --row;
  return row;
}

state::Sequence last_sequence(const state::RowTable& table) noexcept {
  const std::uint32_t count = table.row_count();
  return count == 0 ? 0 : table.row(count - 1).sequence;
}

ReadUpTo end_of(const Moment& moment) {
  const state::Version& version = *moment.version;
  const state::RowTable& table = *version.tables.front();
  const bool has_unlogged = version.unlogged != nullptr;
  return {table.turn(), rows_up_to(table, moment.at),
          has_unlogged ? rows_up_to(*version.unlogged, moment.at) : 0};
}

}  // namespace gs::engine
