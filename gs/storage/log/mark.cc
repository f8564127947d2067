#include "gs/storage/log/mark.h"

#include "gs/base/crc32c.h"
#include "gs/base/endian.h"
#include "gs/storage/log/frame.h"

namespace gs::log {
namespace {
constexpr std::size_t kMarkCheckedBytes = 24;
}

std::array<std::uint8_t, kMarkSlotBytes> encode_mark(const Mark& mark) noexcept {
  std::array<std::uint8_t, kMarkSlotBytes> slot{};
  store_u64(slot.data(), mark.turn);
  store_u64(slot.data() + 8, mark.end);
  store_u64(slot.data() + 16, mark.next_sequence);
  store_u32(slot.data() + kMarkCheckedBytes, crc32c(Bytes(slot).first(kMarkCheckedBytes)));
  return slot;
}

Mark newest_mark(Bytes file) noexcept {
  Mark newest;
  for (std::size_t at = 0; at + kMarkSlotBytes <= file.size() && at < kMarkBytes;
       at += kMarkSlotBytes) {
    const Bytes slot = file.subspan(at, kMarkSlotBytes);
    if (load_u32(slot.data() + kMarkCheckedBytes) != crc32c(slot.first(kMarkCheckedBytes)))
      continue;
    const Mark mark{load_u64(slot.data()), load_u64(slot.data() + 8), load_u64(slot.data() + 16)};
    if (mark.turn > newest.turn) newest = mark;
  }
  return newest;
}

std::string mark_fault(Bytes file) {
  if (is_zero(file)) return {};
  if (file.size() != kMarkBytes) {
    return "it has " + std::to_string(file.size()) + " bytes, not " + std::to_string(kMarkBytes);
  }
  for (std::size_t at = 0; at < kMarkBytes; at += kMarkSlotBytes) {
    const Bytes slot = file.subspan(at, kMarkSlotBytes);
    if (is_zero(slot)) continue;
    const Bytes padding = slot.subspan(kMarkCheckedBytes + 4);
    if (newest_mark(slot).turn == 0 || !is_zero(padding)) {
      return "the slot at " + std::to_string(at) + " does not match its checksum";
    }
  }
  return {};
}

}  // namespace gs::log
