// Where the newest segment ends for a reader, beside whom a writer may be at work.
//
// A writer that closes or seals a segment, or cuts a torn tail, shortens the file behind its last
// whole frame. Touching a mapped page that is gone ends the process (SIGBUS). So a reader finds the
// last whole frame with read(), maps the file up to there, and keeps what lies behind as a copy.
// Whole frames stay: nobody takes them away.
#include <algorithm>
#include <utility>

#include "gs/base/crc32c.h"
#include "gs/storage/log/frame.h"
#include "gs/storage/log/recovery.h"

namespace gs::log {
namespace {

// A file that is read from its begin to its end in pieces.
class PieceReader {
 public:
  PieceReader(platform::File& file, std::uint64_t bytes)
      : file_(file),
        bytes_(bytes),
        piece_(static_cast<std::size_t>(std::min<std::uint64_t>(bytes, kReadPieceBytes))) {}

  // What is at hand from `offset`, at least `wanted` bytes (of at most a piece) unless the file
  // ends before. Valid until the next call.
  Result<Bytes> at(std::uint64_t offset, std::size_t wanted) {
    if (offset < begin_ || offset + wanted > begin_ + held_) {
      const std::uint64_t rest = bytes_ - std::min(offset, bytes_);
      const auto some = static_cast<std::size_t>(std::min<std::uint64_t>(rest, kReadPieceBytes));
      GS_TRY(held_, file_.read(offset, MutableBytes(piece_).first(some)));
      begin_ = offset;
    }
    return Bytes(piece_).first(held_).subspan(static_cast<std::size_t>(offset - begin_));
  }

 private:
  platform::File& file_;
  const std::uint64_t bytes_;
  Buffer piece_;
  std::uint64_t begin_ = 0;
  std::size_t held_ = 0;
};

// Whether the content of the frame at `offset` is what its head says.
Result<bool> sum_agrees(PieceReader& pieces, std::uint64_t offset, FrameSum sum) {
  for (std::uint64_t left = sum.content_bytes(); left > 0;) {
    GS_TRY(Bytes part, pieces.at(offset, 1));
    if (part.empty()) return false;  // shorter than it was
    if (part.size() > left) part = part.first(static_cast<std::size_t>(left));
    sum.add(part);
    offset += part.size();
    left -= part.size();
  }
  return sum.agrees();
}

// The end of the whole frames that follow each other from `offset`, the first of them `sequence`.
Result<std::uint64_t> whole_frames_end(platform::File& file, std::uint64_t bytes,
                                       std::uint64_t offset, std::uint64_t& sequence) {
  PieceReader pieces(file, bytes);
  for (;; ++sequence) {
    GS_TRY(const Bytes head, pieces.at(offset, kFrameBytes));
    const FrameCheck check = check_head(head, bytes - std::min(offset, bytes));
    if (check.fault != FrameFault::none || check.head.sequence != sequence) return offset;
    const FrameSum sum(head);
    GS_TRY(const bool whole, sum_agrees(pieces, offset + kFrameBytes, sum));
    if (!whole) return offset;
    offset += check.head.frame_bytes();
  }
}

// What lies in [offset, bytes) of the file. Empty when that is zeros only, as it mostly is.
Result<SparseCopy> rest_of(platform::File& file, std::uint64_t offset, std::uint64_t bytes) {
  PieceReader pieces(file, bytes);
  for (std::uint64_t at = offset;;) {
    GS_TRY(const Bytes part, pieces.at(at, 1));
    if (part.empty()) return SparseCopy();
    if (!is_zero(part)) break;
    at += part.size();
  }
  return SparseCopy::read(file, offset, bytes);
}

}  // namespace

Error Log::Impl::Recoverer::measure_newest(Location from, std::uint64_t from_sequence) {
  if (!log_.options.read_only || found_.empty() || !found_.back().sound()) return {};
  Found& newest = found_.back();
  GS_TRY(const std::unique_ptr<platform::File> file,
         log_.files.open(log_.path(segment_name(newest.name)), platform::OpenMode::read));
  std::uint64_t end = kSegmentHeaderBytes;
  std::uint64_t sequence = newest.header.header.first_sequence;
  if (segment_of(from) == newest.name.number && can_begin(newest, offset_of(from))) {
    end = offset_of(from);
    sequence = from_sequence;
  }
  GS_TRY(end, whole_frames_end(*file, newest.size, end, sequence));
  GS_TRY(newest.rest, rest_of(*file, end, newest.size));
  if (!newest.rest.empty()) {
    // Somebody may be writing it. If so, what was read there fits together with nothing: a later
    // frame may have been written, even synced, after a part of this one was read. Whoever looks at
    // a frame again and finds it the same has looked after everything that he read behind it.
    GS_TRY(const std::uint64_t now, whole_frames_end(*file, newest.size, end, sequence));
    if (now != end) newest.rest.clear();
    end = now;
  }
  newest.size = newest.end = end;
  GS_TRY(newest.mapping, file->map(end));
  newest.mapping->advise(platform::Mapping::Pattern::random);
  return {};
}

}  // namespace gs::log
