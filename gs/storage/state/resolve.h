// From an entry to the bytes that it names.
#pragma once

#include <string_view>

#include "gs/base/endian.h"
#include "gs/storage/state/state.h"

namespace gs::state {

inline Met meet_image(const Entry& entry, const std::uint8_t* image) noexcept {
  const bool is_there = entry.kind() == Entry::Kind::image;
  return {&entry, is_there ? ImageView(image).record() : nullptr, image};
}

inline Met meet_row(const RowTable& table, const log::View* log, const Entry& entry) noexcept {
  switch (entry.kind()) {
    case Entry::Kind::log:
      return {&entry, log->at(entry.position()), nullptr};
    case Entry::Kind::image:
      return meet_image(entry, table.arena_at(entry.position()));
    case Entry::Kind::tombstone:
      if (entry.has_image()) return meet_image(entry, table.arena_at(entry.image_position()));
      break;
    case Entry::Kind::record:  // never in a table
      break;
  }
  return {&entry, nullptr, nullptr};
}

// False when what the entry names is damaged, in the run or in the log.
inline bool meet_run_entry(const Run& run, const Run::Images& images, const log::View* log,
                           const Entry& entry, Met& out) noexcept {
  switch (entry.kind()) {
    case Entry::Kind::record:
      out = {&entry, images.record_at(entry.position()), nullptr};
      if (out.record != nullptr) return true;
      break;
    case Entry::Kind::image:
      if (const std::uint8_t* const image = images.at(entry.position())) {
        out = meet_image(entry, image);
        return true;
      }
      break;
    case Entry::Kind::log:
      out = {&entry, log->record_at(entry.position()), nullptr};
      if (out.record != nullptr) return true;
      break;
    case Entry::Kind::tombstone:
      out = {&entry, nullptr, entry.has_image() ? images.at(entry.image_position()) : nullptr};
      if (out.image != nullptr || !entry.has_image()) return true;
      break;
  }
  if (log->damaged_at() == 0) run.note_damage(entry);
  return false;
}

}  // namespace gs::state
