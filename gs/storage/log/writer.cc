// begin, write, sync, close: one frame at a time at the end of the log.
//
// A frame may wait for another thread to write it (write_later), but one only: whoever needs more
// than that, or needs it on the disk, writes it first.
#include <algorithm>
#include <mutex>
#include <utility>

#include "gs/base/check.h"
#include "gs/base/endian.h"
#include "gs/storage/log/frame.h"
#include "gs/storage/log/impl.h"

namespace gs::log {
namespace {

// One or a few transactions, which somebody waits for. See write_zeros().
constexpr std::size_t kSmallFrameBytes = kBlockBytes;

// What was synced since the last mark is written again by the open after a crash; a mark costs a
// microsecond, and this much is written in a hundred of them.
constexpr std::uint64_t kUnmarkedBytesMax = std::uint64_t{256} << 10;

}  // namespace

Error Log::Impl::usable() const {
  if (closed) return Error(Code::closed, files.display(directory) + ": the log is closed");
  if (options.read_only) {
    return Error(Code::read_only, files.display(directory) + ": opened for reading only");
  }
  if (damaged) {
    return Error(Code::read_only, files.display(directory) +
                                      ": the log is damaged, so nothing is written to it; run "
                                      "verify, then restore from a backup");
  }
  if (!failed) return {};
  const std::lock_guard lock(state_mutex);
  return Error(Code::failed,
               "an earlier write failed (" + failure + "); close the storage and open it again");
}

Error Log::Impl::fail(Error error) {
  const std::lock_guard lock(state_mutex);
  if (!failed) failure = error.text();
  failed = true;
  return error;
}

Result<Log::Space> Log::Impl::begin(std::size_t bytes) {
  const std::lock_guard lock(write_mutex);
  GS_TRY_OK(usable());
  GS_CHECK(open_bytes == 0);
  auto space = make_space(bytes);
  if (space.ok()) return space;
  // What fails may be the write of an earlier change: not a matter of this one's size or space.
  if (failed || write_pending()) return usable();
  return space;
}

Result<Log::Space> Log::Impl::make_space(std::size_t bytes) {
  if (bytes > graph::kChangeBytesMax) {
    return Error(Code::too_large, "a change of " + std::to_string(bytes) + " bytes; at most " +
                                      std::to_string(graph::kChangeBytesMax));
  }
  const std::size_t room = align_up(std::max(bytes, kChangeBytesMin), std::size_t{8});
  const std::uint64_t frame_bytes = kFrameBytes + room;
  if (offset_of(appended.end) + frame_bytes > active.planned) {
    GS_TRY_OK(next_segment(frame_bytes));
  }
  const Location at = appended.end;
  GS_TRY_OK(reserve(offset_of(at) + frame_bytes));
  // Locations of one segment are consecutive numbers, and a tail never spans segments.
  const bool fits = at >= tail.begin && at + frame_bytes <= tail.end;
  if (!fits) new_tail(frame_bytes);
  open_bytes = frame_bytes;
  std::uint8_t* frame = tail.bytes.get() + (at - tail.begin);
  return Space{{frame + kFrameBytes, room}, at + kFrameBytes};
}

Error Log::Impl::write_ahead(Bytes part) {
  const std::lock_guard lock(write_mutex);
  GS_TRY_OK(usable());
  const std::uint64_t at = offset_of(appended.end);
  const std::uint8_t* const frame = tail.bytes.get() + (appended.end - tail.begin);
  GS_CHECK(ahead.empty() && part.data() >= frame &&
           part.data() + part.size() <= frame + open_bytes);
  // Whole blocks only: the first and the last one are written once more, with the rest.
  const auto begin = align_up(at + static_cast<std::uint64_t>(part.data() - frame), kBlockBytes);
  const auto end = (at + static_cast<std::uint64_t>(part.data() + part.size() - frame)) /
                   kBlockBytes * kBlockBytes;
  if (end <= begin) return {};
  const Bytes blocks(frame + (begin - at), static_cast<std::size_t>(end - begin));
  if (Error error = active.file->write(begin, blocks)) return fail(std::move(error));
  active.file->start_sync(begin, end - begin);
  ahead = blocks;
  return {};
}

Log::Impl::Frame Log::Impl::finish(std::size_t change_bytes) {
  GS_CHECK(change_bytes % 8 == 0);
  GS_CHECK(change_bytes >= kChangeBytesMin);
  GS_CHECK(kFrameBytes + change_bytes <= open_bytes);
  open_bytes = 0;
  Frame frame{appended, tail.bytes.get() + (appended.end - tail.begin), change_bytes, tail.bytes};
  appended.end += frame.frame_bytes();
  ++appended.next_sequence;
  return frame;
}

Error Log::Impl::write(std::size_t change_bytes) {
  const std::lock_guard lock(write_mutex);
  GS_TRY_OK(usable());
  const Frame frame = finish(change_bytes);
  const std::lock_guard frame_lock(frame_mutex);
  GS_TRY_OK(write_pending_held());
  GS_TRY_OK(write_frame(frame, std::exchange(ahead, {})));
  if (frame.frame_bytes() <= kSmallFrameBytes) write_zeros();
  return {};
}

Error Log::Impl::write_later(std::size_t change_bytes) {
  const std::lock_guard lock(write_mutex);
  GS_TRY_OK(usable());
  GS_CHECK(ahead.empty());
  Frame frame = finish(change_bytes);
  const std::lock_guard frame_lock(frame_mutex);
  GS_TRY_OK(write_pending_held());
  pending = std::move(frame);
  return {};
}

Error Log::Impl::write_pending() {
  const std::lock_guard lock(frame_mutex);
  return write_pending_held();
}

Error Log::Impl::write_pending_held() {
  if (!pending) return {};
  GS_TRY_OK(usable());
  const Frame frame = *std::exchange(pending, std::nullopt);
  GS_TRY_OK(write_frame(frame, {}));
  // So that the sync of a full segment, for which the writer waits, finds little left to do.
  active.writer->start_sync(offset_of(frame.at.end), frame.frame_bytes());
  drop_tail(frame);
  return {};
}

// When the next change has begun in another buffer already, this one is not needed any more.
void Log::Impl::drop_tail(const Frame& frame) {
  {
    const std::lock_guard lock(state_mutex);
    const auto& tails = view->tails_;
    if (tails.size() < 2 || tails.front().bytes != frame.tail) return;
  }
  publish([&](View& next) {
    std::erase_if(next.tails_, [&](const View::Tail& old) { return old.bytes == frame.tail; });
  });
}

// `done`: blocks of the frame that are in the file already.
Error Log::Impl::write_frame(const Frame& frame, Bytes done) {
  const std::uint64_t unsynced = frame.at.next_sequence - synced_sequence.load();
  FrameHead head;
  head.change_bytes = static_cast<std::uint32_t>(frame.change_bytes);
  head.sequence = frame.at.next_sequence;
  head.unsynced = static_cast<std::uint32_t>(std::min(unsynced, std::uint64_t{0xffff'ffff}));
  put_frame_head(frame.bytes, head);
  const auto write_from = [&](const std::uint8_t* begin, const std::uint8_t* end) {
    const auto offset = offset_of(frame.at.end) + static_cast<std::uint64_t>(begin - frame.bytes);
    return active.writer->write(offset, {begin, static_cast<std::size_t>(end - begin)});
  };
  const std::uint8_t* const end = frame.bytes + frame.frame_bytes();
  Error error = write_from(frame.bytes, done.empty() ? end : done.data());
  if (!error && !done.empty()) error = write_from(done.data() + done.size(), end);
  if (error) return fail(std::move(error));
  const std::lock_guard state_lock(state_mutex);
  end_at += frame.frame_bytes();
  segments.back().end += frame.frame_bytes();
  active.compared->wrote(segments.back().end);
  valid_bytes += frame.frame_bytes();
  ++next_sequence;
  return {};
}

Error Log::Impl::sync() {
  GS_TRY_OK(write_pending());
  const std::lock_guard lock(sync_mutex);
  GS_TRY_OK(usable());
  // The position first: what is written after this line may or may not be covered.
  const Position written = position();
  if (written.next_sequence == synced_sequence.load()) return {};
  if (Error error = active.syncer->sync()) return fail(std::move(error));
  confirm(written);
  // Without the mark less is known, and nothing is lost.
  if (unmarked_bytes >= kUnmarkedBytesMax) write_mark().ignore();
  return {};
}

void Log::Impl::confirm(const Position& reached) {
  const bool same_segment = segment_of(reached.end) == segment_of(synced.end);
  unmarked_bytes += offset_of(reached.end) - (same_segment ? offset_of(synced.end) : 0);
  synced = reached;
  synced_sequence = reached.next_sequence;
}

Error Log::Impl::mark() {
  const std::lock_guard lock(sync_mutex);
  GS_TRY_OK(usable());
  return marked_sequence == synced.next_sequence ? Error() : write_mark();
}

Error Log::Impl::write_mark() {
  Mark mark;
  mark.turn = ++mark_turn;
  mark.end = synced.end;
  mark.next_sequence = synced.next_sequence;
  const auto slot = encode_mark(mark);
  const std::uint64_t offset = (mark.turn % 2) * kMarkSlotBytes;
  GS_TRY_OK(mark_file->write(offset, slot));  // without it less is known, and nothing is lost
  marked_sequence = mark.next_sequence;
  unmarked_bytes = 0;
  return {};
}

Error Log::Impl::close() {
  const std::lock_guard lock(write_mutex);
  if (closed) return {};
  open_bytes = 0;
  if (options.read_only || damaged) {
    closed = true;
    return {};
  }
  Error refused = usable();
  closed = true;
  GS_TRY_OK(std::move(refused));
  const std::lock_guard frame_lock(frame_mutex);
  if (pending) GS_TRY_OK(write_frame(*std::exchange(pending, std::nullopt), {}));
  const Position last = position();
  if (Error error = active.file->resize(offset_of(last.end))) return fail(std::move(error));
  const std::lock_guard sync_lock(sync_mutex);
  if (Error error = active.syncer->sync()) return fail(std::move(error));
  confirm(last);
  // Both slots, so that no torn one is left that says less.
  GS_TRY_OK(write_mark());
  GS_TRY_OK(write_mark());
  if (Error error = mark_file->sync()) return fail(std::move(error));
  return {};
}

}  // namespace gs::log
