// What was done to each node of a tree, edit by edit, and what the tree would be if some operations
// had never been.
//
// By the rules of trees (gs/core/crdt/tree), but that a move below a node that was never created
// does nothing. O(depth) for each edit that there ever was. Pure. Errors: invalid, damaged (a log
// that contradicts itself).
#pragma once

#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "gs/core/crdt/tree/tree.h"
#include "gs/core/merge/taken_edits.h"
#include "gs/core/merge/taken_text.h"

namespace gs::merge {

struct NodeState {
  tree::NodeId parent = tree::kTrash;
  std::string_view index{};
  Bytes value{};
  // By which operations; TreePast::kNone: the value's, or nobody.
  std::uint32_t created = ~std::uint32_t{0};
  std::uint32_t placed = ~std::uint32_t{0};
  std::uint32_t valued = ~std::uint32_t{0};

  bool is_removed() const noexcept { return parent == tree::kTrash; }
};

// All nodes that there are, removed or not.
class TreeVersion {
 public:
  std::map<tree::NodeId, NodeState> nodes;

  // A removed one in place of one that there is not.
  const NodeState& state(const tree::NodeId& node) const;
  bool is_shown(const tree::NodeId& node) const { return !removed_above(node); }
  // The node, or the one above it, that is removed, or is not there at all.
  std::optional<tree::NodeId> removed_above(tree::NodeId node) const;
  // Whether the node is `below` or above it.
  bool is_above(const tree::NodeId& node, tree::NodeId below) const;
  // In their order.
  std::map<tree::NodeId, std::vector<tree::NodeId>> children() const;
};

class TreePast {
 public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  // Borrows the field.
  static Result<TreePast> read(const TypedField& field, const WriterOrder& order);

  // Of the operations.
  const std::vector<LocalStamp>& stamps() const noexcept { return stamps_; }

  // Without these operations, but for the nodes that stay although they created them.
  TreeVersion version(const OperationSet& omitted, const std::set<tree::NodeId>& stays) const;

  // What operations did to a node beside creating it.
  struct Uses {
    bool is_moved = false;
    bool is_set = false;
    bool is_removed = false;
    std::uint32_t last_change = kNone;  // the last move or set
  };
  std::map<tree::NodeId, Uses> uses(const OperationSet& operations, bool in) const;

  // Whether operation a counts more than b.
  bool is_later(std::uint32_t a, std::uint32_t b) const;

 private:
  struct Made {
    tree::EditId id{};
    std::uint32_t operation = kNone;
    tree::Kind kind = tree::Kind::create;
    tree::NodeId node{};
    tree::NodeId parent{};
    std::string_view index{};
    Bytes value{};
  };

  Error plant(std::string_view value);
  Error add(const tree::Writer& writer, const EditsLog::Operation& operation);

  std::vector<LocalStamp> stamps_;
  std::vector<tree::Stamp> tree_stamps_;           // the same, with keys
  std::map<tree::Stamp, std::uint32_t> edits_of_;  // how many edits operations with it have
  tree::Tree planted_;
  std::vector<Made> made_;  // ascending
};

}  // namespace gs::merge
