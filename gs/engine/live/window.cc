#include "gs/engine/live/window.h"

#include <algorithm>

namespace gs::engine {
namespace {

// The keys from the first to the last one of a view; it may have none.
struct KeyRange {
  std::optional<std::string> first;
  std::string last;

  bool has(std::string_view key) const noexcept { return first && key >= *first && key <= last; }
};

KeyRange range_of(const CountedSet& list, const Window& window) {
  const std::size_t size = window.size(list);
  if (size == 0) return {};
  return {std::string(window.at(list, 0)), std::string(window.at(list, size - 1))};
}

// A row of the old view, of the new one, or of both, that did not simply stay.
struct Affected {
  const std::string* before = nullptr;  // null: not in the old view
  const std::string* after = nullptr;   // null: not in the new view
  bool changed = false;
};

// Where rows are in the view while steps are applied. At each time the view is in the order of the
// keys that its rows have so far: rows that stay, and of the affected ones the keys before until it
// is their turn, then those after.
class Places {
 public:
  Places(const CountedSet& list, std::size_t first, std::size_t size,
         const std::vector<Affected>& affected)
      : list_(list), first_(first), size_(size) {
    for (const Affected& each : affected) {
      if (each.before != nullptr) keys_.push_back(*each.before);
      if (each.after != nullptr) keys_.push_back(*each.after);
    }
    std::sort(keys_.begin(), keys_.end());
    keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
    here_.resize(keys_.size() + 1);
    after_.resize(keys_.size() + 1);
    for (const Affected& each : affected) {
      if (each.before != nullptr) add(here_, *each.before, 1);
      if (each.after != nullptr) add(after_, *each.after, 1);
    }
  }

  void take(std::string_view key) { add(here_, key, -1); }
  void put(std::string_view key) { add(here_, key, 1); }
  // How many rows of the view are before one with this key.
  std::size_t of(std::string_view key) const {
    const std::size_t rank = list_.rank(key);
    const std::size_t in_view = std::min(std::max(rank, first_) - first_, size_);
    const auto staying = static_cast<std::ptrdiff_t>(in_view) - sum(after_, key);
    return static_cast<std::size_t>(staying + sum(here_, key));
  }

 private:
  // Sums of what is before a key, in a Fenwick tree.
  using Sums = std::vector<std::ptrdiff_t>;

  std::size_t number(std::string_view key) const {
    return static_cast<std::size_t>(std::lower_bound(keys_.begin(), keys_.end(), key) -
                                    keys_.begin());
  }
  void add(Sums& sums, std::string_view key, std::ptrdiff_t amount) {
    for (std::size_t i = number(key) + 1; i < sums.size(); i += i & (~i + 1)) sums[i] += amount;
  }
  std::ptrdiff_t sum(const Sums& sums, std::string_view key) const {
    std::ptrdiff_t total = 0;
    for (std::size_t i = number(key); i > 0; i -= i & (~i + 1)) total += sums[i];
    return total;
  }

  const CountedSet& list_;  // up to date
  const std::size_t first_;
  const std::size_t size_;
  std::vector<std::string_view> keys_;
  Sums here_;   // keys of affected rows that are in the view by now
  Sums after_;  // keys that they will have in the new view
};

// Rows that nobody touched and that are in `in` and not in `out`: their neighbours pushed them over
// the edge. No more than were touched, since each touch moves an edge by one at most.
void find_pushed(const CountedSet& list, const KeyRange& in, const KeyRange& out,
                 const std::vector<std::string_view>& touched, std::vector<std::string>& pushed) {
  if (!in.first) return;
  const std::size_t end = list.rank(in.last) + (list.contains(in.last) ? 1 : 0);
  const auto look = [&](std::size_t place, std::size_t stop) {
    for (; place < stop; ++place) {
      const std::string_view key = list.at(place);
      if (std::binary_search(touched.begin(), touched.end(), key)) continue;
      pushed.emplace_back(key);
    }
  };
  const std::size_t begin = list.rank(*in.first);
  if (!out.first) return look(begin, end);
  look(begin, std::min(end, list.rank(*out.first)));
  const std::size_t behind = list.rank(out.last) + (list.contains(out.last) ? 1 : 0);
  look(std::max(begin, behind), end);
}

void update(CountedSet& list, const std::vector<Touch>& touches) {
  for (const Touch& touch : touches) {
    if (touch.before && touch.before != touch.after) list.erase(*touch.before);
  }
  for (const Touch& touch : touches) {
    if (touch.after && touch.before != touch.after) list.insert(*touch.after);
  }
}

std::vector<Step> steps_of(const std::vector<Affected>& affected, Places& places) {
  std::vector<Step> steps;
  for (const Affected& each : affected) {
    if (each.after != nullptr) continue;
    steps.push_back({Step::Kind::removed, 0, places.of(*each.before), *each.before});
    places.take(*each.before);
  }
  for (const Affected& each : affected) {
    if (each.after == nullptr) continue;
    Step step{Step::Kind::added, 0, 0, *each.after};
    if (each.before != nullptr) {
      step.from = places.of(*each.before);
      places.take(*each.before);
    }
    step.at = places.of(*each.after);
    places.put(*each.after);
    if (each.before != nullptr) {
      if (step.from == step.at && !each.changed) continue;
      step.kind = step.from == step.at ? Step::Kind::changed : Step::Kind::moved;
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace

std::size_t Window::size(const CountedSet& list) const noexcept {
  return list.size() <= offset_ ? 0 : std::min(list.size() - offset_, limit_);
}

bool Window::shows(const CountedSet& list, std::string_view key) const noexcept {
  const std::size_t rank = list.rank(key);
  return rank >= offset_ && rank - offset_ < limit_;
}

Result<std::vector<Step>> Window::show(CountedSet& list, const std::vector<Touch>& touches,
                                       const Differs& differs) const {
  const KeyRange old_range = range_of(list, *this);
  update(list, touches);
  const KeyRange new_range = range_of(list, *this);

  std::vector<Affected> affected;
  std::vector<std::string_view> touched;  // keys that touched rows have now
  for (const Touch& touch : touches) {
    if (touch.after) touched.emplace_back(*touch.after);
    Affected each;
    if (touch.before && old_range.has(*touch.before)) each.before = &*touch.before;
    if (touch.after && new_range.has(*touch.after)) each.after = &*touch.after;
    if (each.before == nullptr && each.after == nullptr) continue;
    if (each.before != nullptr && each.after != nullptr) {
      GS_TRY(each.changed, differs(touch));
      if (!each.changed && *each.before == *each.after) continue;
    }
    affected.push_back(each);
  }
  std::sort(touched.begin(), touched.end());
  std::vector<std::string> left;
  std::vector<std::string> entered;
  find_pushed(list, old_range, new_range, touched, left);
  find_pushed(list, new_range, old_range, touched, entered);
  for (const std::string& key : left) affected.push_back({&key, nullptr, false});
  for (const std::string& key : entered) affected.push_back({nullptr, &key, false});
  // In the order of the new view, so that what is added stands behind what was added before.
  std::sort(affected.begin(), affected.end(), [](const Affected& a, const Affected& b) {
    return *(a.after != nullptr ? a.after : a.before) < *(b.after != nullptr ? b.after : b.before);
  });
  Places places(list, offset_, size(list), affected);
  return steps_of(affected, places);
}

}  // namespace gs::engine
