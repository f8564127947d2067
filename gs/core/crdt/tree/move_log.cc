#include "gs/core/crdt/tree/move_log.h"

#include <algorithm>
#include <iterator>

#include "gs/base/check.h"

namespace gs::tree {

Siblings& siblings_below(Node& parent) {
  if (parent.children == nullptr) parent.children = std::make_unique<Siblings>();
  return *parent.children;
}

void join_siblings(Node& node) {
  GS_CHECK(siblings_below(*node.place.parent).insert(&node).second);
  node.among_siblings = true;
}

void leave_siblings(Node& node) {
  GS_CHECK(node.place.parent->children->erase(&node) == 1);
  node.among_siblings = false;
}

bool MoveLog::is_above(const Node& node, const Node* parent) {
  for (; parent != nullptr; parent = parent->place.parent) {
    ++work_;
    if (parent == &node) return true;
  }
  return false;
}

// A node's key must not change while it is in a set.
void MoveLog::exchange(Move& move) {
  if (move.node->among_siblings) {
    leave_siblings(*move.node);
    apart_.push_back(move.node);
  }
  std::swap(move.node->place, move.other);
  move.done = !move.done;
}

void MoveLog::go_to(std::size_t count) {
  for (; done_ > count; --done_, ++work_) {
    Move& move = moves_[done_ - 1];
    if (move.done) exchange(move);
  }
  for (; done_ < count; ++done_, ++work_) {
    Move& move = moves_[done_];
    if (!is_above(*move.node, move.other.parent)) exchange(move);
  }
}

std::size_t MoveLog::first_not_before(const EditIdView& id) const {
  const auto found =
      std::lower_bound(moves_.begin(), moves_.end(), id,
                       [](const Move& move, const EditIdView& bound) { return move.id < bound; });
  return static_cast<std::size_t>(found - moves_.begin());
}

void MoveLog::insert(std::vector<Move> moves) {
  if (moves.empty()) return;
  const std::size_t at = first_not_before(moves.front().id);
  go_to(at);
  moves_.insert(moves_.begin() + static_cast<std::ptrdiff_t>(at),
                std::make_move_iterator(moves.begin()), std::make_move_iterator(moves.end()));
}

void MoveLog::settle() {
  go_to(moves_.size());
  for (Node* const node : apart_) join_siblings(*node);
  apart_.clear();
}

bool MoveLog::has(const Stamp& stamp, std::uint32_t first) const {
  const std::size_t at = first_not_before({stamp.hlc, &stamp.writer, first});
  return at < moves_.size() && moves_[at].id.is_of(stamp);
}

void MoveLog::forget(const Stamp& last) {
  const auto behind = std::upper_bound(
      moves_.begin(), moves_.end(), last, [](const Stamp& bound, const Move& move) {
        return move.id.hlc != bound.hlc ? bound.hlc < move.id.hlc : bound.writer < *move.id.writer;
      });
  moves_.erase(moves_.begin(), behind);
  done_ = moves_.size();
}

}  // namespace gs::tree
