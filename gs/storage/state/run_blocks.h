// The checksums of a run's blocks: which of them were compared since the run was opened.
//
// What a lookup touches is compared when it is touched first, 4 KiB at a time, and costs a test of
// a bit from then on. Bytes that change in the file after that are not noticed.
//
// Threads: any. Two that touch a block at once may both compare it.
#pragma once

#include <atomic>

#include "globalstorage/bytes.h"
#include "gs/base/atomic_bits.h"
#include "gs/storage/state/run_format.h"

namespace gs::state {

class RunBlocks {
 public:
  RunBlocks() = default;
  // Before everything else. `sums`: one for each block of the file from its header to where they
  // begin.
  void watch(Bytes file, const RunSection& sums) {
    file_ = file;
    sums_ = sums;
    compared_ = AtomicBits(static_cast<std::size_t>(run_block_count(sums.offset)));
  }
  RunBlocks(const RunBlocks&) = delete;
  RunBlocks& operator=(const RunBlocks&) = delete;

  // Whether these bytes of the file, which lie between header and sums, are as they were written.
  bool sound(std::uint64_t at, std::uint64_t bytes) noexcept {
    if (bytes == 0) [[unlikely]]
      return true;
    const std::uint64_t first = run_block_of(at);
    const bool is_one = run_block_of(at + bytes - 1) == first;
    if (is_one && compared_.test(static_cast<std::size_t>(first))) [[likely]]
      return true;
    return all_of(at, bytes);
  }
  // The same of every block, those that were compared before too.
  bool all_sound() noexcept;

  // Where the first damage lies that was met; 0: none.
  std::uint64_t damaged_at() const noexcept { return damaged_at_.load(std::memory_order_relaxed); }
  // Something in the file names what is not there.
  void note_damage(std::uint64_t at) noexcept;

 private:
  bool all_of(std::uint64_t at, std::uint64_t bytes) noexcept;
  bool compare(std::uint64_t block) noexcept;

  Bytes file_;
  RunSection sums_;
  AtomicBits compared_;
  std::atomic<std::uint64_t> damaged_at_{0};
};

}  // namespace gs::state
