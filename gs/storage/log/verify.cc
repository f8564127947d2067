// Reading everything again, past every damage.
#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include "gs/storage/log/impl.h"
#include "gs/storage/log/scan.h"
#include "gs/storage/log/sparse_copy.h"

namespace gs::log {
namespace {

// Reads [0, bytes) once through the file: a bad sector becomes an error here, where the mapping
// would end the process.
Error read_through(platform::File& file, std::uint64_t bytes, std::uint64_t& bad_offset) {
  Buffer piece(static_cast<std::size_t>(std::min<std::uint64_t>(bytes, kReadPieceBytes)));
  for (bad_offset = 0; bad_offset < bytes;) {
    GS_TRY(const std::size_t read, file.read(bad_offset, piece));
    if (read == 0) return Error(Code::io, "the file became shorter while it was read");
    bad_offset += read;
  }
  return {};
}

// What is known before a segment is read.
struct Expected {
  std::uint64_t sequence = 0;
  bool lost = false;  // the segment before is damaged at its end, so more frames may have been
};

std::string missing_text(std::uint64_t from, std::uint64_t to) {
  return "frames " + std::to_string(from) + " to " + std::to_string(to - 1) + " are missing";
}

}  // namespace

class Log::Impl::Checker {
 public:
  Checker(const Impl& log, const Visitor& visit, std::vector<Damage>& damage,
          const Progress& progress)
      : log_(log), visit_(visit), damage_(damage), progress_(progress) {}

  Error run(const Start& start) {
    // Before the table: a writer may go on, and what it syncs later is not in the table.
    const std::uint64_t acknowledged = log_.synced_sequence.load();
    const std::vector<Segment> table = log_.table();
    for (const Segment& segment : table) total_ += segment.end;
    expected_.sequence = start.sequence;
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < table.size(); ++i) {
      const Segment& segment = table[i];
      if (segment.number != number + 1) missing_segments(number + 1, segment.number - 1);
      number = segment.number;
      const std::uint64_t offset = i == start.index ? start.offset : kSegmentHeaderBytes;
      newest_ = i + 1 == table.size();
      GS_TRY_OK(check_segment(segment, offset, i < start.index, i == start.index));
      done_ += segment.end;
      tell();
      if (damage_.full()) return {};
    }
    if (expected_.sequence < acknowledged && !expected_.lost) {
      damage_.add(std::max(number, std::uint32_t{1}), last_offset_,
                  missing_text(expected_.sequence, acknowledged));
    }
    return {};
  }

 private:
  void tell() const {
    if (progress_) progress_(std::min(done_, total_), total_);
  }

  void missing_segments(std::uint32_t first, std::uint32_t last) {
    std::string what = "the segment file is missing";
    if (last > first) {
      what = "the segment files " + std::to_string(first) + " to " + std::to_string(last) +
             " are missing";
    }
    damage_.add(first, 0, std::move(what));
    expected_.lost = true;
  }

  // `trusted`: only the header; `resumed`: begins somewhere inside.
  Error check_segment(const Segment& known, std::uint64_t offset, bool trusted, bool resumed) {
    Segment segment = known;
    auto opened = open_newest_generation(segment);
    if (opened.code() == Code::not_found && was_replaced(segment) && !may_shrink()) {
      return check_replaced(segment, offset, trusted, resumed);
    }
    if (!opened.ok()) return unreadable(segment, 0, std::move(opened).error());
    platform::File& file = *opened.value();
    GS_TRY(const std::uint64_t size, file.size());
    std::uint64_t bad_offset = 0;
    const std::uint64_t bytes = limit(segment, size, trusted);
    if (bytes > kSegmentFileBytesMax) return oversized(segment);
    SparseCopy copy;
    std::unique_ptr<platform::Mapping> mapping;
    if (may_shrink() && !trusted) {
      auto read = SparseCopy::read(file, 0, bytes);
      if (!read.ok()) return unreadable(segment, 0, std::move(read).error());
      copy = std::move(read).value();
    } else if (Error error = read_through(file, bytes, bad_offset)) {
      return unreadable(segment, bad_offset, std::move(error));
    } else if (bytes > 0) {
      GS_TRY(mapping, file.map(bytes));
      mapping->advise(platform::Mapping::Pattern::sequential);
    }
    const Bytes content = mapping ? mapping->bytes() : copy.bytes();
    GS_TRY_OK(check_content(segment, content, offset, trusted, resumed));
    return trusted ? Error() : check_zeros(segment, file);
  }

  // Whether another process has written this segment of a reader again since. A file that is gone
  // for any other reason is lost.
  bool was_replaced(const Segment& segment) const {
    if (!log_.options.read_only) return false;
    const auto names = log_.files.list(log_.directory);
    return names.ok() && std::any_of(names->begin(), names->end(), [&](const std::string& name) {
             const auto other = parse_segment_name(name);
             return other && other->number == segment.number &&
                    other->generation > segment.generation;
           });
  }

  // The mapping keeps the bytes of the moment that is verified; those of the new file have other
  // places.
  Error check_replaced(const Segment& segment, std::uint64_t offset, bool trusted, bool resumed) {
    const std::shared_ptr<const View> current = log_.current_view();
    const Bytes mapped = current->segment(segment.number);
    const auto bytes = static_cast<std::size_t>(limit(segment, mapped.size(), trusted));
    return check_content(segment, mapped.first(bytes), offset, trusted, resumed);
  }

