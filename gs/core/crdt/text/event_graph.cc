#include "gs/core/crdt/text/event_graph.h"

#include <algorithm>
#include <queue>

namespace gs::crdt {
namespace {

void emit(std::vector<PlaceSpan>& out, Place begin, Place end) {
  if (begin >= end) return;
  if (!out.empty() && out.back().begin == end) {
    out.back().begin = begin;
  } else {
    out.push_back({begin, end});
  }
}

}  // namespace

std::size_t EventGraph::memory_bytes() const noexcept {
  std::size_t bytes = runs_.capacity() * sizeof(Run) + lists_.capacity() * sizeof(Place) +
                      critical_.capacity() * sizeof(PlaceSpan);
  for (const auto& runs : by_writer_) bytes += runs.capacity() * sizeof(std::uint32_t);
  return bytes;
}

bool EventGraph::is_frontier(VersionView version) const noexcept {
  return std::equal(version.begin(), version.end(), frontier_.begin(), frontier_.end());
}

std::size_t EventGraph::find_run(Place place) const noexcept {
  if (runs_.back().place <= place) return runs_.size() - 1;
  const auto after = std::upper_bound(runs_.begin(), runs_.end(), place,
                                      [](Place at, const Run& run) { return at < run.place; });
  return static_cast<std::size_t>(after - runs_.begin()) - 1;
}

VersionView EventGraph::run_parents(const Run& run) const noexcept {
  if (run.parent == kNoPlace) return {};
  if (run.parent < kMany) return {&run.parent, 1};
  const std::size_t at = run.parent - kMany;
  return VersionView(lists_).subspan(at + 1, lists_[at]);
}

std::uint32_t EventGraph::keep_parents(VersionView parents) {
  if (parents.empty()) return kNoPlace;
  if (parents.size() == 1) return parents[0];
  const auto at = static_cast<std::uint32_t>(lists_.size());
  lists_.push_back(static_cast<Place>(parents.size()));
  lists_.insert(lists_.end(), parents.begin(), parents.end());
  return kMany | at;
}

void EventGraph::add_run(EventId first, VersionView parents) {
  if (first.writer >= by_writer_.size()) by_writer_.resize(first.writer + std::size_t{1});
  auto& runs = by_writer_[first.writer];
  const auto number = static_cast<std::uint32_t>(runs_.size());
  // Only a writer with branches arrives out of order, so this is nearly always the end.
  auto at = runs.end();
  if (!runs.empty() && runs_[runs.back()].seq > first.seq) {
    at = std::upper_bound(
        runs.begin(), runs.end(), first.seq,
        [&](std::uint32_t seq, std::uint32_t run) { return seq < runs_[run].seq; });
  }
  runs.insert(at, number);
  runs_.push_back({size_, first.writer, first.seq, keep_parents(parents)});
}

void EventGraph::move_frontier(VersionView parents, Place last) {
  if (parents.size() == 1 && frontier_.size() == 1 && frontier_[0] == parents[0]) {
    frontier_[0] = last;
    return;
  }
  for (const Place parent : parents) {
    const auto at = std::lower_bound(frontier_.begin(), frontier_.end(), parent);
    if (at != frontier_.end() && *at == parent) frontier_.erase(at);
  }
  frontier_.push_back(last);
}

void EventGraph::update_critical(VersionView parents, bool whole, PlaceSpan added) {
  if (whole) {
    if (!critical_.empty() && critical_.back().end == added.begin) {
      critical_.back().end = added.end;
    } else {
      critical_.push_back(added);
    }
    return;
  }
  // Every event above a critical one descends from it, so only the greatest parent matters.
  const Place end = parents.empty() ? 0 : parents.back() + 1;
  while (!critical_.empty() && critical_.back().begin >= end) critical_.pop_back();
  if (!critical_.empty()) critical_.back().end = std::min(critical_.back().end, end);
}

// Whether an event after the last one may be in its run.
bool EventGraph::goes_on(EventId first) const noexcept {
  return size_ > 0 && runs_.back().writer == first.writer &&
         runs_.back().seq + (size_ - runs_.back().place) == first.seq;
}

void EventGraph::add(EventId first, std::uint32_t count, VersionView parents) {
  const bool chained = parents.size() == 1 && parents[0] + 1 == size_;
  const bool whole = is_frontier(parents);
  if (!chained || !goes_on(first)) add_run(first, parents);
  const PlaceSpan added{size_, size_ + count};
  size_ = added.end;
  update_critical(parents, whole, added);
  move_frontier(parents, size_ - 1);
}

void EventGraph::add_on_frontier(EventId first, std::uint32_t count) {
  if (frontier_.size() != 1 || frontier_[0] + 1 != size_ || !goes_on(first)) {
    add_run(first, frontier_);
  }
  const PlaceSpan added{size_, size_ + count};
  size_ = added.end;
  update_critical(frontier_, true, added);
  frontier_.assign(1, size_ - 1);
}

EventId EventGraph::id_of(Place place) const noexcept {
  const Run& run = runs_[find_run(place)];
  return {run.writer, run.seq + (place - run.place)};
}

Place EventGraph::find(EventId id, std::uint32_t* follow) const noexcept {
  if (id.writer >= by_writer_.size()) return kNoPlace;
  const auto& runs = by_writer_[id.writer];
  if (runs.empty()) return kNoPlace;
  std::uint32_t number = runs.back();
  if (runs_[number].seq > id.seq) {
    const auto after = std::upper_bound(
        runs.begin(), runs.end(), id.seq,
        [&](std::uint32_t seq, std::uint32_t run) { return seq < runs_[run].seq; });
    if (after == runs.begin()) return kNoPlace;
    number = *(after - 1);
  }
  const Run& run = runs_[number];
  const std::uint32_t offset = id.seq - run.seq;
  const std::uint32_t count = run_end(number) - run.place;
  if (offset >= count) return kNoPlace;
  if (follow != nullptr) *follow = count - offset;
  return run.place + offset;
}

std::uint32_t EventGraph::count_known(EventId first, std::uint32_t count,
                                      Place& last) const noexcept {
  std::uint32_t known = 0;
  for (std::uint32_t follow = 0; known < count; known += follow) {
    const Place place = find({first.writer, first.seq + known}, &follow);
    if (place == kNoPlace) break;
    follow = std::min(follow, count - known);
    last = place + follow - 1;
  }
  return known;
}

bool EventGraph::knows_any(EventId first, std::uint32_t count) const noexcept {
  if (first.writer >= by_writer_.size()) return false;
  const auto& runs = by_writer_[first.writer];
  const auto after =
      std::lower_bound(runs.begin(), runs.end(), first.seq,
                       [&](std::uint32_t run, std::uint32_t seq) { return runs_[run].seq < seq; });
  if (after != runs.end() && runs_[*after].seq - first.seq < count) return true;
  return find(first) != kNoPlace;
}

std::uint32_t EventGraph::next_seq(std::uint32_t writer) const noexcept {
  if (writer >= by_writer_.size() || by_writer_[writer].empty()) return 0;
  const std::uint32_t number = by_writer_[writer].back();
  return runs_[number].seq + (run_end(number) - runs_[number].place);
}

EventGraph::Piece EventGraph::piece(Place place) const noexcept {
  const std::size_t index = find_run(place);
  const Run& run = runs_[index];
  return {{place, run_end(index)}, {run.writer, run.seq + (place - run.place)}};
}

VersionView EventGraph::parents(Place place, Place& one) const noexcept {
  const Run& run = runs_[find_run(place)];
  if (run.place == place) return run_parents(run);
  one = place - 1;
  return {&one, 1};
}

bool EventGraph::contains(VersionView version, Place place) const {
  std::priority_queue<Place> open;
  for (const Place head : version) {
    if (head >= place) open.push(head);
  }
  while (!open.empty()) {
    const Run& run = runs_[find_run(open.top())];
    if (run.place <= place) return true;
    while (!open.empty() && open.top() >= run.place) open.pop();
    for (const Place parent : run_parents(run)) {
      if (parent >= place) open.push(parent);
    }
  }
  return false;
}

bool EventGraph::is_version(VersionView places) const {
  for (std::size_t i = 1; i < places.size(); ++i) {
    if (places[i - 1] >= places[i]) return false;
  }
  if (places.size() < 2) return true;
  // Downwards from all of them: whoever is met from above is an ancestor.
  open_.heap.clear();
  const auto reached = [&](Place least) {
    return !open_.heap.empty() && open_.heap[0].place >= least;
  };
  std::size_t member = places.size();  // those at and above it are done
  while (true) {
    const bool own = member > 0 && !reached(places[member - 1] + 1);
    if (own && reached(places[member - 1])) return false;
    if (!own && !reached(places[0])) return true;
    const Place top = own ? places[--member] : open_.heap[0].place;
    const Run& run = runs_[find_run(top)];
    if (member > 0 && places[member - 1] >= run.place) return false;
    while (reached(run.place)) open_.pop();
    open_.push(run_parents(run), Side::both);
  }
}

void EventGraph::OpenEvents::push(VersionView places, Side side) {
  for (const Place place : places) {
    heap.push_back({place, side});
    std::push_heap(heap.begin(), heap.end());
  }
  if (side != Side::both) apart += places.size();
}

EventGraph::Open EventGraph::OpenEvents::pop() {
  std::pop_heap(heap.begin(), heap.end());
  const Open top = heap.back();
  heap.pop_back();
  if (top.side != Side::both) --apart;
  return top;
}

void EventGraph::compare(VersionView a, VersionView b, std::vector<PlaceSpan>& only_a,
                         std::vector<PlaceSpan>& only_b) const {
  only_a.clear();
  only_b.clear();
  open_.heap.clear();
  open_.apart = 0;
  open_.push(a, Side::a);
  open_.push(b, Side::b);
  const auto mark = [&](Place begin, Place end, Side side) {
    if (side == Side::a) emit(only_a, begin, end);
    if (side == Side::b) emit(only_b, begin, end);
  };
  while (open_.apart > 0) {
    Open top = open_.pop();
    const Run& run = runs_[find_run(top.place)];
    while (!open_.heap.empty() && open_.heap[0].place >= run.place) {
      const Open below = open_.pop();
      if (below.side == top.side) continue;
      mark(below.place + 1, top.place + 1, top.side);
      top = {below.place, Side::both};
    }
    mark(run.place, top.place + 1, top.side);
    open_.push(run_parents(run), top.side);
  }
}

Place EventGraph::critical_before(Place at) const noexcept {
  if (at == kNoPlace) return kNoPlace;
  const auto after =
      std::upper_bound(critical_.begin(), critical_.end(), at,
                       [](Place place, const PlaceSpan& span) { return place < span.begin; });
  if (after == critical_.begin()) return kNoPlace;
  return std::min(at, (after - 1)->end - 1);
}

}  // namespace gs::crdt
