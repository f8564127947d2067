// Which units events were about: runs of targets, ascending by the places of the events.
//
// Runs join where both places and units go on. Not thread-safe. Pure.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "gs/core/crdt/text/span_tree.h"

namespace gs::crdt {

// Events from `place` on are about units from `unit` on, downwards when `back`.
struct Target {
  Place place = 0;
  Unit unit = 0;
  std::uint32_t count = 0;
  bool back = false;

  Unit lowest() const noexcept { return back ? unit - (count - 1) : unit; }
  Unit unit_of(Place event) const noexcept {
    return back ? unit - (event - place) : unit + (event - place);
  }
};

class Targets {
 public:
  bool empty() const noexcept { return targets_.empty(); }
  void clear() noexcept { targets_.clear(); }
  std::size_t memory_bytes() const noexcept { return targets_.capacity() * sizeof(Target); }

  // Behind all that are there.
  void add(const Target& added);

  // The unit that the event was about, if that is known here.
  std::optional<Unit> find(Place event) const noexcept;

  // Calls visit(Target) for `count` events from `place` on, in order, cut to them; events without a
  // target are passed over.
  template <typename Visit>
  void visit(Place place, std::uint32_t count, Visit visit) const {
    const Place end = place + count;
    for (auto at = first_after(place); at != targets_.end() && at->place < end; ++at) {
      const Place from = std::max(place, at->place);
      const Place to = std::min(end, at->place + at->count);
      visit(Target{from, at->unit_of(from), to - from, at->back && to - from > 1});
    }
  }

 private:
  // The first target that ends behind `place`.
  std::vector<Target>::const_iterator first_after(Place place) const noexcept;

  std::vector<Target> targets_;
};

}  // namespace gs::crdt
