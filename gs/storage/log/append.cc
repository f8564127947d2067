// Where new frames go: segments, reserved disk space, tail buffers.
#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include "gs/base/endian.h"
#include "gs/storage/log/frame.h"
#include "gs/storage/log/impl.h"

namespace gs::log {
namespace {

// Reserves up to `wanted`, or at least `needed` when the disk has no more.
Error reserve_some(platform::File& file, std::uint64_t needed, std::uint64_t& wanted) {
  Error error = file.allocate(wanted);
  if (error.code() != Code::no_space || needed == wanted) return error;
  wanted = needed;
  return file.allocate(wanted);
}

}  // namespace

Error Log::Impl::reserve(std::uint64_t end) {
  if (end <= active.allocated) return {};
  std::uint64_t target = std::min(active.planned, std::max(end, active.allocated + step));
  if (Error error = reserve_some(*active.file, end, target)) {
    // Gives back what the failed call may have taken. Not needed for safety: bytes after the end
    // are zero either way.
    active.file->resize(active.allocated).ignore();
    return error;
  }
  active.allocated = target;
  step = std::min(step * 2, std::uint64_t{options.allocate_bytes_max});
  return {};
}

void Log::Impl::new_tail(std::uint64_t frame_bytes) {
  // Frames before this one are written, so readers find them in the segment, all but a pending
  // one: that keeps its buffer in the view. Older views keep theirs.
  const Location begin = appended.end;
  const std::uint64_t left = active.planned - offset_of(begin);
  const std::uint64_t wanted = std::min<std::uint64_t>(options.tail_bytes, left);
  const std::uint64_t bytes = std::max(frame_bytes, wanted);
  tail.begin = begin;
  tail.end = begin + bytes;
  tail.bytes = buffers.take(static_cast<std::size_t>(bytes));
  publish([&](View& next) {
    const bool waits = end_at != begin;  // state_mutex is held
    if (waits && next.tails_.size() > 1) next.tails_.erase(next.tails_.begin());
    if (!waits) next.tails_.clear();
    next.tails_.push_back(tail);
  });
}

// Space that is only reserved costs the first sync of each of its blocks a change of the file
// system's own tables. Behind small frames zeros are written, many blocks at a time, so that most
// syncs find blocks that were written before. A hint: a failure changes nothing.
void Log::Impl::write_zeros() {
  static constexpr std::array<std::uint8_t, std::size_t{64} << 10> kZeros{};
  const std::uint64_t end = offset_of(appended.end);
  if (end <= active.zeroed) return;
  const std::uint64_t most = options.zeros_bytes_max;
  if (active.zeros_step == 0) active.zeros_step = options.zeros_bytes_first;
  active.zeros_step = std::min(active.zeros_step, most);
  const std::uint64_t begin = align_up(end, kBlockBytes);
  const std::uint64_t to = std::min(begin + active.zeros_step, active.allocated);
  for (std::uint64_t at = begin; at < to; at += kZeros.size()) {
    const auto bytes = std::min<std::uint64_t>(to - at, kZeros.size());
    if (active.writer->write(at, Bytes(kZeros).first(static_cast<std::size_t>(bytes)))) return;
  }
  active.zeroed = std::max(begin, to);
  active.zeros_step *= 2;
}

Error Log::Impl::next_segment(std::uint64_t frame_bytes) {
  const std::lock_guard frame_lock(frame_mutex);
  GS_TRY_OK(write_pending_held());
  const Position last = position();
  const std::uint32_t number = segment_of(last.end) + 1;
  if (number > kSegmentNumberMax) {
    return Error(Code::too_large, "the log has its last segment; compact or archive it");
  }
  // The old segment is whole and on stable storage before the new one exists. That is what lets
  // recovery say that only the newest segment can have a torn tail.
  if (Error error = active.file->resize(offset_of(last.end))) return error;
  active.allocated = offset_of(last.end);
  const std::lock_guard lock(sync_mutex);
  if (Error error = active.syncer->sync()) return fail(std::move(error));
  confirm(last);
  return create_segment(number, last.next_sequence, frame_bytes);
}

// Until the header is written a failure takes the file away again and leaves the log as it was.
// From then on it is final: the disk may have the header, and frames must not go elsewhere.
Error Log::Impl::create_segment(std::uint32_t number, std::uint64_t first_sequence,
                                std::uint64_t frame_bytes) {
  const Segment segment{number, 0, first_sequence, kSegmentHeaderBytes, true};
  const std::string name = path(segment);
  Active made;
  made.planned =
      std::max({std::uint64_t{options.segment_bytes}, kSegmentHeaderBytes + frame_bytes});
  made.planned = std::min(made.planned, kSegmentFileBytesMax);
  std::shared_ptr<platform::Mapping> mapping;
  const auto prepare = [&]() -> Error {
    GS_TRY(made.file, files.open(name, platform::OpenMode::open_or_create));
    GS_TRY_OK(made.file->resize(0));  // left over from an attempt that failed
    const std::uint64_t needed = kSegmentHeaderBytes + frame_bytes;
    made.allocated = std::min(made.planned, std::max(needed, step));
    GS_TRY_OK(reserve_some(*made.file, needed, made.allocated));
    GS_TRY(mapping, made.file->map(made.planned));
    GS_TRY(made.writer, files.open(name, platform::OpenMode::write));
    GS_TRY(made.syncer, files.open(name, platform::OpenMode::write));
    return {};
  };
  if (Error error = prepare()) {
    made = {};
    mapping.reset();
    // A file that stays would tell recovery that the old segment is whole for good.
    Error left = files.remove(name);
    if (left.code() == Code::not_found) return error;
    if (left) return fail(std::move(left));
    left = files.sync_directory(directory);
    return left ? fail(std::move(left)) : std::move(error);
  }
  mapping->advise(platform::Mapping::Pattern::random);
  const Buffer header = encode_header({number, 0, first_sequence, storage});
  if (Error error = made.file->write(0, header)) return fail(std::move(error));
  if (Error error = made.syncer->sync()) return fail(std::move(error));
  if (Error error = files.sync_directory(directory)) return fail(std::move(error));

  if (active.compared) active.compared->end();
  active = std::move(made);
  show_segment(number, std::move(mapping));
  follow_writing(number, kSegmentHeaderBytes);
  const std::lock_guard lock(state_mutex);
  segments.push_back(segment);
  valid_bytes += kSegmentHeaderBytes;
  end_at = location(number, kSegmentHeaderBytes);
  appended = {end_at, first_sequence};
  return {};
}

}  // namespace gs::log
