#include "gs/engine/live/unread.h"

namespace gs::engine {

namespace {

std::uint32_t end_of(const state::RowTable& table, state::Sequence at) {
  std::uint32_t row = table.row_count();
  while (row > 0 && table.row(row - 1).sequence > at) --row;
  return row;
}

}  // namespace

ReadUpTo end_of(const Moment& moment) {
  const state::Version& version = *moment.version;
  const state::RowTable& table = *version.tables.front();
  const bool has_unlogged = version.unlogged != nullptr;
  return {table.turn(), end_of(table, moment.at),
          has_unlogged ? end_of(*version.unlogged, moment.at) : 0};
}

}  // namespace gs::engine