  Error check_content(const Segment& segment, Bytes content, std::uint64_t offset, bool trusted,
                      bool resumed) {
    const SegmentName name{segment.number, segment.generation};
    const HeaderCheck header = check_header(content, name, log_.storage);
    const bool sound = header.state == HeaderState::sound;
    if (!sound) damage_.add(segment.number, 0, header.what);
    if (trusted || content.size() < offset) {
      if (!trusted) expected_.lost = true;
      return {};
    }
    if (sound && (offset == kSegmentHeaderBytes || !resumed)) compare_first(segment, header.header);
    return check_frames(segment, content, offset);
  }

  Error check_frames(const Segment& segment, Bytes content, std::uint64_t offset) {
    const std::uint64_t before = done_;
    const Visitor visit = [&](Location at, std::uint64_t sequence, Bytes change) -> Error {
      done_ = before + offset_of(at) + change.size();
      tell();
      return visit_ ? visit_(at, sequence, change) : Error();
    };
    Scan scan = scan_frames(content, segment.number, offset, expected_.sequence, visit, damage_);
    done_ = before;
    GS_TRY_OK(std::move(scan.error));
    expected_ = {scan.sequence, scan.lost};
    last_offset_ = scan.offset;
    return {};
  }

  // Compares the header with the frames before it, and goes on with the header: it was written
  // later and has a checksum of its own.
  void compare_first(const Segment& segment, const SegmentHeader& header) {
    const std::uint64_t first = header.first_sequence;
    if (first > expected_.sequence && !expected_.lost) {
      damage_.add(segment.number, 0, missing_text(expected_.sequence, first));
    } else if (first < expected_.sequence) {
      damage_.add(segment.number, 0,
                  "segment header, the first page of the file: frames begin at " +
                      std::to_string(first) + " again");
    }
    expected_ = {first, false};
  }

  // The bytes of the file that hold frames, or only the header of a trusted one. In a log that is
  // being written, or that somebody else may be writing while it is read here, only those below the
  // known end.
  std::uint64_t limit(const Segment& segment, std::uint64_t size, bool trusted) const {
    if (trusted) return std::min<std::uint64_t>(size, kSegmentHeaderBytes);
    return log_.damaged ? size : std::min(size, segment.end);
  }

  // Whether a writer beside us may shorten this segment behind its frames, as far as we know them:
  // then a mapping could end the process, where a copy takes memory (of one segment, once).
  bool may_shrink() const { return newest_ && log_.damaged && log_.options.read_only; }

  // Between the last frame and the end of the newest file there is only preallocated space. It is
  // looked at while nobody writes. Reads by pieces: the file may shrink before we hold the lock.
  Error check_zeros(const Segment& segment, platform::File& file) {
    if (log_.damaged || log_.options.read_only) return {};
    const std::lock_guard lock(log_.write_mutex);
    const std::vector<Segment> now = log_.table();
    const auto same = std::find_if(now.begin(), now.end(), [&](const Segment& other) {
      return other.number == segment.number && other.generation == segment.generation;
    });
    if (same == now.end()) return {};
    // A frame may be pending, and what was written ahead lies where the next one will be.
    std::uint64_t offset = same->end;
    if (same + 1 == now.end()) {
      offset = offset_of(log_.appended.end) + (log_.ahead.empty() ? 0 : log_.open_bytes);
    }
    auto end = file.size();
    if (!end.ok()) return unreadable(segment, offset, std::move(end).error());
    if (end.value() <= offset) return {};
    const std::uint64_t rest = end.value() - offset;
    for (Buffer piece(static_cast<std::size_t>(std::min<std::uint64_t>(rest, kReadPieceBytes)));;) {
      auto read = file.read(offset, piece);
      if (!read.ok()) return unreadable(segment, offset, std::move(read).error());
      if (read.value() == 0) return {};
      const std::size_t nonzero = first_nonzero(Bytes(piece).first(read.value()));
      if (nonzero < read.value()) {
        damage_.add(segment.number, offset + nonzero, fault_text(FrameFault::blank));
        return {};
      }
      offset += read.value();
    }
  }

  // A rewrite may have replaced the file since the table was read.
  Result<std::unique_ptr<platform::File>> open_newest_generation(Segment& segment) {
    constexpr int kAttemptsMax = 3;  // two rewrites of one segment within one open
    for (int attempt = 1;; ++attempt) {
      auto file = log_.files.open(log_.path(segment), platform::OpenMode::read);
      if (file.code() != Code::not_found || attempt == kAttemptsMax) return file;
      for (const Segment& other : log_.table()) {
        if (other.number == segment.number) segment = other;
      }
    }
  }

  Error unreadable(const Segment& segment, std::uint64_t offset, Error error) {
    damage_.add(segment.number, offset, "cannot be read: " + error.text());
    expected_.lost = true;
    return {};
  }

  Error oversized(const Segment& segment) {
    damage_.add(segment.number, 0, "the file is longer than a segment can be");
    expected_.lost = true;
    return {};
  }

  const Impl& log_;
  const Visitor& visit_;
  DamageList damage_;
  const Progress& progress_;
  Expected expected_;
  bool newest_ = false;  // the segment that is being checked
  std::uint64_t last_offset_ = kSegmentHeaderBytes;
  std::uint64_t done_ = 0;
  std::uint64_t total_ = 0;
};

Error Log::Impl::check(const Start& start, const Visitor& visit, std::vector<Damage>& damage,
                       const Progress& progress) const {
  return Checker(*this, visit, damage, progress).run(start);
}

}  // namespace gs::log
