#include "gs/storage/log/recovery.h"

#include <algorithm>
#include <utility>

#include "gs/storage/log/frame.h"

namespace gs::log {

Error Log::Impl::open(Location from, std::uint64_t from_sequence, const Visitor& visit,
                      Recovery& report, const std::function<Error()>& began, const Later& later) {
  Recoverer recoverer(*this, visit, later, report);
  return recoverer.run(from, from_sequence, began).in(files.display(directory));
}

Error Log::Impl::Recoverer::run(Location from, std::uint64_t from_sequence,
                                const std::function<Error()>& began) {
  GS_TRY_OK(prepare_directory());
  // First the mark: a writer beside us may write frames and mark them while we look at files.
  GS_TRY_OK(read_mark());
  GS_TRY_OK(find_segments());
  GS_TRY_OK(leave_out_torn_creation());
  GS_TRY_OK(measure_newest(from, from_sequence));
  damaged_ = !in_order();
  end_ = location(1, kSegmentHeaderBytes);
  show_segments();
  GS_TRY_OK(began());
  if (can_start(from, from_sequence)) {
    GS_TRY_OK(walk_all());
  }
  damaged_ = damaged_ || !report_.damage.empty();
  if (damaged_) report_.cut = report_.left_out = false;
  if (!report_.cut && !report_.left_out) report_.cut_at = report_.cut_bytes = 0;
  fill_table();
  if (damaged_) return list_damage();
  if (log_.options.read_only) return {};
  GS_TRY_OK(clean_up());
  return begin_appending();
}

// Every number from 1, each with a sound header. What the headers say about sequences is compared
// where it is known: in the walk.
bool Log::Impl::Recoverer::in_order() const {
  if (found_.empty()) return acknowledged_ == 0;
  for (std::size_t i = 0; i < found_.size(); ++i) {
    if (found_[i].name.number != i + 1 || !found_[i].sound()) return false;
  }
  return true;
}

// The newest segment may lack its header because the process ended while it was made. Frames go
// into a segment only when its header is on stable storage; so there are none in it, and nothing
// in it was acknowledged, or the header was damaged later.
Error Log::Impl::Recoverer::leave_out_torn_creation() {
  if (found_.empty()) return {};
  Found& newest = found_.back();
  if (newest.sound() || newest.name.generation != 0 || newest.size > kSegmentFileBytesMax) {
    return {};
  }
  if (found_.size() == 1 && (acknowledged_ > 0 || mark_unreadable_)) return {};
  SparseCopy copy;
  if (log_.options.read_only) {
    // Somebody may be making it: it may have its header by now, become shorter, or be gone.
    auto file = log_.files.open(log_.path(segment_name(newest.name)), platform::OpenMode::read);
    if (file.code() == Code::not_found) {
      found_.pop_back();
      return {};
    }
    if (!file.ok()) return std::move(file).error();
    GS_TRY(copy, SparseCopy::read(**file, 0, newest.size));
    newest.header = check_header(copy.bytes(), newest.name, log_.storage);
    if (newest.sound()) return {};
  }
  const Bytes bytes = log_.options.read_only ? copy.bytes() : newest.bytes();
  FrameSearch search(bytes);
  // Any sequence that fits into the file; which one belongs here is not known yet.
  for (std::size_t at = kSegmentHeaderBytes; at < bytes.size(); at += 8) {
    const FrameCheck head = check_head(bytes.subspan(at));
    if (head.fault == FrameFault::none && search.is_whole(at, head.head)) return {};
  }
  removable_.push_back(newest.name);
  found_.pop_back();
  return {};
}

bool Log::Impl::Recoverer::can_begin(const Found& found, std::uint32_t offset) noexcept {
  return offset >= kSegmentHeaderBytes && offset % 8 == 0 && offset <= found.size;
}

// Finds the segment of `from` and says whether frame `from_sequence` can begin there.
bool Log::Impl::Recoverer::can_start(Location from, std::uint64_t from_sequence) {
  if (from == 0) return !found_.empty() && found_.front().name.number == 1;
  // A checkpoint was written only for frames that are on stable storage.
  acknowledged_ = std::max(acknowledged_, from_sequence);
  sequence_ = from_sequence;
  end_ = from;
  const std::uint32_t offset = offset_of(from);
  for (start_ = 0; start_ < found_.size(); ++start_) {
    if (found_[start_].name.number == segment_of(from)) break;
  }
  start_offset_ = offset;
  start_sequence_ = from_sequence;
  if (start_ < found_.size()) {
    const Found& found = found_[start_];
    const bool follows = !found.sound() || found.header.header.first_sequence <= from_sequence;
    if (can_begin(found, offset) && follows) return true;
  }
  report_.damage.push_back({segment_of(from), offset,
                            "frame " + std::to_string(from_sequence) +
                                " should begin here, where the log has no place for it"});
  return false;
}

Error Log::Impl::Recoverer::walk_all() {
  using Pattern = platform::Mapping::Pattern;
  std::uint64_t offset = start_offset_;
  sequence_ = start_sequence_;
  for (std::size_t i = start_; i < found_.size(); ++i, offset = kSegmentHeaderBytes) {
    Found& found = found_[i];
    const bool next_number = i == start_ || found.name.number == found_[i - 1].name.number + 1;
    if (!next_number || !found.sound()) return {};
    const bool first_frame = offset == kSegmentHeaderBytes;
    if (first_frame && found.header.header.first_sequence != sequence_) {
      damaged_ = true;
      return {};
    }
    found.mapping->advise(Pattern::sequential);
    Walk walk = walk_frames(found.bytes(), found.name.number, offset, sequence_, visit_);
    found.mapping->advise(Pattern::random);
    report_.frames += walk.frames;
    report_.bytes += walk.bytes;
    if (walk.error) return std::move(walk.error);
    found.end = walk.offset;
    sequence_ = walk.sequence;
    end_ = location(found.name.number, static_cast<std::uint32_t>(walk.offset));
    if (walk.fault != FrameFault::none || !found.rest.empty()) {
      return judge(found, walk);
    }
  }
  if (sequence_ < acknowledged_) damaged_ = true;
  return {};
}

Error Log::Impl::Recoverer::judge(const Found& found, const Walk& walk) {
  if (was_synced(found, walk)) {
    damaged_ = true;
    return {};
  }
  if (mark_unreadable_ && !log_.options.read_only) {
    return Error(Code::io, log_.shown(kMarkName) +
                               ": cannot be read, and without it nobody can tell whether what is "
                               "cut off at the end of the log was confirmed. Try again; if it "
                               "stays so, remove this file to go on without what is cut off");
  }
  (log_.options.read_only ? report_.left_out : report_.cut) = true;
  report_.cut_at = end_;
  report_.cut_bytes = nonzero_end(behind(found, walk));
  return {};
}

// From the place where the walk ended.
Bytes Log::Impl::Recoverer::behind(const Found& found, const Walk& walk) const noexcept {
  if (walk.fault == FrameFault::none) return found.rest.bytes();
  return found.bytes().subspan(static_cast<std::size_t>(walk.offset));
}

// Whether anything says that the frame which should begin where the walk ended was on stable
// storage.
bool Log::Impl::Recoverer::was_synced(const Found& found, const Walk& walk) const {
  if (acknowledged_ > walk.sequence) return true;
  if (&found != &found_.back()) return true;  // made after this one was synced
  FrameSearch search(behind(found, walk));
  std::uint64_t from = 8;
  for (;;) {
    const auto later = search.next(from, 0, walk.sequence);
    if (search.gave_up()) return true;  // not known, so nothing is cut
    if (!later.found) return false;
    if (later.head.synced() > walk.sequence && may_be_ours(later, walk.sequence)) return true;
    from = later.offset + 8;
  }
}

bool Log::Impl::Recoverer::may_be_ours(const FrameSearch::Found& frame,
                                       std::uint64_t sequence) const {
  return !later_ || later_(frame.head.sequence - sequence, frame.change);
}

void Log::Impl::Recoverer::show_segments() {
  std::uint32_t missing = 0;
  std::uint32_t number = 0;
  for (const Found& found : found_) {
    missing += found.name.number - number - 1;
    number = found.name.number;
    log_.generations += found.name.generation;
    if (missing <= kMissingMax && found.mapping) log_.show_segment(number, found.mapping);
  }
}

void Log::Impl::Recoverer::fill_table() {
  for (const Found& found : found_) {
    const bool sound = found.sound();
    const std::uint64_t first = sound ? found.header.header.first_sequence : 0;
    log_.segments.push_back({found.name.number, found.name.generation, first, found.end, sound});
    if (sound) log_.valid_bytes += found.end;
  }
  log_.damaged = damaged_;
  log_.end_at = end_;
  log_.next_sequence = sequence_;
  log_.appended = {end_, sequence_};
  log_.synced_sequence = damaged_ ? acknowledged_ : sequence_;
}

Error Log::Impl::Recoverer::list_damage() {
  if (!report_.damage.empty()) return {};  // the place to start from is wrong already
  const Start start{start_, start_offset_, start_sequence_};
  GS_TRY_OK(log_.check(start, {}, report_.damage, {}));
  if (!report_.damage.empty()) return {};
  // The walk saw what the second reading does not: the bytes change under our hands.
  report_.damage.push_back({segment_of(end_), offset_of(end_), "bytes that do not stay the same"});
  return {};
}

Error Log::Impl::Recoverer::clean_up() {
  const std::string& where = log_.directory;
  if (!removable_.empty()) {
    // A generation may be known only to this machine's memory when its process ended just now. It
    // must be on stable storage before the older one goes.
    for (const Found& found : found_) {
      const bool replaced_one =
          std::any_of(removable_.begin(), removable_.end(),
                      [&](SegmentName other) { return other.number == found.name.number; });
      if (found.name.generation == 0 || !replaced_one) continue;
      GS_TRY_OK(write_header_again(found));
    }
    GS_TRY_OK(log_.files.sync_directory(where));
  }
  for (const SegmentName name : removable_) {
    GS_TRY_OK(log_.files.remove(log_.path(segment_name(name))));
    ++report_.removed_files;
  }
  const std::string mark = log_.path(kMarkName);
  if (mark_unreadable_) GS_TRY_OK(log_.files.remove(mark));
  GS_TRY(log_.mark_file, log_.files.open(mark, platform::OpenMode::open_or_create));
  GS_TRY(const std::uint64_t mark_bytes, log_.mark_file->size());
  if (mark_bytes > kMarkBytes) GS_TRY_OK(log_.mark_file->resize(kMarkBytes));
  GS_TRY_OK(log_.mark_file->allocate(kMarkBytes));
  log_.mark_turn = mark_.turn;
  return log_.files.sync_directory(where);
}

Error Log::Impl::Recoverer::begin_appending() {
  if (found_.empty()) return log_.create_segment(1, 0, 0);
  const Found& newest = found_.back();
  const std::string path = log_.path(segment_name(newest.name));
  Active& newest_open = log_.active;
  GS_TRY(newest_open.file, log_.files.open(path, platform::OpenMode::write));
  GS_TRY(newest_open.writer, log_.files.open(path, platform::OpenMode::write));
  GS_TRY(newest_open.syncer, log_.files.open(path, platform::OpenMode::write));
  newest_open.planned = std::max(std::uint64_t{log_.options.segment_bytes}, newest.size);
  // Space that an ended process had reserved is reserved again: a crash may have lost it.
  newest_open.allocated = newest.end;
  if (newest.mapping->bytes().size() < newest_open.planned) {
    // It was not the newest until a torn creation was removed.
    GS_TRY(std::shared_ptr<platform::Mapping> mapping, newest_open.file->map(newest_open.planned));
    mapping->advise(platform::Mapping::Pattern::random);
    log_.show_segment(newest.name.number, std::move(mapping));
  }
  log_.follow_writing(newest.name.number, newest.end);
  if (report_.cut) {
    GS_TRY_OK(newest_open.file->resize(newest.end));
  }
  // What was visited must be on stable storage, however the last process ended.
  GS_TRY_OK(write_again(newest));
  log_.confirm({log_.end_at, log_.next_sequence});
  GS_TRY_OK(log_.write_mark());
  return log_.write_mark();
}

}  // namespace gs::log
