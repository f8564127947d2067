// Walks from changes down to their ancestors, highest number first: what questions about causality
// are made of.
//
// A walk keeps changes that it has not visited yet in a heap. Those in one run are visited
// together, so a run costs as much as a change. Nothing is visited twice.
// Internal to the graph. Not thread-safe; the graph must not grow meanwhile.
#pragma once

#include <algorithm>

#include "gs/core/graph/causal_graph.h"

namespace gs::graph {

// The ancestors of a set of changes. Either asked for one change after the other, or walked.
class AncestorWalk {
 public:
  AncestorWalk(const CausalGraph& graph, Effort* effort) : graph_(graph), effort_(effort) {}
  AncestorWalk(const AncestorWalk&) = delete;
  AncestorWalk& operator=(const AncestorWalk&) = delete;
  ~AncestorWalk() {
    if (effort_ != nullptr) effort_->runs += visited_;
  }

  void add(ChangeNumber change) { push(graph_.place_of(change)); }
  void add(CausalGraph::Changes changes) {
    for (const ChangeNumber change : changes) add(change);
  }

  // Whether `change` is an ancestor of what was added. Each question of one walk is about a lower
  // change than the one before. Skips what dominators show to lead nowhere else.
  bool has(ChangeNumber change);

  // The highest change that was not taken yet, with the rest of its run below it.
  struct Piece {
    std::uint32_t run = 0;
    ChangeRange changes;
  };
  // False when there is none from `low` on.
  bool next(ChangeNumber low, Piece& piece);
  // Lets the walk go on to the parents of the run of a piece.
  void follow(const Piece& piece) { push_parents(piece.run); }

 private:
  using Place = CausalGraph::Place;

  void push(const Place& place) {
    heap_.push_back(place);
    std::push_heap(heap_.begin(), heap_.end());
  }
  void push_parents(std::uint32_t run) {
    for (const ChangeNumber parent : graph_.parents_of_run(run)) {
      push(graph_.place_before(parent, run));
    }
  }
  // Takes the highest one, and with it those below it in the same run.
  Place pop_run();
  // Whether `change` waits, or a later one of its run.
  bool waits_in_run(const Place& change) const;

  const CausalGraph& graph_;
  Effort* effort_;
  std::size_t visited_ = 0;
  std::vector<Place> heap_;
};

// The ancestors of two sets of changes, told apart by marks.
class TwoSidedWalk {
 public:
  using Marks = std::uint8_t;
  static constexpr Marks kA = 1;
  static constexpr Marks kB = 2;
  static constexpr Marks kBoth = kA | kB;
  static constexpr Marks kBelow = 4;  // below a change that is in both

  // What has all of `settled` is of no interest any more, but for what it is above of.
  TwoSidedWalk(const CausalGraph& graph, Marks settled, Effort* effort)
      : graph_(graph), settled_(settled), effort_(effort) {}
  TwoSidedWalk(const TwoSidedWalk&) = delete;
  TwoSidedWalk& operator=(const TwoSidedWalk&) = delete;
  ~TwoSidedWalk() {
    if (effort_ != nullptr) effort_->runs += visited_;
  }

  // Consecutive changes of one run with the same marks.
  struct Piece {
    std::uint32_t run = 0;
    ChangeRange changes;
    Marks marks = 0;
  };
  // Starts the walk. Returns what no way from above can lead to, since nobody built upon it: those
  // pieces are followed already, and `next` does not give them.
  std::vector<Piece> begin(CausalGraph::Changes a, CausalGraph::Changes b);

  // How many of the changes that wait have these marks and are not settled.
  std::size_t waiting(Marks marks) const noexcept { return waiting_[marks]; }
  bool any_waiting() const noexcept { return !open_.empty(); }

  // The highest piece that was not taken yet and is not settled. False when there is none.
  bool next(Piece& piece);
  // Lets the walk go on below a piece, with the marks of its changes.
  void follow(const Piece& piece, Marks marks);

 private:
  struct Entry {
    CausalGraph::Place place;
    Marks marks = 0;
    bool operator<(const Entry& other) const noexcept { return place < other.place; }
  };
  using Heap = std::vector<Entry>;

  bool settled(Marks marks) const noexcept { return (marks & settled_) == settled_; }
  void push(const Entry& entry);
  Entry pop(Heap& heap);
  // The heap with the highest entry; null when both are empty.
  Heap* highest();
  Entry pop_change();
  void pass_settled(const Entry& top);
  std::vector<Entry> given(CausalGraph::Changes a, CausalGraph::Changes b) const;

  const CausalGraph& graph_;
  const Marks settled_;
  Effort* effort_;
  std::size_t visited_ = 0;
  std::size_t waiting_[8] = {};
  Heap open_;
  Heap closed_;  // settled
};

}  // namespace gs::graph
