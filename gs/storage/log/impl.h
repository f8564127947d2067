// What a Log is made of. One object; its work is split by topic:
//
//   recovery.cc  opening        writer.cc    begin, write, sync, close
//   append.cc    new segments   verify.cc    reading everything again
//   rewrite.cc   erasure        log.cc       getters, views, walk
//
// Locks, always taken in this order:
//   write_mutex   where the next frame goes, and everything that changes the newest segment
//   frame_mutex   writing frames; write_pending() takes only this one, so it runs beside begin()
//   sync_mutex    fdatasync and the mark; not held by write(), so both run side by side
//   state_mutex   short: the table of segments, positions, the view
#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "gs/platform/mutex.h"
#include "gs/storage/log/compared_frames.h"
#include "gs/storage/log/log.h"
#include "gs/storage/log/mark.h"
#include "gs/storage/log/segment.h"
#include "gs/storage/log/tail_buffers.h"

namespace gs::log {

inline constexpr std::uint64_t kBlockBytes = 4096;  // of file systems

// A view has a slot for every number up to the newest. Missing numbers are damage; more of them
// than this, and what lies behind them is reported but not mapped.
inline constexpr std::uint32_t kMissingMax = 1024;
// What read() is asked for at a time, where a file is not read through its mapping.
inline constexpr std::size_t kReadPieceBytes = std::size_t{256} << 10;

struct Log::Impl {
  struct Segment {
    std::uint32_t number = 0;
    std::uint32_t generation = 0;
    std::uint64_t first_sequence = 0;
    std::uint64_t end = 0;  // offset where its last frame ends
    bool sound = true;      // its header is
  };
  // The newest segment, while it can be written. One handle for each lock, because a File serves
  // one thread at a time.
  struct Active {
    std::unique_ptr<platform::File> file;      // write_mutex: its size, what is written ahead
    std::unique_ptr<platform::File> writer;    // frame_mutex
    std::unique_ptr<platform::File> syncer;    // sync_mutex
    std::uint64_t allocated = 0;               // disk space is reserved below
    std::uint64_t planned = 0;                 // mapped, and never outgrown
    std::uint64_t zeroed = 0;                  // zeros were written below, where no frame is
    std::uint64_t zeros_step = 0;              // how many the next time
    std::shared_ptr<ComparedFrames> compared;  // its readers must know how far it is written
  };
  struct Position {
    Location end = 0;
    std::uint64_t next_sequence = 0;
  };
  // A change that lies in its tail buffer, finished.
  struct Frame {
    Position at;
    std::uint8_t* bytes = nullptr;  // its head, not yet made
    std::size_t change_bytes = 0;
    std::shared_ptr<std::uint8_t[]> tail;  // that it lies in

    std::size_t frame_bytes() const noexcept { return kFrameBytes + change_bytes; }
  };
  class Recoverer;
  class Checker;

  Impl(platform::FileSystem& file_system, std::string where, const Digest& storage_id,
       const Options& log_options);

  // recovery.cc
  Error open(Location from, std::uint64_t from_sequence, const Visitor& visit, Recovery& report,
             const std::function<Error()>& began, const Later& later);

  // writer.cc
  Error usable() const;
  // Makes `error` the last word of this log, and returns it.
  Error fail(Error error);
  Result<Space> begin(std::size_t bytes);
  Result<Space> make_space(std::size_t bytes);
  Error write_ahead(Bytes part);
  Frame finish(std::size_t change_bytes);
  Error write(std::size_t change_bytes);
  Error write_later(std::size_t change_bytes);
  Error write_pending();
  Error write_pending_held();  // frame_mutex held
  void drop_tail(const Frame& frame);
  Error write_frame(const Frame& frame, Bytes done);  // frame_mutex held
  Error sync();
  Error mark();
  Error close();
  void confirm(const Position& reached);  // sync_mutex held, as for write_mark
  Error write_mark();

  // append.cc: write_mutex held
  Error reserve(std::uint64_t end);
  Error next_segment(std::uint64_t frame_bytes);
  Error create_segment(std::uint32_t number, std::uint64_t first_sequence,
                       std::uint64_t frame_bytes);
  void new_tail(std::uint64_t frame_bytes);
  void write_zeros();  // frame_mutex held, too, and no frame pending

  // verify.cc
  struct Start {
    std::size_t index = 0;  // in the table of segments
    std::uint64_t offset = kSegmentHeaderBytes;
    std::uint64_t sequence = 0;
  };
  using Progress = std::function<void(std::uint64_t, std::uint64_t)>;
  Error check(const Start& start, const Visitor& visit, std::vector<Damage>& damage,
              const Progress& progress) const;

  // rewrite.cc
  Error seal(std::uint32_t number);
  Error rewrite(std::uint32_t number, const Transform& transform, const Moved& moved);
  void replace(const Segment& before, const Segment& after,
               std::shared_ptr<platform::Mapping> mapping);
  Error write_generation(Segment& after, Bytes before, const Transform& transform,
                         std::shared_ptr<platform::Mapping>& mapping);

  // log.cc
  std::string path(std::string_view name) const { return directory + "/" + std::string(name); }
  std::string path(const Segment& segment) const {
    return path(segment_name({segment.number, segment.generation}));
  }
  std::string shown(std::string_view name) const { return files.display(path(name)); }
  std::vector<Segment> table() const;
  Position position() const;
  std::shared_ptr<const View> current_view() const;
  // Publishes a changed copy of the view; state_mutex is not held.
  void publish(const std::function<void(View&)>& change);
  // The newest segment is written from now on, behind `end`.
  void follow_writing(std::uint32_t number, std::uint64_t end);
  void show_segment(std::uint32_t number, std::shared_ptr<platform::Mapping> mapping);
  Snapshot snapshot() const;
  Error walk(const Snapshot& snapshot, Location from, Location to, const Visitor& visit,
             Compare compare) const;

  platform::FileSystem& files;
  const std::string directory;
  const Digest storage;
  const Options options;

  std::atomic<bool> failed{false};
  std::atomic<bool> closed{false};
  bool damaged = false;  // set by open() only

  mutable platform::Mutex write_mutex;
  Active active;
  Position appended;  // end of all frames, with the pending one
  TailBuffers buffers{options.tail_bytes};
  View::Tail tail;               // where changes are built; begins at a frame
  std::uint64_t open_bytes = 0;  // of the frame that is being built; 0: none
  Bytes ahead;                   // of it, written already: part of the tail buffer
  std::uint64_t step = 0;        // of the next allocation

  platform::Mutex frame_mutex;
  std::optional<Frame> pending;  // the last one, when nobody has written it yet

  platform::Mutex sync_mutex;
  std::unique_ptr<platform::File> mark_file;
  std::uint64_t mark_turn = 0;
  Position synced;                    // frames before are on stable storage ...
  std::uint64_t marked_sequence = 0;  // ... and the mark says so of frames below
  std::uint64_t unmarked_bytes = 0;   // synced since the last mark
  // synced.next_sequence, for those who do not hold sync_mutex.
  std::atomic<std::uint64_t> synced_sequence{0};

  mutable platform::Mutex state_mutex;
  std::vector<Segment> segments;  // ascending numbers
  Location end_at = 0;            // of written frames
  std::uint64_t next_sequence = 0;
  std::uint64_t valid_bytes = 0;
  std::uint64_t generations = 0;
  std::shared_ptr<const View> view;
  std::string failure;  // why `failed`
};

}  // namespace gs::log
