// The walks of causal_walk.h.
#include "gs/core/graph/causal_walk.h"

namespace gs::graph {

CausalGraph::Place AncestorWalk::pop_run() {
  const Place top = heap_.front();
  while (!heap_.empty() && heap_.front().run == top.run) {
    std::pop_heap(heap_.begin(), heap_.end());
    heap_.pop_back();
  }
  return top;
}

bool AncestorWalk::waits_in_run(const Place& change) const {
  return std::any_of(heap_.begin(), heap_.end(), [&change](const Place& waiting) {
    return waiting.run == change.run && waiting.number >= change.number;
  });
}

// Whether nobody built upon `change` is looked up once as many steps were taken as changes wait: so
// looking through these costs no more than the steps did.
bool AncestorWalk::has(ChangeNumber change) {
  std::size_t steps_left = heap_.size();
  while (!heap_.empty() && heap_.front().number >= change) {
    ++visited_;
    if (graph_.runs_[heap_.front().run].surely_has(change)) return true;
    if (steps_left-- == 0) {
      const Place place = graph_.place_of(change);
      if (change >= graph_.runs_[place.run].shared) return waits_in_run(place);
    }
    const Place top = pop_run();
    const Place low = graph_.lower(top, change, visited_);
    if (low.run != top.run) {
      push(low);
    } else {
      push_parents(low.run);
    }
  }
  return false;
}

bool AncestorWalk::next(ChangeNumber low, Piece& piece) {
  if (heap_.empty() || heap_.front().number < low) return false;
  ++visited_;
  const Place top = pop_run();
  piece = {top.run, {graph_.runs_[top.run].first, top.number}};
  return true;
}

// In descending order, each change once, with the marks of those above it in its run.
std::vector<TwoSidedWalk::Entry> TwoSidedWalk::given(CausalGraph::Changes a,
                                                     CausalGraph::Changes b) const {
  Heap sorted;
  for (const ChangeNumber change : a) sorted.push_back({graph_.place_of(change), kA});
  for (const ChangeNumber change : b) sorted.push_back({graph_.place_of(change), kB});
  std::sort(sorted.begin(), sorted.end(), [](const Entry& x, const Entry& y) { return y < x; });
  std::size_t count = 0;
  for (const Entry& entry : sorted) {
    if (count > 0 && sorted[count - 1].place.number == entry.place.number) {
      sorted[count - 1].marks |= entry.marks;
    } else {
      sorted[count++] = entry;
    }
  }
  sorted.resize(count);
  for (std::size_t i = 1; i < count; ++i) {
    if (sorted[i].place.run == sorted[i - 1].place.run) sorted[i].marks |= sorted[i - 1].marks;
  }
  return sorted;
}

std::vector<TwoSidedWalk::Piece> TwoSidedWalk::begin(CausalGraph::Changes a,
                                                     CausalGraph::Changes b) {
  std::vector<Piece> own;
  const Heap all = given(a, b);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& [place, marks] = all[i];
    const CausalGraph::Run& run = graph_.runs_[place.run];
    if (marks == kBoth || place.number < run.shared) {
      push(all[i]);
      continue;
    }
    ChangeNumber first = std::max(run.first, run.shared);
    const bool meets = i + 1 < all.size() && all[i + 1].place.number >= first;
    if (meets) first = all[i + 1].place.number + 1;
    own.push_back({place.run, {first, place.number}, marks});
    if (!meets) follow(own.back(), marks);
  }
  return own;
}

void TwoSidedWalk::push(const Entry& entry) {
  const bool is_settled = settled(entry.marks);
  Heap& heap = is_settled ? closed_ : open_;
  if (!is_settled) ++waiting_[entry.marks];
  heap.push_back(entry);
  std::push_heap(heap.begin(), heap.end());
}

TwoSidedWalk::Entry TwoSidedWalk::pop(Heap& heap) {
  const Entry top = heap.front();
  std::pop_heap(heap.begin(), heap.end());
  heap.pop_back();
  if (&heap == &open_) --waiting_[top.marks];
  return top;
}

TwoSidedWalk::Heap* TwoSidedWalk::highest() {
  if (open_.empty()) return closed_.empty() ? nullptr : &closed_;
  return closed_.empty() || closed_.front() < open_.front() ? &open_ : &closed_;
}

// The highest change with the marks of all ways on which it was reached.
TwoSidedWalk::Entry TwoSidedWalk::pop_change() {
  Entry top = pop(*highest());
  for (Heap* heap = highest(); heap != nullptr; heap = highest()) {
    if (heap->front().place.number != top.place.number) break;
    top.marks |= pop(*heap).marks;
  }
  return top;
}

bool TwoSidedWalk::next(Piece& piece) {
  while (!open_.empty()) {
    const Entry top = pop_change();
    ++visited_;
    if (settled(top.marks)) {
      pass_settled(top);
      continue;
    }
    const std::uint32_t run = top.place.run;
    piece = {run, {graph_.runs_[run].first, top.place.number}, top.marks};
    const Heap* heap = highest();
    if (heap != nullptr && heap->front().place.run == run) {
      piece.changes.first = heap->front().place.number + 1;
    }
    return true;
  }
  return false;
}

void TwoSidedWalk::follow(const Piece& piece, Marks marks) {
  if (piece.changes.first > graph_.runs_[piece.run].first) {
    push({{piece.changes.first - 1, piece.run}, marks});
    return;
  }
  for (const ChangeNumber parent : graph_.parents_of_run(piece.run)) {
    push({graph_.place_before(parent, piece.run), marks});
  }
}

// Down to the highest change that is not settled: nothing between changes any marks below.
void TwoSidedWalk::pass_settled(const Entry& top) {
  if (open_.empty()) return;
  const Entry open = open_.front();
  if (graph_.runs_[top.place.run].surely_has(open.place.number)) {
    pop(open_);
    push(top);
    return;
  }
  while (!closed_.empty() && closed_.front().place.run == top.place.run) pop(closed_);
  const CausalGraph::Place low = graph_.lower(top.place, open.place.number, visited_);
  if (low.run != top.place.run) {
    push({low, top.marks});
  } else {
    for (const ChangeNumber parent : graph_.parents_of_run(low.run)) {
      push({graph_.place_before(parent, low.run), top.marks});
    }
  }
}

}  // namespace gs::graph
