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

bool AncestorWalk::has(ChangeNumber change) {
  while (!heap_.empty() && heap_.front().number >= change) {
    ++visited_;
    if (graph_.runs_[heap_.front().run].surely_has(change)) return true;
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

// What stands on both sides is settled at once, and need not be looked for from above.
void TwoSidedWalk::begin(CausalGraph::Changes a, CausalGraph::Changes b) {
  Heap given;
  for (const ChangeNumber change : a) given.push_back({graph_.place_of(change), kA});
  for (const ChangeNumber change : b) given.push_back({graph_.place_of(change), kB});
  std::sort(given.begin(), given.end());
  for (std::size_t i = 0; i < given.size(); ++i) {
    const bool again = i + 1 < given.size() && !(given[i] < given[i + 1]);
    if (again) {
      given[i + 1].marks |= given[i].marks;
    } else {
      push(given[i]);
    }
  }
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
  const Entry& open = open_.front();
  if (top.place.run == open.place.run) {
    push({open.place, top.marks});
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
