// Erasure: a segment is written again under its next generation and replaces the old file.
//
// Until the new header is on stable storage the old file is the segment; from then on the new one
// is, because its frames were synced before. Recovery keeps exactly one of the two.
#include <algorithm>
#include <cstring>
#include <mutex>
#include <utility>

#include "gs/base/check.h"
#include "gs/storage/log/impl.h"
#include "gs/storage/log/scan.h"

namespace gs::log {
namespace {

constexpr std::size_t kRewritePieceBytes = std::size_t{1} << 20;  // few calls, little memory

// Frames on their way into the new file.
class FrameWriter {
 public:
  FrameWriter(platform::File& file, std::string shown) : file_(file), shown_(std::move(shown)) {}

  Error add(std::uint64_t sequence, Bytes change) {
    const bool possible = change.size() >= kChangeBytesMin && change.size() % 8 == 0 &&
                          change.size() <= graph::kChangeBytesMax;
    if (!possible) {
      return Error(Code::invalid, "a rewritten change of " + std::to_string(change.size()) +
                                      " bytes: not a multiple of 8 within the limits");
    }
    const FrameHead head{static_cast<std::uint32_t>(change.size()), sequence, 0};
    if (end() + head.frame_bytes() > kSegmentFileBytesMax) {
      return Error(Code::too_large,
                   shown_ + ": rewritten, it would be longer than a segment can be");
    }
    const std::size_t at = piece_.size();
    piece_.resize(at + static_cast<std::size_t>(head.frame_bytes()));
    std::memcpy(piece_.data() + at + kFrameBytes, change.data(), change.size());
    put_frame_head(piece_.data() + at, head);
    return piece_.size() < kRewritePieceBytes ? Error() : flush();
  }

  Error flush() {
    GS_TRY_OK(file_.write(written_, piece_));
    written_ += piece_.size();
    piece_.clear();
    return {};
  }

  std::uint64_t end() const noexcept { return written_ + piece_.size(); }

 private:
  platform::File& file_;
  std::string shown_;
  Buffer piece_;
  std::uint64_t written_ = kSegmentHeaderBytes;
};

// Tells where each frame of `before` is in `after`: the same frames in the same order.
void report_moves(std::uint32_t number, Bytes before, Bytes after, const Log::Moved& moved) {
  std::size_t from = kSegmentHeaderBytes;
  std::size_t to = kSegmentHeaderBytes;
  while (to < after.size()) {
    const FrameHead old_head = check_head(before.subspan(from)).head;
    const FrameHead new_head = check_head(after.subspan(to)).head;
    moved(location(number, static_cast<std::uint32_t>(from) + kFrameBytes),
          location(number, static_cast<std::uint32_t>(to) + kFrameBytes), new_head.change_bytes);
    from += static_cast<std::size_t>(old_head.frame_bytes());
    to += static_cast<std::size_t>(new_head.frame_bytes());
  }
}

}  // namespace

Error Log::Impl::seal(std::uint32_t number) {
  const std::lock_guard lock(write_mutex);
  GS_TRY_OK(usable());
  if (number != segment_of(position().end)) return {};
  GS_CHECK(open_bytes == 0);
  return next_segment(0);
}

// Nothing changes a sealed segment, so it is read and written again without a lock.
Error Log::Impl::rewrite(std::uint32_t number, const Transform& transform, const Moved& moved) {
  GS_TRY_OK(seal(number));
  std::vector<Segment> now = table();
  const auto found = std::find_if(now.begin(), now.end(),
                                  [&](const Segment& segment) { return segment.number == number; });
  if (found == now.end()) {
    return Error(Code::not_found, "the log has no segment " + std::to_string(number));
  }
  const Segment& before = *found;
  Segment after = before;
  // A name that was never used: an attempt that failed may have left a file.
  for (bool taken = true; taken;) {
    ++after.generation;
    GS_TRY(taken, files.exists(path(after)));
  }

  const std::shared_ptr<const View> old_view = current_view();
  const View::Segment& old_segment = old_view->segments_[number - 1];
  const Bytes content(old_segment.base, static_cast<std::size_t>(before.end));
  std::shared_ptr<platform::Mapping> mapping;
  if (Error error = write_generation(after, content, transform, mapping)) {
    // The old file is still the segment, whatever remains of the new one.
    files.remove(path(after)).ignore();
    return error;
  }
  const Bytes new_content = mapping->bytes();
  replace(before, after, std::move(mapping));
  if (moved) report_moves(number, content, new_content, moved);
  // Erased bytes are gone when the old file is. Should this fail, the next open() removes it.
  GS_TRY_OK(files.remove(path(before)).in("the replaced segment file could not be removed"));
  return files.sync_directory(directory);
}

// Table and view change together: a snapshot has both of one generation.
void Log::Impl::replace(const Segment& before, const Segment& after,
                        std::shared_ptr<platform::Mapping> mapping) {
  std::shared_ptr<const View> old_view;  // dies after the lock: it may unmap a segment
  const std::lock_guard lock(state_mutex);
  auto next = std::make_shared<View>(*view);
  // A tail buffer of this segment holds the old bytes and would hide the new ones.
  std::erase_if(next->tails_,
                [&](const View::Tail& old) { return segment_of(old.begin) == after.number; });
  next->segments_[after.number - 1].map(std::move(mapping));
  old_view = std::exchange(view, std::move(next));
  segments[after.number - 1] = after;
  valid_bytes = valid_bytes - before.end + after.end;
  generations += after.generation - before.generation;
}

Error Log::Impl::write_generation(Segment& after, Bytes before, const Transform& transform,
                                  std::shared_ptr<platform::Mapping>& mapping) {
  GS_TRY(const std::unique_ptr<platform::File> file,
         files.open(path(after), platform::OpenMode::create));
  FrameWriter frames(*file, files.display(path(after)));
  const Visitor copy = [&](Location at, std::uint64_t sequence, Bytes change) -> Error {
    GS_TRY(const Bytes transformed, transform(at, change));
    return frames.add(sequence, transformed);
  };
  Walk walk = walk_frames(before, after.number, kSegmentHeaderBytes, after.first_sequence, copy);
  GS_TRY_OK(std::move(walk.error));
  if (walk.fault != FrameFault::none) {
    return damage_at(location(after.number, static_cast<std::uint32_t>(walk.offset)),
                     fault_text(walk.fault));
  }
  GS_TRY_OK(frames.flush());
  after.end = frames.end();
  GS_TRY_OK(file->resize(after.end));
  GS_TRY_OK(file->sync());
  GS_TRY(mapping, file->map(after.end));
  mapping->advise(platform::Mapping::Pattern::random);
  GS_TRY_OK(file->write(
      0, encode_header({after.number, after.generation, after.first_sequence, storage})));
  GS_TRY_OK(file->sync());
  return files.sync_directory(directory);
}

}  // namespace gs::log
