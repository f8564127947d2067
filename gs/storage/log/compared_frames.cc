#include "gs/storage/log/compared_frames.h"

#include <algorithm>
#include <mutex>

namespace gs::log {
namespace {

constexpr std::uint64_t kFrameBytesMax = kFrameBytes + graph::kChangeBytesMax;

bool is_blank(Bytes file, std::uint64_t begin, std::uint64_t end) noexcept {
  return begin < end && is_zero(file.subspan(static_cast<std::size_t>(begin),
                                             static_cast<std::size_t>(end - begin)));
}

// Looks for sound frames from inside. The budget is what may be summed; none is left when the
// search gave up.
struct Search {
  Bytes file;
  std::uint64_t budget = 0;

  // Where the sound frames end that follow each other from `begin` on, at `target` or later if all
  // up to there are.
  std::uint64_t sound_end(std::uint64_t begin, std::uint64_t target) noexcept {
    std::uint64_t at = begin;
    // The magic alone is sure to lie in a block that is there: the file may end with it.
    while (at < target && has_frame_magic(file.data() + at)) {
      const Bytes rest = file.subspan(static_cast<std::size_t>(at));
      const FrameCheck head = check_head(rest);
      if (head.fault != FrameFault::none) break;
      const std::uint64_t bytes = head.head.frame_bytes();
      if (bytes > budget) {
        budget = 0;
        break;
      }
      budget -= bytes;
      if (check_frame(rest).fault != FrameFault::none) break;
      at += bytes;
    }
    return at;
  }

  struct Covered {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;  // 0: there is none
  };
  // Looks for a frame that begins at `highest` or before, down to `lowest`, from which on sound
  // frames follow each other up to `end`, and says how far they go, with the blank rest of the
  // block.
  Covered around(std::uint64_t highest, std::uint64_t lowest, std::uint64_t end,
                 std::uint64_t block_end) noexcept {
    for (std::uint64_t at = highest; at >= lowest && budget > 0; at -= 8) {
      if (!has_frame_magic(file.data() + at)) continue;
      const FrameCheck head = check_head(file.subspan(static_cast<std::size_t>(at)));
      if (head.fault != FrameFault::none || at + head.head.frame_bytes() <= highest) continue;
      const std::uint64_t reached = sound_end(at, block_end);
      if (reached < end) continue;
      return {at, is_blank(file, reached, block_end) ? block_end : reached};
    }
    return {};
  }
};

}  // namespace

void ComparedFrames::mark(std::uint64_t begin, std::uint64_t end) noexcept {
  for (std::uint64_t block = (begin + kBlockBytes - 1) / kBlockBytes;
       (block + 1) * kBlockBytes <= end; ++block) {
    compared_.set(static_cast<std::size_t>(block));
  }
}

bool ComparedFrames::compare(std::uint64_t begin, std::uint64_t end) noexcept {
  const bool grows = grows_;  // first: what is written when it no longer does is all there is
  const Bytes file = file_.first(static_cast<std::size_t>(written_.load()));
  if (end > file.size()) return false;
  const std::uint64_t block_begin = begin / kBlockBytes * kBlockBytes;
  const std::uint64_t block_end =
      std::min<std::uint64_t>((end + kBlockBytes - 1) / kBlockBytes * kBlockBytes, file.size());
  if (block_begin < kSegmentHeaderBytes) return false;  // no frame begins in the header
  const std::uint64_t lowest =
      std::max<std::uint64_t>(block_begin, kSegmentHeaderBytes + kFrameBytesMax) - kFrameBytesMax;
  Search search{file, file.size()};
  Search::Covered covered = search.around(block_begin, lowest, end, block_end);
  // Another frame of the block may be the one that is not sound.
  if (covered.end == 0 && begin > block_begin) {
    covered = search.around(begin, block_begin + 8, end, block_end);
  }
  if (covered.end == 0) return search.budget == 0 && walk(file, begin, end);
  mark(covered.begin, covered.end);
  const bool whole = covered.begin <= block_begin && covered.end == file.size() && !grows;
  if (whole) compared_.set(static_cast<std::size_t>(file.size() / kBlockBytes));
  return true;
}

bool ComparedFrames::sound_frame(std::uint64_t at, std::uint64_t bytes) noexcept {
  const std::uint64_t last = (at + bytes - 1) / kBlockBytes;
  std::uint64_t block = at / kBlockBytes;
  while (block <= last && compared_.test(static_cast<std::size_t>(block))) ++block;
  if (block > last) return true;
  const std::uint64_t end = written_.load();
  if (at > end || bytes > end - at) return false;
  const Bytes frame = file_.subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(bytes));
  if (check_frame(frame).fault != FrameFault::none) return false;
  mark(at, at + bytes);
  return true;
}

bool ComparedFrames::walk(Bytes file, std::uint64_t begin, std::uint64_t end) noexcept {
  const std::lock_guard lock(walk_mutex_);
  std::uint64_t at = walked_ <= begin ? walked_ : kSegmentHeaderBytes;
  std::uint64_t sound_since = at;
  bool all_sound = true;
  while (at <= begin) {
    const FrameCheck check = check_frame(file.subspan(static_cast<std::size_t>(at)));
    const bool sound = check.fault == FrameFault::none;
    // Where the next one begins is not known, or perhaps wrong and then no frame is there.
    if (!sound && check.fault != FrameFault::checksum) return false;
    const std::uint64_t next = at + check.head.frame_bytes();
    if (sound) {
      const std::uint64_t block_begin = at / kBlockBytes * kBlockBytes;
      mark(std::max(sound_since, block_begin), next);
      if (all_sound && next / kBlockBytes > at / kBlockBytes) walked_ = at;
    } else {
      all_sound = false;
      sound_since = next;
    }
    if (begin < next) return sound && end <= next;
    at = next;
  }
  return false;
}

}  // namespace gs::log
