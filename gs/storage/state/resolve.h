// From an entry to the bytes that it names.
#pragma once

#include "gs/base/endian.h"
#include "gs/storage/state/state.h"

namespace gs::state {

inline void take_image(const std::uint8_t* image, Found& out) noexcept {
  out.exception_count = load_u32(image);
  out.exceptions = reinterpret_cast<const StampException*>(image + kImageHeadBytes);
  out.record = image + kImageHeadBytes + std::size_t{out.exception_count} * sizeof(StampException);
}

inline void take_record(const std::uint8_t* record, Found& out) noexcept {
  out.exception_count = 0;
  out.exceptions = nullptr;
  out.record = record;
}

inline void take_row(const RowTable& table, const log::View* log, const Entry& entry,
                     Found& out) noexcept {
  out.entry = entry;
  switch (entry.kind()) {
    case Entry::Kind::log:
      return take_record(log->at(entry.position()), out);
    case Entry::Kind::image:
      return take_image(table.arena_at(entry.position()), out);
    case Entry::Kind::tombstone:
      return take_record(nullptr, out);
  }
}

// False when the run is damaged there.
inline bool take_run_entry(const Run::Images& images, const log::View* log, const Entry& entry,
                           Found& out) noexcept {
  out.entry = entry;
  switch (entry.kind()) {
    case Entry::Kind::log:
      take_record(log->at(entry.position()), out);
      return out.record != nullptr;
    case Entry::Kind::image: {
      const std::uint8_t* const image = images.at(entry.position());
      if (image == nullptr) return false;
      take_image(image, out);
      return true;
    }
    case Entry::Kind::tombstone:
      take_record(nullptr, out);
      return true;
  }
  return false;  // the fourth kind, which nobody writes
}

}  // namespace gs::state
