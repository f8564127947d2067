// Forward each source stands on its first pair at or behind the place of the walk, backward on its
// last one at or before it. So a turn is one step of every source.

#include "gs/storage/index/merge.h"

#include <algorithm>

namespace gs::index {

Merge::Merge(std::vector<std::unique_ptr<Source>> sources) : sources_(std::move(sources)) {
  live_.reserve(sources_.size());
}

void Merge::seek(const Pair& from) noexcept {
  for (auto& source : sources_) source->seek(from);
  forward_ = true;
  enlist();
}

void Merge::seek_end() noexcept {
  for (auto& source : sources_) source->seek_end();
  forward_ = true;
  enlist();
}

bool Merge::step(bool forward) noexcept {
  if (cut_short_) return false;
  if (forward != forward_) {
    forward_ = forward;
    for (auto& source : sources_) advance(*source);
    enlist();
  } else if (on_pair_) {
    leave();
  }
  on_pair_ = !cut_short_ && !live_.empty();
  return on_pair_;
}

// Sorts all sources that stand on a pair.
void Merge::enlist() noexcept {
  live_.clear();
  on_pair_ = false;
  cut_short_ = false;
  for (std::size_t age = sources_.size(); age-- > 0;) {
    Source& source = *sources_[age];
    cut_short_ = cut_short_ || source.is_cut_short();
    if (source.done()) continue;
    live_.insert(live_.begin(), Live{&source, age});  // never more than were reserved
    place(0);
  }
}

// Steps all sources that stand on the pair of the first one, the last of them first: those behind
// are in order then.
void Merge::leave() noexcept {
  std::size_t same = 1;
  while (same < live_.size() && same_pair(live_[same].source->pair(), pair())) ++same;
  for (std::size_t at = same; at-- > 0;) {
    Source& source = *live_[at].source;
    advance(source);
    if (source.done()) {
      cut_short_ = cut_short_ || source.is_cut_short();
      live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(at));
    } else {
      place(at);
    }
  }
}

// Moves one back to its place among those behind it.
void Merge::place(std::size_t at) noexcept {
  const Live moved = live_[at];
  for (; at + 1 < live_.size() && after(moved, live_[at + 1]); ++at) live_[at] = live_[at + 1];
  live_[at] = moved;
}

bool Merge::after(const Live& a, const Live& b) const noexcept {
  const int order = compare(a.source->pair(), b.source->pair());
  if (order == 0) return a.age > b.age;
  return forward_ ? order > 0 : order < 0;
}

bool Merge::begins_behind(Bytes key) const noexcept {
  return std::all_of(sources_.begin(), sources_.end(),
                     [&](const auto& source) { return source->begins_behind(key); });
}

bool Merge::count_alone(const Pair* to, std::uint64_t& count) noexcept {
  if (!forward_ || !on_pair_) return false;
  const bool alone =
      live_.size() == 1 || (to != nullptr && compare(live_[1].source->pair(), *to) >= 0);
  if (!alone) return false;
  count = live_.front().source->count_added(to);
  cut_short_ = live_.front().source->is_cut_short();
  return true;
}

}  // namespace gs::index
