// Which slot stood at which position of the list as it was at one critical event.
//
// A tracker knows units of its base by their positions only. Slots never change their order, so
// those that were there then are, in their order now, those that were inserted up to the event and
// not deleted before it. Built in O(runs of slots), asked in O(log n). Pure.
#pragma once

#include <vector>

#include "gs/core/crdt/list/slots.h"
#include "gs/core/crdt/text/targets.h"

namespace gs::crdt {

class BaseSlots {
 public:
  // `inserted`: how many slots were inserted up to the event; `erased_since`: those that were
  // deleted by later events, each with its slot as its unit.
  BaseSlots(const Slots& slots, std::uint32_t inserted, const std::vector<Target>& erased_since);

  // pos: below the length that the list had.
  std::uint32_t at(std::uint32_t pos) const noexcept;
  std::size_t memory_bytes() const noexcept { return runs_.capacity() * sizeof(Run); }

 private:
  struct Run {
    std::uint32_t pos;
    std::uint32_t slot;
  };
  void add(std::uint32_t slot, std::uint32_t count);

  std::vector<Run> runs_;
  std::uint32_t length_ = 0;
};

}  // namespace gs::crdt
