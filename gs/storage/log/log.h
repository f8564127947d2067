// The log: segments of framed changes, the only files that matter.
//
//   log/00000001.gsl, 00000002.gsl ...   about 64 MiB each, append-only; 00000001-2.gsl is the
//                                        second rewrite (generation 2) of segment 1
//
//   segment header, 4096 bytes (rest zero):
//        0     4  magic "gsl1"          4  2  format version = 1      6  2  zero
//        8     4  segment number, 1-based     12  4  generation, 0-based: rewrites by erasure
//       16     8  local sequence of its first frame
//       24    32  storage id
//       56     4  CRC-32C of bytes 0..56
//   frame, 8-byte aligned:
//        0     4  magic "gsf1"
//        4     4  change bytes n, a multiple of 8, 16 <= n <= kChangeBytesMax
//        8     8  local sequence: index of the frame in this log, 0-based, no gaps
//       16     4  CRC-32C of bytes 0..16 and of bytes 20..24 + n
//       20     4  unsynced: frames directly before this one that were not known to be on stable
//                 storage when it was written (so all frames below sequence - unsynced were)
//       24     n  the change (core/graph/change.h)
//   After the last frame zeros up to the end of the file (preallocated space).
//
//   log/mark, 128 bytes: two 64-byte slots, written in turn by mark(), never synced itself before a
//   clean close: u64 turn, u64 location of the end of synced frames, u64 next local sequence, u32
//   CRC-32C of the 24 bytes. The newest valid slot says what was acknowledged, or less.
//
// Recovery. A frame that does not check out is a torn tail only if nothing says that it was on
// stable storage: not the mark, not a later segment (a segment is created after the one before it
// was synced), not a valid later frame (by its `unsynced`). What a record holds may look like such
// a frame, so the caller says which ones can be of this log (Log::Later). A torn tail is cut, with
// whatever follows it, and reported; opened read-only it is left out. Anything else is damage:
// reported with segment and offset, nothing is cut, and the log opens read-only. A newest segment
// without a whole header in which nothing was acknowledged is a torn creation, a generation without
// a whole header an unfinished rewrite: both are removed. Why a valid later frame alone is no
// proof: a disk may keep the second of two unsynced frames and lose the first.
//
// Writing goes through a tail buffer: a change is built in place in RAM at the location it will
// have on disk, so readers can use it before it is written.
//
// Threads: one writer at a time (the engine's commit lock) for begin, write_ahead, write,
// write_later, seal and close; one rewrite of sealed segments at a time, which may run beside all
// of these but close(); write_pending(), sync() and mark() may run on other threads beside all of
// them; everything const, and the View, is for any thread.
// Errors: damaged, io, no_space, read_only, newer_format, too_large, failed, closed.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "gs/core/graph/change.h"
#include "gs/platform/environment.h"

