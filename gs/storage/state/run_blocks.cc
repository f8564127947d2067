#include "gs/storage/state/run_blocks.h"

#include <algorithm>

#include "gs/base/crc32c.h"
#include "gs/base/endian.h"

namespace gs::state {

bool RunBlocks::compare(std::uint64_t block) noexcept {
  const std::uint64_t at = kRunHeaderBytes + block * kRunBlockBytes;
  const std::uint64_t size = std::min<std::uint64_t>(kRunBlockBytes, sums_.offset - at);
  const Bytes bytes = file_.subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(size));
  if (crc32c(bytes) != load_u32(file_.data() + sums_.offset + 4 * block)) {
    note_damage(at);
    return false;
  }
  compared_.set(static_cast<std::size_t>(block));
  return true;
}

bool RunBlocks::all_of(std::uint64_t at, std::uint64_t bytes) noexcept {
  std::uint64_t block = run_block_of(at);
  for (const std::uint64_t last = run_block_of(at + bytes - 1); block <= last; ++block) {
    if (!compared_.test(static_cast<std::size_t>(block)) && !compare(block)) return false;
  }
  return true;
}

bool RunBlocks::all_sound() noexcept {
  const std::uint64_t count = run_block_count(sums_.offset);
  for (std::uint64_t block = 0; block < count; ++block) {
    if (!compare(block)) return false;
  }
  for (std::uint64_t at = sums_.offset + 4 * count; at < sums_.offset + sums_.bytes; ++at) {
    if (file_[static_cast<std::size_t>(at)] == 0) continue;
    note_damage(at);
    return false;
  }
  return true;
}

void RunBlocks::note_damage(std::uint64_t at) noexcept {
  std::uint64_t none = 0;
  damaged_at_.compare_exchange_strong(none, at, std::memory_order_relaxed);
}

}  // namespace gs::state
