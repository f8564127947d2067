// When events happened: the hlc of the operation of each, by places, 16 bytes for an operation.
//
// Not thread-safe. Pure.
#pragma once

#include <algorithm>
#include <vector>

#include "gs/core/crdt/text/types.h"

namespace gs::crdt {

class Stamps {
 public:
  // Events from `place` on; places ascend.
  void add(Place place, std::uint64_t hlc) {
    if (runs_.empty() || runs_.back().hlc != hlc) runs_.push_back({hlc, place});
  }
  // Of an event that was added.
  std::uint64_t hlc(Place place) const noexcept {
    const auto after = std::upper_bound(runs_.begin(), runs_.end(), place,
                                        [](Place at, const Run& run) { return at < run.place; });
    return (after - 1)->hlc;
  }
  std::size_t memory_bytes() const noexcept { return runs_.capacity() * sizeof(Run); }

 private:
  struct Run {
    std::uint64_t hlc;
    Place place;
  };
  std::vector<Run> runs_;
};

}  // namespace gs::crdt