namespace gs::log {

// Segment number in the high 32 bits, byte offset in the segment in the low 32 bits.
using Location = std::uint64_t;
inline constexpr Location location(std::uint32_t segment, std::uint32_t offset) noexcept {
  return (Location{segment} << 32) | offset;
}
inline constexpr std::uint32_t segment_of(Location at) noexcept {
  return static_cast<std::uint32_t>(at >> 32);
}
inline constexpr std::uint32_t offset_of(Location at) noexcept {
  return static_cast<std::uint32_t>(at);
}

// The error of whoever met damage there, with the next step; `what` is wrong, if that is known.
Error damage_at(Location at, std::string_view what = {});

inline constexpr std::uint32_t kSegmentHeaderBytes = 4096;
inline constexpr std::uint32_t kFrameBytes = 24;
inline constexpr std::uint32_t kSegmentBytes = std::uint32_t{64} << 20;

struct Options {
  std::uint32_t segment_bytes = kSegmentBytes;
  std::uint32_t allocate_bytes_first = std::uint32_t{1} << 20;  // doubles with every step ...
  std::uint32_t allocate_bytes_max = std::uint32_t{16} << 20;   // ... up to this
  // How far behind small frames zeros are written, see docs/decisions/0014-zeros-before-frames.md.
  std::uint32_t zeros_bytes_first = std::uint32_t{16} << 10;  // doubles with every step ...
  std::uint32_t zeros_bytes_max = std::uint32_t{512} << 10;   // ... up to this; 0: none
  // Of buffers in which changes are built. Large enough that a new view is rare, small enough to
  // stay in a cache.
  std::uint32_t tail_bytes = std::uint32_t{4} << 20;
  bool read_only = false;
};

// One place where the bytes on disk are not what was written.
struct Damage {
  std::uint32_t segment = 0;
  std::uint64_t offset = 0;
  std::string what;
};

struct Recovery {
  std::uint64_t frames = 0;         // visited
  std::uint64_t bytes = 0;          // of those frames
  bool cut = false;                 // a torn tail was removed ...
  bool left_out = false;            // ... or, opened read-only, only not read. Beside a writer that
                                    // may be a frame that is being written
  Location cut_at = 0;              // from here
  std::uint64_t cut_bytes = 0;      // from cut_at up to the last byte that was not zero
  bool marked = false;              // a mark said what was acknowledged, or less
  std::uint32_t removed_files = 0;  // unfinished creations and rewrites, replaced generations
  std::vector<Damage> damage;       // not empty: the log is read-only
};

class ComparedFrames;

// What a reader needs to reach any byte of the log. Immutable; keeps everything that it points to.
class View {
 public:
  // The bytes at `at`, up to the end of what is contiguous there. `at` lies inside a frame that
  // was written or is being built. Null when the log has no such byte, which only a damaged log
  // or a location from elsewhere can bring about.
  const std::uint8_t* at(Location at) const noexcept;
  // The record at `at` (its size stands in its first four bytes, is a multiple of 8 and at least 8)
  // in a frame of which only a checkpoint tells: its checksum is compared when nobody did so since
  // the segment was mapped. Null when it is not what was written, or is not there.
  const std::uint8_t* record_at(Location at) const noexcept;
  // What is mapped of a segment's file: the bytes of this view, also after a rewrite has replaced
  // and removed the file. Empty without such a segment. Only what was written may be touched.
  Bytes segment(std::uint32_t number) const noexcept;
  // Whether the frame of this view that begins at `at` and has so many bytes is as it was written.
  bool frame_is_sound(Location at, std::uint64_t bytes) const noexcept;
  // Where record_at() met damage first, in any view of this log; 0: nowhere.
  Location damaged_at() const noexcept { return damaged_at_->load(std::memory_order_relaxed); }

 private:
  friend class Log;
  struct Segment {
    const std::uint8_t* base = nullptr;
    std::uint64_t bytes = 0;  // mapped
    std::shared_ptr<platform::Mapping> mapping;
    std::shared_ptr<ComparedFrames> compared;

    void map(std::shared_ptr<platform::Mapping> whole);
  };
  struct Tail {
    Location begin = 0;
    Location end = 0;
    std::shared_ptr<std::uint8_t[]> bytes;
  };
  const std::uint8_t* in_tail(Location at) const noexcept;

  std::vector<Segment> segments_;  // by number - 1
  std::vector<Tail> tails_;        // newest last; at most a few
  std::shared_ptr<std::atomic<Location>> damaged_at_ = std::make_shared<std::atomic<Location>>(0);
};

class Log {
 public:
  // A frame in the order of the log. Returning an error stops the walk and fails the open.
  using Visitor =
      std::function<Error(Location change_at, std::uint64_t local_sequence, Bytes change)>;

  // Opens `directory` (created when missing and not read-only), walks the frames from `from`
  // (0: the first) checking CRC and order, and prepares for appending. Frames before `from` are
  // trusted; every segment header is checked. The walk ends at the first damage, which then is
  // where end() is; `recovery.damage` names all of it that lies at or after `from`.
  // `change` of a visit lies in a mapping and is valid during the call. `began` is called before
  // the first visit, when view() and generation_sum() are known; an error fails the open.
  using Began = std::function<Error(const Log&)>;
  // Whether a whole frame behind the first one that does not check out, by its number `ahead`
  // frames after it, can be of this log. It may lie in what the other one holds: somebody stored
  // a copy of a log as bytes. False only when that is certain; in doubt nothing is cut. All frames
  // before were visited. Without it every whole frame can be.
  using Later = std::function<bool(std::uint64_t ahead, Bytes change)>;
  static Result<std::unique_ptr<Log>> open(platform::FileSystem& files, std::string directory,
                                           const Digest& storage, const Options& options,
                                           Location from, std::uint64_t from_sequence,
                                           const Visitor& visit, Recovery& recovery,
                                           const Began& began = {}, const Later& later = {});
  ~Log();

  // --- writing: one change at a time ---

