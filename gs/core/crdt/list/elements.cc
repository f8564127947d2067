#include "gs/core/crdt/list/elements.h"

#include <algorithm>

namespace gs::crdt {

void Elements::add_inserted(std::uint32_t slot, std::uint32_t count, std::uint32_t value) {
  const bool goes_on = !runs_.empty() && runs_.back().what < kMoved && value == next_value_;
  if (!goes_on) runs_.push_back({slot, value});
  next_value_ = value + count;
}

void Elements::add_moved(std::uint32_t slot, std::uint32_t element) {
  runs_.push_back({slot, kMoved | element});
}

const Elements::Run& Elements::run_of(std::uint32_t slot) const noexcept {
  const auto after =
      std::upper_bound(runs_.begin(), runs_.end(), slot,
                       [](std::uint32_t at, const Run& run) { return at < run.slot; });
  return *(after - 1);
}

std::uint32_t Elements::element_of(std::uint32_t slot) const noexcept {
  const Run& run = run_of(slot);
  return run.what < kMoved ? slot : run.what - kMoved;
}

std::uint32_t Elements::slot_of(std::uint32_t element) const noexcept {
  const auto at = changed_.find(element);
  const bool moved = at != changed_.end() && at->second.moved.place != kNoPlace;
  return moved ? at->second.moved.what : element;
}

std::uint32_t Elements::value_of(std::uint32_t element) const noexcept {
  const auto at = changed_.find(element);
  if (at != changed_.end() && at->second.set.place != kNoPlace) return at->second.set.what;
  const Run& run = run_of(element);
  return run.what + (element - run.slot);
}

std::size_t Elements::memory_bytes() const noexcept {
  // A node of a map has a link beside its entry.
  constexpr std::size_t kNode = sizeof(void*) + sizeof(std::pair<std::uint32_t, Changed>);
  return runs_.capacity() * sizeof(Run) + changed_.size() * kNode +
         changed_.bucket_count() * sizeof(void*);
}

}  // namespace gs::crdt
