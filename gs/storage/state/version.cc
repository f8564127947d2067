// Version: one lookup over all tables and runs.

#include "gs/storage/state/resolve.h"

namespace gs::state {

bool Version::find(const Id& id, Sequence at, Found& out) const noexcept {
  const std::uint64_t hash = Run::hash(id);
  // The slots of all runs are on their way to the processor while the tables are asked.
  for (const auto& run : runs) run->prefetch(hash);
  for (const auto& table : tables) {
    if (const RowTable::Row* const row = table->find(id, at)) {
      take_row(*table, log.get(), row->entry, out);
      return true;
    }
  }
  for (const auto& run : runs) {
    if (const Entry* const entry = run->find(id, hash)) {
      return take_run_entry(run->images(Run::Pattern::random), log.get(), *entry, out);
    }
  }
  return false;
}

void Version::prefetch(const Id& id) const noexcept {
  const std::uint64_t hash = Run::hash(id);
  for (const auto& table : tables) table->prefetch(id);
  for (const auto& run : runs) run->prefetch(hash);
}

}  // namespace gs::state
