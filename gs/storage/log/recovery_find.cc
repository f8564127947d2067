// Which files make the log.
#include <algorithm>
#include <utility>

#include "gs/storage/log/frame.h"
#include "gs/storage/log/recovery.h"

namespace gs::log {

// Also when it is there: whoever made it may have ended before it was durable.
Error Log::Impl::Recoverer::prepare_directory() {
  if (log_.options.read_only) return {};
  return log_.files.make_directory(log_.directory, true);
}

namespace {

// An erasure beside a reader replaces one segment after the other, each after writing it anew.
constexpr int kListTries = 100;

}  // namespace

// What was listed may be gone when it is opened: its owner has put a newer generation in its place.
Error Log::Impl::Recoverer::find_segments() {
  Error error;
  for (int tries = 0; tries < kListTries; ++tries) {
    found_.clear();
    removable_.clear();
    error = list_segments();
    if (error.code() != Code::not_found) break;
    GS_TRY(const bool is_there, log_.files.exists(log_.directory));
    if (!is_there) break;
  }
  return error;
}

Error Log::Impl::Recoverer::list_segments() {
  GS_TRY(const std::vector<std::string> names, log_.files.list(log_.directory));
  std::vector<SegmentName> listed;
  for (const std::string& name : names) {
    if (const auto parsed = parse_segment_name(name)) listed.push_back(*parsed);
  }
  std::sort(listed.begin(), listed.end(), [](SegmentName a, SegmentName b) {
    return a.number != b.number ? a.number < b.number : a.generation < b.generation;
  });
  for (std::size_t begin = 0; begin < listed.size();) {
    std::size_t end = begin + 1;
    while (end < listed.size() && listed[end].number == listed[begin].number) ++end;
    GS_TRY_OK(choose_generation(listed, begin, end, end == listed.size()));
    begin = end;
  }
  return {};
}

// The newest generation with a whole header: its content was synced before its header was written.
// When there is none the oldest stands for the segment, and its header will be judged.
Error Log::Impl::Recoverer::choose_generation(const std::vector<SegmentName>& names,
                                              std::size_t begin, std::size_t end, bool newest) {
  std::size_t chosen = end;
  Found found;
  while (chosen > begin) {
    --chosen;
    GS_TRY(found, load(names[chosen], newest));
    if (found.header.state == HeaderState::newer) {
      return Error(Code::newer_format, log_.shown(segment_name(names[chosen])) +
                                           " was written by a newer version; use that version");
    }
    if (found.sound()) break;
  }
  const bool sound = found.sound();
  found_.push_back(std::move(found));
  if (!sound && end - begin > 1) return {};  // damage: every file may be needed
  for (std::size_t i = begin; i < end; ++i) {
    if (i != chosen) removable_.push_back(names[i]);
  }
  return {};
}

Result<Log::Impl::Recoverer::Found> Log::Impl::Recoverer::load(SegmentName name,
                                                               bool newest) const {
  const std::string path = log_.path(segment_name(name));
  Found found;
  found.name = name;
  GS_TRY(const std::unique_ptr<platform::File> file,
         log_.files.open(path, platform::OpenMode::read));
  GS_TRY(found.size, file->size());
  if (found.size > kSegmentFileBytesMax) {
    found.header.what = "the file is longer than a segment can be";
    return found;
  }
  // The newest one is mapped for all that will be written to it.
  std::uint64_t bytes = found.size;
  if (newest && !log_.options.read_only) {
    bytes = std::max(bytes, std::uint64_t{log_.options.segment_bytes});
  }
  if (found.size > 0) {
    GS_TRY(found.mapping, file->map(bytes));
    found.mapping->advise(platform::Mapping::Pattern::random);
  }
  if (log_.options.read_only) {
    // Not from the mapping: somebody may be making the segment, and leave it.
    Buffer header(kSegmentHeaderBytes);
    GS_TRY(const std::size_t read, file->read(0, header));
    found.header = check_header(Bytes(header).first(read), name, log_.storage);
  } else {
    found.header = check_header(found.bytes(), name, log_.storage);
  }
  found.end = std::max(found.size, std::uint64_t{kSegmentHeaderBytes});
  return found;
}

Error Log::Impl::Recoverer::read_mark() {
  auto file = log_.files.open(log_.path(kMarkName), platform::OpenMode::read);
  if (file.code() == Code::not_found) return {};
  if (!file.ok()) return std::move(file).error();
  std::uint8_t bytes[kMarkBytes] = {};
  // It is a hint: one that the disk does not give back is none, and is made anew.
  const auto size = file.value()->read(0, bytes);
  mark_unreadable_ = !size.ok();
  if (mark_unreadable_) return {};
  mark_ = newest_mark(Bytes(bytes, *size));
  acknowledged_ = mark_.next_sequence;
  report_.marked = mark_.turn != 0;
  return {};
}

}  // namespace gs::log
