// What a program does to a tree, in its own words: by the names of nodes that readers see.
//
// A write of it can only be made when its stamp is known, by which new nodes are named: see
// EditedTree::draft (edited_tree.h). Pure values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "globalstorage/bytes.h"
#include "gs/core/crdt/tree/operation.h"

namespace gs::merge {

struct TreeEdit {
  tree::Kind what = tree::Kind::create;
  std::string node{};    // of all but a create
  std::string parent{};  // of a create and a move; empty: the root
  std::string before{};  // of these: a child of the parent; empty: behind all
  Buffer value{};        // of a create and a set
};

// Edits of one write. The node that the i-th create makes is named "+" and first_new + i, by those
// that follow it.
struct TreeEdits {
  std::uint32_t first_new = 0;
  std::vector<TreeEdit> edits{};
  // Instead of edits: the content of an array, which the tree is to show.
  std::optional<std::string> wanted{};

  bool empty() const noexcept { return edits.empty() && !wanted; }
};

}  // namespace gs::merge
