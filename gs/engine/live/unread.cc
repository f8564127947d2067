#include "gs/engine/live/unread.h"

namespace gs::engine {

ReadUpTo end_of(const Moment& moment) {
  const state::RowTable& table = *moment.version->tables.front();
  std::uint32_t row = table.row_count();
  while (row > 0 && table.row(row - 1).sequence > moment.at) --row;
  return {table.turn(), row};
}

}  // namespace gs::engine
