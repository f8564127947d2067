// How far an erasure is, over all of its rounds.
//
// Each byte of the log counts once when it was searched, and once more when its segment was written
// again, however often a record with many payloads makes either happen. So the total is known at
// the beginning, but for segments that need not be written; and no bar goes backwards.
//
// One thread. Told without a lock of the engine but that which keeps other long calls away.
#pragma once

#include <algorithm>
#include <cstdint>

#include "globalstorage/storage.h"
#include "gs/storage/log/log.h"

namespace gs::engine {

class ErasureProgress {
 public:
  ErasureProgress(const Progress& told, std::uint64_t log_bytes)
      : told_(told), total_(2 * log_bytes) {}

  void searched(log::Location at, Bytes change) { pass(searched_to_, at, change); }
  void rewritten(log::Location at, Bytes change) { pass(rewritten_to_, at, change); }

  bool was_rewritten(std::uint32_t segment) const noexcept {
    return segment <= log::segment_of(rewritten_to_);
  }
  // Nothing else is left to do.
  void end_after(std::uint64_t bytes) noexcept { total_ = std::min(total_, done_ + bytes); }

 private:
  // A change that a rewrite moved has come nearer to the begin, so it is not taken for a new one.
  void pass(log::Location& to, log::Location at, Bytes change) {
    if (at > to) {
      to = at;
      done_ = std::min<std::uint64_t>(done_ + change.size(), total_);
    }
    if (told_) told_(done_, total_);
  }

  const Progress& told_;
  std::uint64_t total_;
  std::uint64_t done_ = 0;
  log::Location searched_to_ = 0;
  log::Location rewritten_to_ = 0;
};

}  // namespace gs::engine
