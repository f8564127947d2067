// Makes the edits of a tree that a program asks for, by the names of nodes that readers see, or by
// an array that the tree is to show.
//
// Errors: invalid (a node below itself, a value that cannot be), not_found (no such node),
// too_large.
#pragma once

#include <span>

#include "gs/core/crdt/tree/tree.h"
#include "gs/core/merge/tree_edits.h"
#include "gs/core/merge/tree_nodes.h"

namespace gs::merge {

class TreeDraft {
 public:
  // Edits go to `made`, which was begun in the tree.
  TreeDraft(tree::Tree& tree, tree::Operation& made, std::uint32_t first_new)
      : tree_(tree), made_(made), first_new_(first_new) {}

  Error edit(std::span<const TreeEdit> edits);
  // The tree comes to show what an array says, by few edits: a node that has the name of one that
  // is or was there, stays that; others are new, and what is not in it is removed.
  Error become(std::string_view content);

 private:
  Error edit(const TreeEdit& edit);
  Result<tree::NodeId> named(std::string_view name, bool may_be_removed) const;
  Result<tree::Spot> spot_of(const TreeEdit& edit) const;
  Error place(const tree::NodeId& parent, std::span<const std::size_t> children);
  Error put(std::size_t node, const tree::Spot& spot);

  tree::Tree& tree_;
  tree::Operation& made_;
  const std::uint32_t first_new_;
  std::vector<tree::NodeId> fresh_;
  // Of become().
  std::vector<NodeInArray> wants_;
  std::vector<tree::NodeId> ids_;  // the root: it is not there yet
};

}  // namespace gs::merge
