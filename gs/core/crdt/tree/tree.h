// One tree of nodes that many people edit at once, each in a copy of their own.
//
//   Tree tree;
//   Operation made = tree.begin(stamp).value();                 // a local operation: edits are
//   const NodeId node = tree.create(made, {kRoot}, value).value();      // done here and now,
//   tree.move(made, other, {node});                                     // other goes below node
//   const Buffer payload = encode_operation(made, table);               // and sent
//   copy.apply({stamp, payload, table});
//
// Operations may come in any order in which each comes after all that its writer saw, and more than
// once; all replicas that have the same operations have the same tree. Who hands them over sees to
// it that a stamp is of one operation only, and that the sources that an operation names are among
// what its writer saw (OperationView::sources): so whether it is valid does not depend on what else
// is known here. Edits that conflict:
//
//   move and move, move and remove    the later one counts, but for one that would make a cycle
//   set and set                       the later one counts
//   set and remove                    the node is removed, and has the value if it comes back
//   what is below a removed node      is not shown, and comes back with it or when it is moved out
//
// In memory: each node, also those removed, and every move not forgotten. Costs: a local edit
// O(depth + log siblings); one of others that comes late so much for each move that is later.
// Nothing recurs over the depth.
//
// Not thread-safe, also for reading. Pure: no clock, no files. Errors leave everything as it was:
// invalid (bytes or edits that cannot be), not_found (a node that is not here: keep the operation
// until its sources are; if they are, it is invalid), too_large (a limit of types.h or
// place_index.h, or an operation from before what was forgotten).
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <span>

#include "gs/core/crdt/tree/move_log.h"
#include "gs/core/crdt/tree/operation.h"

namespace gs::tree {

// Where to put a node: in front of one of the children of a parent, or behind all of them.
struct Spot {
  NodeId parent = kRoot;
  std::optional<NodeId> before{};
};

// Borrows from the tree, until its next edit.
struct NodeView {
  NodeId id{};
  NodeId parent{};  // kTrash: it was removed
  std::string_view index{};
  Bytes value{};
};

// An operation of somebody; `table` is the one of its change.
struct Arrival {
  Stamp stamp{};
  Bytes payload{};
  std::span<const Writer> table{};
  std::uint32_t first = 0;  // of several with one stamp: how many edits those before it have
};

class Tree {
 public:
  Tree();
  Tree(Tree&&) = default;
  Tree& operator=(Tree&&) = default;

  // A local operation: its stamp is above all that is known here. Edits go to it until another one
  // is begun or applied; then it takes no more, as its writer had not seen that.
  // `first`: of several with one stamp, how many edits those before it have.
  Result<Operation> begin(const Stamp& stamp, std::uint32_t first = 0);
  Result<NodeId> create(Operation& made, const Spot& spot, Bytes value);
  Error move(Operation& made, const NodeId& node, const Spot& spot);
  Error set(Operation& made, const NodeId& node, Bytes value);
  Error remove(Operation& made, const NodeId& node);

  // A node that is there before anybody edits, behind the other children of its parent. Before the
  // first operation. Its number is how many there are before it.
  Result<NodeId> plant(const NodeId& parent, Bytes value);

  // An operation of others, or one that is known.
  Error apply(const Arrival& arrival);
  // The same without moving what comes of it, until settle(): between them only more may be added.
  // Of many whose stamps ascend, later moves are undone only once.
  Error add(const Arrival& arrival) { return take(arrival); }
  void settle() { log_.settle(); }
  // Many of them, one behind the other. When their stamps ascend, later moves are undone only once.
  // Ends at the first that fails; those before it count, and `applied` says how many they are.
  Error apply_all(std::span<const Arrival> arrivals, std::size_t& applied);

  // Everybody has everything up to this stamp: moves up to it are forgotten, and operations up to
  // it are refused from now on, also those that are known.
  void truncate(const Stamp& last);

  std::optional<NodeView> find(const NodeId& node) const;
  // Whether it is shown. O(depth).
  bool contains(const NodeId& node) const;
  // In order; of the trash: what was removed. Of what is not known: none.
  std::vector<NodeId> children(const NodeId& parent) const;
  // All below a parent, each before what is below it; its own children have depth 0.
  using Visit = std::function<void(const NodeView& node, std::size_t depth)>;
  void walk(const NodeId& parent, const Visit& visit) const;

  std::size_t node_count() const noexcept { return nodes_.size() - kReserved; }
  std::size_t move_count() const noexcept { return log_.moves().size(); }
  std::uint64_t work() const noexcept { return log_.work(); }
  // The writer whose key begins with these bytes and that made nodes; null: none. Of several the
  // least.
  const Writer* writer_like(Bytes beginning) const;
  // About what is in memory.
  std::size_t memory_bytes() const noexcept;
  // Whether each node is once below root or trash and everything that is kept twice agrees. O(all).
  bool check() const;

 private:
  static constexpr std::size_t kReserved = 2;  // root and trash
  struct Targets {
    Node* node = nullptr;
    Node* parent = nullptr;
  };

  Node* find_node(const NodeId& node) const;
  const Writer& known_writer(const Writer& writer);
  Node& add_node(const EditIdView& id, Place place, Bytes value);
  NodeView view_of_node(const Node& node) const;

  Error check_open(const Operation& made, std::size_t more_bytes) const;
  Result<Node*> known_node(const NodeId& node);
  // `moved`: a child that counts as if it were not there, or null.
  Result<Place> place_at(const Spot& spot, const Node* moved);
  void move_to(Operation& made, Node& node, Place place);
  EditIdView next_id(const Operation& made);

  Error take(const Arrival& arrival);
  Result<std::vector<Stamp>> stamps_of(const OperationView& operation,
                                       const Arrival& arrival) const;
  Result<std::vector<Targets>> targets_of(const OperationView& operation,
                                          std::span<const Stamp> sources, const Arrival& arrival);
  void do_edits(const OperationView& operation, const Arrival& arrival, std::span<Targets> targets);

  std::size_t value_bytes_ = 0;
  std::deque<Node> nodes_;  // they stay where they are
  Node* root_ = nullptr;
  Node* trash_ = nullptr;
  std::map<Writer, std::vector<Node*>> created_;  // of each writer, ascending
  MoveLog log_;
  Stamp newest_{};
  Stamp open_{};  // of the local operation that takes edits; hlc 0: none does
  Stamp forgotten_{};
};

}  // namespace gs::tree
