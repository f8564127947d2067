// Version: one lookup over all tables and runs.

#include "gs/storage/state/resolve.h"

namespace gs::state {

Found Met::found() const noexcept {
  Found out;
  out.entry = *entry;
  out.record = record;
  if (image == nullptr) return out;
  out.exception_count = load_u32(image);
  out.exceptions = reinterpret_cast<const StampException*>(image + kImageHeadBytes);
  return out;
}

bool Version::find(const Id& id, Sequence at, Found& out) const noexcept {
  const std::uint64_t hash = Run::hash(id);
  // The slots of all runs are on their way to the processor while the tables are asked.
  for (const auto& run : runs) run->prefetch(hash);
  for (const auto& table : tables) {
    if (const RowTable::Row* const row = table->find(id, at)) {
      out = meet_row(*table, log.get(), row->entry).found();
      return true;
    }
  }
  for (const auto& run : runs) {
    if (const Entry* const entry = run->find(id, hash)) {
      Met met;
      if (!meet_run_entry(run->images(Run::Pattern::random), log.get(), *entry, met)) return false;
      out = met.found();
      return true;
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
