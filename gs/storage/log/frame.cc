#include "gs/storage/log/frame.h"

#include <algorithm>

#include "gs/base/crc32c.h"
#include "gs/base/endian.h"

namespace gs::log {
namespace {

constexpr std::uint32_t kFrameMagic = 0x31667367;  // "gsf1"
constexpr std::size_t kChecksumAt = 16;
constexpr std::uint64_t kFrameBytesMin = kFrameBytes + kChangeBytesMin;

std::uint32_t checksum(Bytes frame) noexcept {
  return crc32c(frame.subspan(kChecksumAt + 4), crc32c(frame.first(kChecksumAt)));
}

}  // namespace

const char* fault_text(FrameFault fault) noexcept {
  switch (fault) {
    case FrameFault::none:
      return "no fault";
    case FrameFault::blank:
      return "bytes after the end are not zero";
    case FrameFault::magic:
      return "frame: wrong magic";
    case FrameFault::length:
      return "frame: impossible length";
    case FrameFault::checksum:
      return "frame: wrong checksum";
    case FrameFault::sequence:
      return "frame: wrong sequence";
  }
  return "";
}

bool has_frame_magic(const std::uint8_t* bytes) noexcept { return load_u32(bytes) == kFrameMagic; }

void put_frame_head(std::uint8_t* frame, const FrameHead& head) noexcept {
  store_u32(frame, kFrameMagic);
  store_u32(frame + 4, head.change_bytes);
  store_u64(frame + 8, head.sequence);
  store_u32(frame + 20, head.unsynced);
  const Bytes bytes(frame, static_cast<std::size_t>(head.frame_bytes()));
  store_u32(frame + kChecksumAt, checksum(bytes));
}

FrameCheck check_head(Bytes rest) noexcept { return check_head(rest, rest.size()); }

FrameCheck check_head(Bytes head, std::uint64_t rest_bytes) noexcept {
  FrameCheck check;
  if (head.size() < kFrameBytes) {
    check.fault = is_zero(head) ? FrameFault::blank : FrameFault::length;
    return check;
  }
  const std::uint8_t* at = head.data();
  if (!has_frame_magic(at)) {
    check.fault = is_zero(head.first(kFrameBytes)) ? FrameFault::blank : FrameFault::magic;
    return check;
  }
  const std::uint32_t bytes = load_u32(at + 4);
  const bool possible =
      bytes >= kChangeBytesMin && bytes <= graph::kChangeBytesMax && bytes % 8 == 0;
  if (!possible || bytes > rest_bytes - kFrameBytes) {
    check.fault = FrameFault::length;
    return check;
  }
  check.head = {bytes, load_u64(at + 8), load_u32(at + 20)};
  return check;
}

FrameSum::FrameSum(Bytes head) noexcept
    : content_bytes_(load_u32(head.data() + 4)),
      stored_(load_u32(head.data() + kChecksumAt)),
      sum_(checksum(head.first(kFrameBytes))) {}

void FrameSum::add(Bytes content) noexcept { sum_ = crc32c(content, sum_); }

FrameCheck check_frame(Bytes rest) noexcept {
  FrameCheck check = check_head(rest);
  if (check.fault != FrameFault::none) return check;
  const Bytes frame = rest.first(static_cast<std::size_t>(check.head.frame_bytes()));
  if (load_u32(frame.data() + kChecksumAt) != checksum(frame)) check.fault = FrameFault::checksum;
  return check;
}

std::size_t first_nonzero(Bytes bytes) noexcept {
  std::size_t at = 0;
  // Eight words at a time: preallocated space is megabytes of zeros.
  for (; bytes.size() - at >= 64; at += 64) {
    std::uint64_t any = 0;
    for (std::size_t word = 0; word < 64; word += 8) any |= load_u64(bytes.data() + at + word);
    if (any != 0) break;
  }
  while (at < bytes.size() && bytes[at] == 0) ++at;
  return at;
}

bool is_zero(Bytes bytes) noexcept { return first_nonzero(bytes) == bytes.size(); }

std::size_t nonzero_end(Bytes bytes) noexcept {
  std::size_t end = bytes.size();
  for (; end >= 64; end -= 64) {
    std::uint64_t any = 0;
    for (std::size_t word = 8; word <= 64; word += 8) any |= load_u64(bytes.data() + end - word);
    if (any != 0) break;
  }
  while (end > 0 && bytes[end - 1] == 0) --end;
  return end;
}

FrameSearch::FrameSearch(Bytes file) noexcept
    : file_(file), parts_(file), budget_(kSearchPasses * file.size()) {}

bool FrameSearch::is_whole(std::uint64_t at, const FrameHead& head) {
  const auto begin = static_cast<std::size_t>(at);
  const auto end = static_cast<std::size_t>(at + head.frame_bytes());
  const std::uint32_t sum = crc32c(file_.subspan(begin, kChecksumAt));
  return load_u32(file_.data() + begin + kChecksumAt) ==
         parts_.sum(begin + kChecksumAt + 4, end, sum);
}

void FrameSearch::charge(std::uint64_t bytes) noexcept {
  if (bytes > budget_) gave_up_ = true;
  budget_ -= std::min(bytes, budget_);
}

FrameSearch::Found FrameSearch::next(std::uint64_t from, std::uint64_t origin,
                                     std::uint64_t sequence) {
  Found result;
  if (file_.size() < kFrameBytesMin) return result;
  const std::uint64_t last = file_.size() - kFrameBytesMin;
  for (std::uint64_t at = (from + 7) & ~std::uint64_t{7}; at <= last && !gave_up_; at += 8) {
    if (!has_frame_magic(file_.data() + at)) continue;
    const Bytes rest = file_.subspan(static_cast<std::size_t>(at));
    const FrameCheck head = check_head(rest);
    if (head.fault != FrameFault::none || head.head.sequence <= sequence) continue;
    if (head.head.sequence - sequence > (at - origin) / kFrameBytesMin) continue;
    if (!is_whole(at, head.head)) continue;
    charge(head.head.frame_bytes());
    if (gave_up_) break;
    result.found = true;
    result.offset = at;
    result.head = head.head;
    result.change = rest.subspan(kFrameBytes, head.head.change_bytes);
    break;
  }
  return result;
}

}  // namespace gs::log
