#include "gs/storage/log/compared_frames.h"

#include <algorithm>

namespace gs::log {
namespace {

constexpr std::uint64_t kFrameBytesMax = kFrameBytes + graph::kChangeBytesMax;

bool is_blank(Bytes file, std::uint64_t begin, std::uint64_t end) noexcept {
  return begin < end && is_zero(file.subspan(static_cast<std::size_t>(begin),
                                             static_cast<std::size_t>(end - begin)));
}

// Where the sound frames end that follow each other from `begin` on, at `target` or later if all up
// to there are.
std::uint64_t sound_end(Bytes file, std::uint64_t begin, std::uint64_t target,
                        std::uint64_t& budget) noexcept {
  std::uint64_t at = begin;
  // The magic alone is sure to lie in a block that is there: the file may end with it.
  while (at < target && has_frame_magic(file.data() + at)) {
    const Bytes rest = file.subspan(static_cast<std::size_t>(at));
    const FrameCheck head = check_head(rest);
    if (head.fault != FrameFault::none || head.head.frame_bytes() > budget) break;
    budget -= head.head.frame_bytes();
    if (check_frame(rest).fault != FrameFault::none) break;
    at += head.head.frame_bytes();
  }
  return at;
}

// Looks for a frame that begins at `highest` or before, down to `lowest`, from which on sound
// frames follow each other up to `end`. Where they end, with the blank rest of the block; 0: there
// is none.
std::uint64_t covered_from(Bytes file, std::uint64_t highest, std::uint64_t lowest,
                           std::uint64_t end, std::uint64_t block_end) noexcept {
  std::uint64_t budget = kSearchPasses * kFrameBytesMax;
  for (std::uint64_t at = highest; at >= lowest; at -= 8) {
    if (!has_frame_magic(file.data() + at)) continue;
    const FrameCheck head = check_head(file.subspan(static_cast<std::size_t>(at)));
    if (head.fault != FrameFault::none || at + head.head.frame_bytes() <= highest) continue;
    const std::uint64_t reached = sound_end(file, at, block_end, budget);
    if (reached < end) continue;
    return is_blank(file, reached, block_end) ? block_end : reached;
  }
  return 0;
}

}  // namespace

bool ComparedFrames::compare(std::uint64_t begin, std::uint64_t end) noexcept {
  const bool grows = grows_;  // first: what is written when it no longer does is all there is
  const Bytes file = file_.first(static_cast<std::size_t>(written_.load()));
  if (end > file.size()) return false;
  std::uint64_t block = begin / kBlockBytes;
  const std::uint64_t block_begin = block * kBlockBytes;
  const std::uint64_t block_end =
      std::min<std::uint64_t>((end + kBlockBytes - 1) / kBlockBytes * kBlockBytes, file.size());
  if (block_begin < kSegmentHeaderBytes) return false;  // no frame begins in the header
  const std::uint64_t lowest =
      std::max<std::uint64_t>(block_begin, kSegmentHeaderBytes + kFrameBytesMax) - kFrameBytesMax;
  const std::uint64_t covered = covered_from(file, block_begin, lowest, end, block_end);
  if (covered == 0) {
    // Another frame of the block may be the one that is not sound.
    return begin > block_begin && covered_from(file, begin, block_begin + 8, end, block_end) != 0;
  }
  for (; (block + 1) * kBlockBytes <= covered; ++block)
    compared_.set(static_cast<std::size_t>(block));
  if (covered == file.size() && !grows) compared_.set(static_cast<std::size_t>(block));
  return true;
}

}  // namespace gs::log
