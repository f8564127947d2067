#include "gs/core/crdt/text/targets.h"

namespace gs::crdt {

void Targets::add(const Target& added) {
  if (!targets_.empty()) {
    Target& last = targets_.back();
    const bool follows = last.place + last.count == added.place;
    if (follows && !last.back && !added.back && added.unit == last.unit + last.count) {
      last.count += added.count;
      return;
    }
    const bool down = (last.back || last.count == 1) && (added.back || added.count == 1);
    if (follows && down && added.unit == last.unit - last.count) {
      last.back = true;
      last.count += added.count;
      return;
    }
  }
  targets_.push_back(added);
}

std::vector<Target>::const_iterator Targets::first_after(Place place) const noexcept {
  const auto after = std::upper_bound(targets_.begin(), targets_.end(), place,
                                      [](Place at, const Target& t) { return at < t.place; });
  if (after == targets_.begin()) return after;
  const auto before = after - 1;
  return before->place + before->count > place ? before : after;
}

std::optional<Unit> Targets::find(Place event) const noexcept {
  const auto at = first_after(event);
  if (at == targets_.end() || at->place > event) return std::nullopt;
  return at->unit_of(event);
}

}  // namespace gs::crdt
