// Which 4 KiB blocks of a mapped segment hold only frames that were compared with their checksums
// since it was mapped.
//
// State names records by their place in the log, and opening reads no frames before the last
// checkpoint. So the first look at a record finds the frame around it and compares its checksum; a
// block whose frames are all sound is remembered, and costs a test of a bit from then on.
//
// A frame is found from inside by looking backwards for a whole frame that reaches the block: what
// a record holds may look like one, but then its checksum is of the same bytes. Searched are as
// many bytes as a frame can have. A record may hold any number of heads that promise long frames;
// when as many bytes were summed as the file has, frames are walked from the begin of the segment
// instead, which sums each once and remembers all that are sound.
//
// The segment that is being written is looked at only as far as whole frames were written: behind
// them somebody writes.
//
// Threads: any. Two that touch a block at once may both compare it.
#pragma once

#include <atomic>

#include "gs/base/atomic_bits.h"
#include "gs/platform/mutex.h"
#include "gs/storage/log/frame.h"

namespace gs::log {

class ComparedFrames {
 public:
  // A file that nobody writes, until grow() says otherwise.
  explicit ComparedFrames(Bytes file)
      : file_(file), written_(file.size()), compared_(file.size() / kBlockBytes + 1) {}

  // From now on frames are written behind `end`; they end where the last call says ...
  void grow(std::uint64_t end) noexcept {
    grows_ = true;
    written_ = end;
  }
  void wrote(std::uint64_t end) noexcept { written_ = end; }
  // ... until there will be no more.
  void end() noexcept { grows_ = false; }

  // Whether these bytes of the file, which lie in one frame, are as they were written.
  bool sound(std::uint64_t at, std::uint64_t bytes) noexcept {
    std::uint64_t block = at / kBlockBytes;
    for (const std::uint64_t last = (at + bytes - 1) / kBlockBytes; block <= last; ++block) {
      if (!compared_.test(static_cast<std::size_t>(block))) return compare(at, at + bytes);
    }
    return true;
  }

  // The same for the frame that begins at `at` and has so many bytes.
  bool sound_frame(std::uint64_t at, std::uint64_t bytes) noexcept;

 private:
  static constexpr std::uint64_t kBlockBytes = 4096;

  bool compare(std::uint64_t begin, std::uint64_t end) noexcept;
  // Frame by frame up to the one that holds `begin`.
  bool walk(Bytes file, std::uint64_t begin, std::uint64_t end) noexcept;
  // Remembers the blocks that lie in between as a whole.
  void mark(std::uint64_t begin, std::uint64_t end) noexcept;

  Bytes file_;
  std::atomic<std::uint64_t> written_;
  std::atomic<bool> grows_{false};
  AtomicBits compared_;

  platform::Mutex walk_mutex_;
  std::uint64_t walked_ = kSegmentHeaderBytes;  // a frame begins here, and all before are sound
};

}  // namespace gs::log
