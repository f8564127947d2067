// One frame of a segment, and the search for frames among damaged bytes.
//
// The byte table is in log.h. The checksum covers everything but itself, so no bit of a frame can
// change unnoticed.
//
// Cost of a search: the magic is looked for at every eighth byte, once. A candidate's checksum is
// computed only when its length fits the file and its sequence fits its distance (a frame has at
// least 40 bytes, so frame s + k cannot begin closer than 40 k bytes to frame s), and costs less
// than a microsecond whatever its length (crc32c_parts.h): text that looks like heads cannot make
// a search long or wrong. Whole frames, which are looked into, count against a budget of
// kSearchPasses times what is searched: more is possible only when one lies in another, in many
// layers; a search that runs out says so and its caller takes the safe side.
//
// Pure. Safe to call from any thread.
#pragma once

#include "gs/base/crc32c_parts.h"
#include "gs/storage/log/log.h"

namespace gs::log {

inline constexpr std::size_t kChangeBytesMin = 16;
inline constexpr std::uint64_t kSearchPasses = 4;

struct FrameHead {
  std::uint32_t change_bytes = 0;
  std::uint64_t sequence = 0;
  // Frames directly before this one that were not known to be on stable storage when it was
  // written; so all frames below `sequence - unsynced` were.
  std::uint32_t unsynced = 0;

  std::uint64_t frame_bytes() const noexcept { return std::uint64_t{kFrameBytes} + change_bytes; }
  std::uint64_t synced() const noexcept { return unsynced > sequence ? 0 : sequence - unsynced; }
};

enum class FrameFault {
  none,
  blank,   // the head is zero: the end, when everything after it is zero as well
  magic,   // no frame begins here
  length,  // impossible, or longer than what is left of the file
  checksum,
  sequence,  // whole, but not the frame that belongs here
};
const char* fault_text(FrameFault fault) noexcept;

// Whether four bytes can be the first ones of a frame.
bool has_frame_magic(const std::uint8_t* bytes) noexcept;
// Writes the head in front of the change that lies at frame + kFrameBytes.
void put_frame_head(std::uint8_t* frame, const FrameHead& head) noexcept;

struct FrameCheck {
  FrameFault fault = FrameFault::none;
  FrameHead head;  // as far as it could be read: of faults none and checksum
};
// `rest`: from the frame's begin to the end of the file.
FrameCheck check_frame(Bytes rest) noexcept;
// The same without the checksum: reads the 24 bytes of the head only.
FrameCheck check_head(Bytes rest) noexcept;
// The same of a frame that is read in pieces: `head` has its 24 bytes, or all that is left of the
// file, whose end is `rest_bytes` from the frame's begin.
FrameCheck check_head(Bytes head, std::uint64_t rest_bytes) noexcept;

// The checksum of a frame that is read in pieces.
class FrameSum {
 public:
  // `head`: 24 bytes that check_head() has found to be one.
  explicit FrameSum(Bytes head) noexcept;
  std::uint32_t content_bytes() const noexcept { return content_bytes_; }
  void add(Bytes content) noexcept;  // in order, all of content_bytes()
  bool agrees() const noexcept { return sum_ == stored_; }

 private:
  std::uint32_t content_bytes_;
  std::uint32_t stored_;
  std::uint32_t sum_;
};

bool is_zero(Bytes bytes) noexcept;
// Index of the first byte that is not zero, or bytes.size().
std::size_t first_nonzero(Bytes bytes) noexcept;
// Index after the last byte that is not zero, or 0.
std::size_t nonzero_end(Bytes bytes) noexcept;

class FrameSearch {
 public:
  explicit FrameSearch(Bytes file) noexcept;

  struct Found {
    bool found = false;
    std::uint64_t offset = 0;
    FrameHead head;
    Bytes change;
  };
  // The first whole frame at or after `from` with a sequence above `sequence`, the frame that
  // should have begun at `origin`.
  Found next(std::uint64_t from, std::uint64_t origin, std::uint64_t sequence);
  // Whether the frame at `at`, whose head is possible, has its checksum.
  bool is_whole(std::uint64_t at, const FrameHead& head);
  // Counts bytes that were summed in vain elsewhere.
  void charge(std::uint64_t bytes) noexcept;
  bool gave_up() const noexcept { return gave_up_; }

 private:
  Bytes file_;
  Crc32cParts parts_;
  std::uint64_t budget_;
  bool gave_up_ = false;
};

}  // namespace gs::log
