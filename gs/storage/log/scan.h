// Walking the frames of one segment file: strictly, and past damage.
//
// Pure but for the visitor. Safe to call from any thread.
#pragma once

#include "gs/storage/log/frame.h"
#include "gs/storage/log/log.h"

namespace gs::log {

// Beyond this many places a report helps nobody, and hostile bytes could make it endless.
inline constexpr std::size_t kDamageMax = 1000;

struct Walk {
  std::uint64_t offset = 0;    // where the walk ended: the end, or the begin of the bad frame
  std::uint64_t sequence = 0;  // of the frame that belongs there
  FrameFault fault = FrameFault::none;  // none: clean end
  FrameHead head;                       // of the bad frame, when its fault is checksum or sequence
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
  Error error;  // the visitor's; stops the walk
};

// Visits frames from `offset` to the first one that does not check out, or to the end: the end of
// `file`, or zeros up to there.
Walk walk_frames(Bytes file, std::uint32_t segment, std::uint64_t offset, std::uint64_t sequence,
                 const Log::Visitor& visit);

// Collects damage up to kDamageMax.
class DamageList {
 public:
  explicit DamageList(std::vector<Damage>& list) noexcept : list_(list) {}
  void add(std::uint32_t segment, std::uint64_t offset, std::string what);
  bool full() const noexcept { return list_.size() >= kDamageMax; }

 private:
  std::vector<Damage>& list_;
};

struct Scan {
  std::uint64_t offset = 0;    // where the last frame ended
  std::uint64_t sequence = 0;  // of the next frame
  bool lost = false;           // frames at the end are damaged: more may have been there
  Error error;
};

// Visits every frame of `file` that checks out, reports every place that does not.
Scan scan_frames(Bytes file, std::uint32_t segment, std::uint64_t offset, std::uint64_t sequence,
                 const Log::Visitor& visit, DamageList& damage);

}  // namespace gs::log
