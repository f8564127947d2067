// Nodes of a tree as the array that a field shows, and the other way round.
//
// Shown are all nodes in preorder, each an object: {"id":..,"parent":..,"value":..}, "parent" only
// below another node. So an array has a tree of any depth. docs/FORMAT.md, "Merge", says what
// arrays are read as trees, and how nodes are spelled:
//
//   7                              the eighth node of the value that is edited
//   19ae3c1f0b20000-8f3a…(16)      hlc and the first 16 digits of the key of the write that created
//   19ae3c1f0b20000-8f3a…(16)-3    it; then the number of the edit in it, unless that is 0
//
// Pure. Contents are valid.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "globalstorage/bytes.h"
#include "gs/core/crdt/tree/tree.h"

namespace gs::merge {

// No text of a root: what has no parent has none.
std::string node_text(const tree::NodeId& node);
// The node that a tree has by this name, removed or not. Nothing: none.
std::optional<tree::NodeId> node_named(const tree::Tree& tree, std::string_view text);

// What an array says of a node.
struct NodeInArray {
  static constexpr std::size_t kNone = ~std::size_t{0};
  std::string_view id;         // empty: it has none
  std::size_t parent = kNone;  // one before it; none: it is below the root
  Bytes value;                 // an any value
};
// In preorder.
std::vector<NodeInArray> nodes_of_array(std::string_view content);

// The content of the array that shows a tree.
std::string array_of_tree(const tree::Tree& tree);
// The same of one that nobody has edited yet: ids are numbers.
std::string array_of_nodes(const std::vector<NodeInArray>& nodes);

}  // namespace gs::merge
