// Version: one lookup over all tables and runs.

#include <algorithm>
#include <string>

#include "gs/storage/state/id_key.h"
#include "gs/storage/state/resolve.h"

namespace gs::state {

namespace {

constexpr std::size_t kLineBytes = 64;

// Most records lie in two lines.
void touch(const std::uint8_t* record) noexcept {
  __builtin_prefetch(record);
  __builtin_prefetch(record + kLineBytes);
}

// What an image has before its record takes one or two more.
void touch_image(const std::uint8_t* image) noexcept {
  touch(image);
  touch(image + 2 * kLineBytes);
}

// Asks for addresses and waits for none.
void touch_row(const RowTable& table, const log::View& log, const Entry& entry) noexcept {
  switch (entry.kind()) {
    case Entry::Kind::log:
      return touch(log.at(entry.position()));
    case Entry::Kind::image:
      return touch_image(table.arena_at(entry.position()));
    default:
      return;
  }
}

}  // namespace

Found Met::found() const noexcept {
  Found out;
  out.entry = *entry;
  out.record = record;
  out.image = image;
  return out;
}

Version::Lookup Version::find(const Id& id, Sequence at, Found& out) const noexcept {
  const std::uint64_t hash = Run::hash(id);
  // The slots of all runs are on their way to the processor while the tables are asked.
  for (const auto& run : runs) run->prefetch(hash);
  if (unlogged != nullptr) {
    if (const RowTable::Row* const row = unlogged->find(id, at)) {
      out = meet_row(*unlogged, log.get(), row->entry).found();
      out.unlogged = true;
      return Lookup::found;
    }
  }
  for (const auto& table : tables) {
    if (const RowTable::Row* const row = table->find(id, at)) {
      out = meet_row(*table, log.get(), row->entry).found();
      return Lookup::found;
    }
  }
  for (const auto& run : runs) {
    if (const Entry* const entry = run->find(id, hash)) {
      const Run::Images& images = run->images(Run::Pattern::random);
      if (entry->kind() == Entry::Kind::record) [[likely]] {
        const std::uint8_t* const record = images.record_at(entry->position());
        if (record != nullptr) [[likely]] {
          out = {*entry, record};
          return Lookup::found;
        }
      }
      Met met;
      if (!meet_run_entry(*run, images, log.get(), *entry, met)) return Lookup::damaged;
      out = met.found();
      return Lookup::found;
    }
    if (run->is_damaged()) return Lookup::damaged;  // it may have hidden the entry
  }
  return Lookup::none;
}

bool Version::is_damaged() const noexcept {
  return log->damaged_at() != 0 ||
         std::any_of(runs.begin(), runs.end(), [](const auto& run) { return run->is_damaged(); });
}

Error Version::damage() const {
  for (const auto& run : runs) GS_TRY_OK(run->damage());
  return log->damaged_at() == 0 ? Error() : log::damage_at(log->damaged_at());
}

void Version::prefetch(const Id& id) const noexcept {
  const std::uint64_t hash = Run::hash(id);
  if (unlogged != nullptr) unlogged->prefetch(id);
  for (const auto& table : tables) table->prefetch(id);
  for (const auto& run : runs) run->prefetch(hash);
}

void Version::prefetch_entry(const Id& id) const noexcept {
  const std::uint64_t hash = Run::hash(id);
  if (unlogged != nullptr) unlogged->prefetch_row(id);
  for (const auto& table : tables) table->prefetch_row(id);
  for (const auto& run : runs) {
    if (const Entry* const entry = run->likely(hash)) return __builtin_prefetch(entry);
  }
}

void Version::prefetch_record(const Id& id, Sequence at) const noexcept {
  const std::uint64_t hash = Run::hash(id);
  const auto is_in = [&](const RowTable& table) {
    const RowTable::Row* const row = table.find(id, at);
    if (row != nullptr) touch_row(table, *log, row->entry);
    return row != nullptr;
  };
  if (unlogged != nullptr && is_in(*unlogged)) return;
  for (const auto& table : tables) {
    if (is_in(*table)) return;
  }
  for (const auto& run : runs) {
    const Entry* const entry = run->likely(hash);
    if (entry == nullptr || !same_id(entry->id, id)) continue;
    // Whatever the entry says, these are addresses to ask for and no more.
    if (entry->kind() == Entry::Kind::log) return touch(log->at(entry->position()));
    const Run::Images& images = run->images(Run::Pattern::random);
    if (entry->position() < images.bytes) touch(images.base + entry->position());
    return;
  }
}

}  // namespace gs::state
