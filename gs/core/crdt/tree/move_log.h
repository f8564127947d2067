// The moves of a tree in their order, done one behind the other, whatever order they arrive in.
//
// A move that arrives late is put where it belongs: later ones are undone, it is done, they are
// done again. One that would put a node below itself does nothing, that time. The log keeps for
// each move the one place that the node does not have: before, where it is to go; done, where it
// was. Removals are moves to the trash. Creations are in no log: a new node has nothing below it,
// so it makes no cycle, and what is earlier does not know it.
//
// Between insert() and settle() the moves from some place on are undone, and nodes that these moved
// are not among the children of their parents. Costs: an insertion, and settling, per move that is
// undone or done O(depth + log children).
//
// Nodes must stay where they are in memory. Not thread-safe. Pure.
// Source: Kleppmann, Mulligan, Gomes, Beresford, "A highly-available move operation for replicated
// trees", 2021.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "globalstorage/bytes.h"
#include "gs/core/crdt/tree/place_index.h"

namespace gs::tree {

struct Node;

struct ByKey {
  bool operator()(const Node* a, const Node* b) const noexcept;
};
using Siblings = std::set<Node*, ByKey>;

struct Place {
  Node* parent = nullptr;  // null: of the root and the trash
  std::string index{};     // empty below the trash
};

struct Node {
  EditIdView id{};
  Place place{};
  bool among_siblings = false;  // it is in the set of its parent
  EditIdView valued{};          // by which edit
  Buffer value{};
  std::unique_ptr<Siblings> children{};  // null: none ever
};

inline bool ByKey::operator()(const Node* a, const Node* b) const noexcept {
  return PlaceKey{a->place.index, a->id} < PlaceKey{b->place.index, b->id};
}

Siblings& siblings_below(Node& parent);
// Into, and out of, the children of its parent.
void join_siblings(Node& node);
void leave_siblings(Node& node);

struct Move {
  EditIdView id{};
  Node* node = nullptr;
  Place other{};  // where the node is to go; when done, where it was
  bool done = false;
};

class MoveLog {
 public:
  // The moves of one operation, or some that follow those that are there of it, in order.
  void insert(std::vector<Move> moves);
  // All moves are done, and all nodes are among their siblings.
  void settle();

  // One of the operation of this stamp whose edits have numbers from `first` on.
  bool has(const Stamp& stamp, std::uint32_t first) const;
  // Moves up to and with this one will not be undone any more. Settled.
  void forget(const Stamp& last);

  // Whether the node is `parent` or above it. O(depth).
  bool is_above(const Node& node, const Node* parent);

  const std::vector<Move>& moves() const noexcept { return moves_; }
  // Moves undone and done, and parents looked at for them, so far.
  std::uint64_t work() const noexcept { return work_; }

 private:
  std::size_t first_not_before(const EditIdView& id) const;
  void go_to(std::size_t count);
  void exchange(Move& move);

  std::vector<Move> moves_;   // ascending
  std::size_t done_ = 0;      // how many have been done, from the front
  std::vector<Node*> apart_;  // not among their siblings
  std::uint64_t work_ = 0;
};

}  // namespace gs::tree
