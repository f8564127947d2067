// The mark: what was acknowledged, as far as the disk got to know.
//
// Written now and then and by close, without being synced itself, so after a crash it may be older
// than the truth, never newer. The sequence decides; the location is for people and tools (a
// rewrite moves frames but keeps their sequences). The byte table is in log.h. Pure.
#pragma once

#include <array>
#include <string>

#include "gs/storage/log/log.h"

namespace gs::log {

inline constexpr std::size_t kMarkSlotBytes = 64;
inline constexpr std::size_t kMarkBytes = 2 * kMarkSlotBytes;
inline constexpr const char* kMarkName = "mark";

struct Mark {
  std::uint64_t turn = 0;  // 0: no mark
  Location end = 0;
  std::uint64_t next_sequence = 0;
};

std::array<std::uint8_t, kMarkSlotBytes> encode_mark(const Mark& mark) noexcept;
// The newest valid slot of the file's bytes; turn 0 when there is none.
Mark newest_mark(Bytes file) noexcept;
// What is wrong with the bytes of a mark, for verification: empty for nothing, also when there are
// none yet.
std::string mark_fault(Bytes file);

}  // namespace gs::log
