// Which element each slot is of, and which slot and which value of an element count.
//
// An element has the number of the slot that it was inserted with. Slots of insertions are kept as
// runs; of an element that nobody moved or set nothing else is kept. Moves and sets are events,
// known by their places; which of two counts more is for the caller to say.
// Not thread-safe. Pure. Misuse stops the program.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "gs/core/crdt/text/types.h"

namespace gs::crdt {

class Elements {
 public:
  // Slots are added in the order of their numbers, without gaps. Values from `value` on.
  void add_inserted(std::uint32_t slot, std::uint32_t count, std::uint32_t value);
  void add_moved(std::uint32_t slot, std::uint32_t element);

  std::uint32_t element_of(std::uint32_t slot) const noexcept;
  std::uint32_t slot_of(std::uint32_t element) const noexcept;
  std::uint32_t value_of(std::uint32_t element) const noexcept;

  // An event put the element into `slot`, or gave it `value`. True: that counts now.
  // `later(a, b)`: whether the event at place a counts more than that at b.
  template <typename Later>
  bool move(std::uint32_t element, Place place, std::uint32_t slot, Later later) {
    return change(changed(element).moved, {place, slot}, later);
  }
  template <typename Later>
  bool set(std::uint32_t element, Place place, std::uint32_t value, Later later) {
    return change(changed(element).set, {place, value}, later);
  }

  std::size_t memory_bytes() const noexcept;

 private:
  struct Run {
    std::uint32_t slot;
    std::uint32_t what;  // the value of the first slot, or kMoved | the element
  };
  static constexpr std::uint32_t kMoved = std::uint32_t{1} << 31;
  // The event that counts, and the slot or the value that it gave. No event: as inserted.
  struct Choice {
    Place place = kNoPlace;
    std::uint32_t what = 0;
  };
  struct Changed {
    Choice moved{};
    Choice set{};
  };

  template <typename Later>
  static bool change(Choice& choice, const Choice& other, Later later) {
    if (choice.place != kNoPlace && !later(other.place, choice.place)) return false;
    choice = other;
    return true;
  }
  Changed& changed(std::uint32_t element) { return changed_[element]; }
  const Run& run_of(std::uint32_t slot) const noexcept;

  std::vector<Run> runs_;
  std::uint32_t next_value_ = 0;  // of a slot that would go on with the last run
  std::unordered_map<std::uint32_t, Changed> changed_;
};

}  // namespace gs::crdt