  // Room for a change of up to `bytes`, with disk space reserved for it. Starts a new tail buffer
  // or segment when needed (a new segment syncs the old one). `space` stays in place until write().
  // May change the view. After no_space nothing has changed.
  struct Space {
    MutableBytes space;
    Location at = 0;  // of the change's first byte (the frame's head lies before it)
  };
  Result<Space> begin(std::size_t bytes);
  // This part of the space will not change any more: the disk may begin with it while the rest is
  // being made. At most once for a change; a failure is final, like one of write().
  Error write_ahead(Bytes part);
  // Frames and writes the change that lies at the begin of the space. Not yet synced. A failure
  // is final, like one of sync().
  Error write(std::size_t change_bytes);
  // Like write(), but leaves the work (checksum, copy into the file) to write_pending() on another
  // thread, or to the next write, write_later, sync, seal or close. One change can wait; until it
  // is written, end(), next_sequence(), bytes(), walk() and verify() leave it out, while views have
  // it. A begin() that fails leaves nothing waiting.
  Error write_later(std::size_t change_bytes);
  // Any thread. A failure is final, and told to the writer by its next call too.
  Error write_pending();
  // Everything written so far is on stable storage when this returns. A failure is final: every
  // later write and sync returns `failed`.
  Error sync();
  // Notes in the mark what is on stable storage, if that grew since the last time. Only the frames
  // of the last sync or two need it (earlier ones are vouched for by their successors), so it is
  // for quiet moments: a write to a second file between two syncs makes the next one a third
  // slower. A failure is not final: less is known then, and nothing is lost.
  Error mark();
  // Truncates preallocated space, syncs, writes a synced mark. Views stay valid. Without it the
  // next open() does what it does after a crash.
  Error close();

  // --- reading ---

  std::shared_ptr<const View> view() const;  // the newest; changes in begin()
  std::uint64_t next_sequence() const noexcept;
  Location end() const noexcept;         // of written frames
  Location first() const noexcept;       // of the first frame
  std::uint64_t bytes() const noexcept;  // valid bytes: headers and frames of all segments
  std::uint32_t segment_count() const noexcept;
  std::uint64_t generation_sum() const noexcept;  // grows whenever a segment was rewritten

  // What is written at one moment. A rewrite moves changes: whoever keeps a location or the bytes
  // of a visit beyond one walk keeps the snapshot that they came from.
  struct Snapshot {
    struct Segment {
      std::uint32_t number = 0;
      std::uint32_t generation = 0;
      std::uint64_t end = 0;
    };
    std::shared_ptr<const View> view;
    std::vector<Segment> segments;
    Location end = 0;
    std::uint64_t next_sequence = 0;  // of the frame that will begin there
    std::uint64_t generation_sum = 0;
  };
  Snapshot snapshot() const;

  // Walks frames in [from, to); 0: from the first. Errors: damaged, with the place; frames before
  // it were visited.
  enum class Compare {
    frames,  // each with its checksum before it is visited, unless that was done before
    heads    // only what leads to the next one: for those who check all that they look at
  };
  Error walk(const Snapshot& snapshot, Location from, Location to, const Visitor& visit,
             Compare compare = Compare::frames) const;
  Error walk(Location from, Location to, const Visitor& visit) const {
    return walk(snapshot(), from, to, visit);
  }
  // Reads every segment from the disk and checks header, frames, order, zeros after the end. Never
  // changes anything. `progress(done, total)` in bytes. Damage goes to `damage` (all of it, up to
  // 1,000 places); frames that check out are visited. May run beside a writer; then it covers
  // what was written when it reached each segment. Read-only it covers what was there at open(): of
  // a segment that another process has rewritten since, the mapping is checked.
  Error verify(const Visitor& visit, std::vector<Damage>& damage,
               const std::function<void(std::uint64_t, std::uint64_t)>& progress = {}) const;

  // --- erasure ---

  // Ends segment `number` if it is the newest one: what is begun later goes into the next. No
  // change may be begun then.
  Error seal(std::uint32_t number);

  // Writes segment `number` again under the next generation, each change passed through `transform`
  // (which returns bytes of any length that it owns until the next call), syncs it, replaces
  // the old file, and reports where every change went, in order; `bytes` is its new length. The
  // active segment is sealed first. Of a sealed one nothing changes any more, so others write and
  // sync meanwhile; no lock is held while `transform` is called. The view has changed when the
  // first `moved` is called; older views keep the old bytes at the old locations. A failure before
  // that changes nothing, and the log stays usable.
  using Transform = std::function<Result<Bytes>(Location change_at, Bytes change)>;
  using Moved = std::function<void(Location from, Location to, std::size_t bytes)>;
  Error rewrite(std::uint32_t number, const Transform& transform, const Moved& moved);

 private:
  Log() = default;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gs::log
