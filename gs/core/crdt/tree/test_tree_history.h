// Random histories of people who move, remove and change the same few nodes, and the tree that the
// paper makes of them: all operations in their order, from nothing, each as it is written there.
//
// Source: Kleppmann et al., "A highly-available move operation for replicated trees", 2021, fig. 3.
#pragma once

#include <functional>
#include <map>
#include <random>

#include "gs/core/crdt/tree/test_tree_peer.h"

namespace gs::tree::testing {

// Shares nothing with the code but the form of operations.
class TreeOracle {
 public:
  // In any order; each one once.
  explicit TreeOracle(std::vector<const Operation*> operations);
  // Each node in order: depth, name, index, value; what is below the root, then what is removed.
  std::string text() const;

 private:
  struct Triple {
    NodeId parent{};
    std::string index{};
    Buffer value{};
  };
  bool is_ancestor(const NodeId& ancestor, const NodeId& of) const;
  void move(const NodeId& child, const NodeId& parent, const std::string& index);
  void append(std::string& out, const NodeId& parent, std::size_t depth) const;

  std::map<NodeId, Triple> nodes_;
  std::map<NodeId, std::map<std::string, NodeId>> children_;  // by key
};

// The same text of a tree.
std::string text_of(const Tree& tree);

struct TreeShape {
  std::uint32_t writers = 5;
  std::uint32_t steps = 60;
  std::uint32_t edits_max = 3;
  std::uint32_t nodes_max = 8;  // few nodes make many conflicts
  std::uint32_t merge_percent = 35;
};

// A number below the bound, which is not 0.
using ChooseBelow = std::function<std::uint32_t(std::uint32_t)>;

class TreeHistory {
 public:
  TreeHistory(std::uint64_t seed, const TreeShape& shape);
  TreeHistory(ChooseBelow choose, const TreeShape& shape);

  struct Made {
    SentTree sent{};
    std::vector<bool> needs{};  // which of the operations before it its writer had
  };
  const std::vector<Made>& operations() const noexcept { return operations_; }
  // Numbers of operations: all of them, causes first, some of them more than once.
  std::vector<std::size_t> shuffled(std::uint64_t seed) const;
  // The copies of those who made the history; each had something else in the end.
  std::vector<TreePeer>& peers() noexcept { return peers_; }
  // What went wrong, or "".
  const std::string& problem() const noexcept { return problem_; }

 private:
  std::uint32_t below(std::uint32_t bound) { return choose_(bound); }
  void edit(std::size_t peer);
  void do_edit(TreePeer& peer);
  void merge(std::size_t into, std::size_t from);
  Spot choose_spot(const Tree& tree, const std::vector<NodeId>& nodes);

  ChooseBelow choose_;
  TreeShape shape_;
  std::vector<TreePeer> peers_;
  std::vector<std::vector<bool>> known_;
  std::vector<Made> operations_;
  std::string problem_;
};

}  // namespace gs::tree::testing
