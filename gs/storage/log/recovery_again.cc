// Bytes that can be read are not always bytes that last.
//
// When a sync has failed, the system keeps the new bytes in its memory, readable and marked as
// written, though they may never have reached the disk. The process that was told stops. The next
// one reads them; its sync has nothing to do and succeeds. What it then builds on them hangs above
// a hole that the next power cut shows. So what nothing calls synced is written once more, as it
// is, before the first sync (docs/decisions/0015-unsynced-frames-are-written-again.md).
#include <algorithm>

#include "gs/storage/log/frame.h"
#include "gs/storage/log/recovery.h"

namespace gs::log {
namespace {

Error nothing(Location, std::uint64_t, Bytes) { return {}; }

}  // namespace

// Frames of the newest segment up to here are on stable storage, by the mark or the checkpoint.
// Offset 0: not even its header is for certain.
Walk Log::Impl::Recoverer::synced_place(const Found& newest) const {
  Walk place;
  place.sequence = newest.header.header.first_sequence;
  const auto consider = [&](Location at, std::uint64_t sequence) {
    // In another generation the same frames may lie elsewhere.
    if (segment_of(at) != newest.name.number || newest.name.generation != 0) return;
    if (!can_begin(newest, offset_of(at)) || offset_of(at) > newest.end) return;
    if (sequence > sequence_ || sequence <= place.sequence) return;
    place.offset = offset_of(at);
    place.sequence = sequence;
  };
  consider(mark_.end, mark_.next_sequence);
  if (start_ < found_.size() && start_sequence_ > 0) {
    consider(location(found_[start_].name.number, static_cast<std::uint32_t>(start_offset_)),
             start_sequence_);
  }
  return place;
}

// Whether the frames from there on lead to where recovery ended.
bool Log::Impl::Recoverer::leads_to_end(const Found& newest, const Walk& from) const {
  const Bytes bytes = newest.mapping->bytes().first(static_cast<std::size_t>(newest.end));
  const std::uint64_t offset = std::max<std::uint64_t>(from.offset, kSegmentHeaderBytes);
  const Walk walk = walk_frames(bytes, newest.name.number, offset, from.sequence, nothing);
  return walk.sequence == sequence_ && walk.offset == newest.end;
}

// And syncs it. What was read must be what was visited: memory may have forgotten it meanwhile.
Error Log::Impl::Recoverer::write_again(const Found& newest) {
  Walk from = synced_place(newest);
  if (!leads_to_end(newest, from)) {  // the mark is that of another log
    from = Walk();
    from.sequence = newest.header.header.first_sequence;
  }
  GS_TRY_OK(copy_onto_itself(*log_.active.file, from.offset, newest.end));
  GS_TRY_OK(log_.active.syncer->sync());
  const Bytes bytes = newest.mapping->bytes().first(static_cast<std::size_t>(newest.end));
  const bool same = check_header(bytes, newest.name, log_.storage).state == HeaderState::sound;
  if (same && leads_to_end(newest, from)) return {};
  return Error(Code::io, log_.shown(segment_name(newest.name)) +
                             ": holds other bytes than a moment ago, as after a failed sync. Open "
                             "the storage again");
}

// A generation gets its header when its frames are on stable storage; so only that is in doubt.
Error Log::Impl::Recoverer::write_header_again(const Found& found) {
  GS_TRY(const std::unique_ptr<platform::File> file,
         log_.files.open(log_.path(segment_name(found.name)), platform::OpenMode::write));
  GS_TRY_OK(copy_onto_itself(*file, 0, kSegmentHeaderBytes));
  return file->sync();
}

Error Log::Impl::Recoverer::copy_onto_itself(platform::File& file, std::uint64_t offset,
                                             std::uint64_t end) const {
  Buffer piece(static_cast<std::size_t>(std::min<std::uint64_t>(end - offset, kReadPieceBytes)));
  while (offset < end) {
    const std::uint64_t some = std::min<std::uint64_t>(piece.size(), end - offset);
    const MutableBytes part = MutableBytes(piece).first(static_cast<std::size_t>(some));
    GS_TRY(const std::size_t read, file.read(offset, part));
    if (read < part.size()) return Error(Code::io, "a segment became shorter while it was opened");
    GS_TRY_OK(file.write(offset, part));
    offset += read;
  }
  return {};
}

}  // namespace gs::log
