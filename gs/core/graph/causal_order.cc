// What happened before what: ancestors, heads, the order of two frontiers, what they do not share.
#include <algorithm>
#include <functional>

#include "gs/core/graph/causal_walk.h"

namespace gs::graph {

namespace {

std::vector<ChangeNumber> descending(CausalGraph::Changes changes) {
  std::vector<ChangeNumber> sorted(changes.begin(), changes.end());
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  return sorted;
}

bool all_are_ancestors(const CausalGraph& graph, CausalGraph::Changes changes,
                       CausalGraph::Changes of, Effort* effort) {
  AncestorWalk walk(graph, effort);
  walk.add(of);
  const auto sorted = descending(changes);
  return std::all_of(sorted.begin(), sorted.end(),
                     [&walk](ChangeNumber change) { return walk.has(change); });
}

// Ascending, and one for those that touch.
std::vector<ChangeRange> joined(std::vector<ChangeRange> pieces) {
  std::sort(pieces.begin(), pieces.end(),
            [](const ChangeRange& x, const ChangeRange& y) { return x.first < y.first; });
  std::size_t count = 0;
  for (const ChangeRange& piece : pieces) {
    if (count > 0 && pieces[count - 1].last + 1 == piece.first) {
      pieces[count - 1].last = piece.last;
    } else {
      pieces[count++] = piece;
    }
  }
  pieces.resize(count);
  return pieces;
}

}  // namespace

std::vector<ChangeNumber> CausalGraph::heads(Changes changes, Effort* effort) const {
  std::vector<ChangeNumber> found;
  AncestorWalk walk(*this, effort);
  for (const ChangeNumber change : descending(changes)) {
    if (walk.has(change)) continue;
    found.push_back(change);
    walk.add(change);
  }
  std::reverse(found.begin(), found.end());
  return found;
}

bool CausalGraph::is_ancestor(ChangeNumber change, ChangeNumber of, Effort* effort) const {
  return is_ancestor(change, Changes(&of, 1), effort);
}

bool CausalGraph::is_ancestor(ChangeNumber change, Changes of, Effort* effort) const {
  AncestorWalk walk(*this, effort);
  walk.add(of);
  return walk.has(place_of(change).number);
}

CausalOrder CausalGraph::compare(Changes a, Changes b, Effort* effort) const {
  const bool a_in_b = all_are_ancestors(*this, a, b, effort);
  const bool b_in_a = all_are_ancestors(*this, b, a, effort);
  if (a_in_b) return b_in_a ? CausalOrder::equal : CausalOrder::before;
  return b_in_a ? CausalOrder::after : CausalOrder::concurrent;
}

CausalGraph::Difference CausalGraph::diff(Changes a, Changes b, Effort* effort) const {
  std::vector<ChangeRange> only_a;
  std::vector<ChangeRange> only_b;
  const auto take = [&](const TwoSidedWalk::Piece& piece) {
    (piece.marks == TwoSidedWalk::kA ? only_a : only_b).push_back(piece.changes);
  };
  TwoSidedWalk walk(*this, TwoSidedWalk::kBoth, effort);
  for (const TwoSidedWalk::Piece& piece : walk.begin(a, b)) take(piece);
  for (TwoSidedWalk::Piece piece; walk.next(piece); walk.follow(piece, piece.marks)) take(piece);
  return {joined(std::move(only_a)), joined(std::move(only_b))};
}

// When one side has all of the other, which is cheap to see, the other one is what both have.
std::vector<ChangeNumber> CausalGraph::merge_base(Changes a, Changes b, Effort* effort) const {
  if (all_are_ancestors(*this, a, b, effort)) return heads(a, effort);
  if (all_are_ancestors(*this, b, a, effort)) return heads(b, effort);
  using Walk = TwoSidedWalk;
  std::vector<ChangeNumber> found;
  Walk walk(*this, Walk::kBoth | Walk::kBelow, effort);
  walk.begin(a, b);
  const auto may_meet = [&walk] {
    return walk.waiting(Walk::kBoth) > 0 ||
           (walk.waiting(Walk::kA) > 0 && walk.waiting(Walk::kB) > 0);
  };
  for (Walk::Piece piece; may_meet() && walk.next(piece);) {
    if (piece.marks == Walk::kBoth) {
      found.push_back(piece.changes.last);
      piece.marks |= Walk::kBelow;
    }
    walk.follow(piece, piece.marks);
  }
  std::reverse(found.begin(), found.end());
  return found;
}

}  // namespace gs::graph
