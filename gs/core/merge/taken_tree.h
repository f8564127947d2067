// Taking back what was done to a tree: edits upon the tree as it is now, node by node.
//
// A node that was created is removed, unless somebody else moved it or set it, or something of
// others is below it. One that was removed comes back as the node that it was, unless somebody else
// removed it as well. One that was moved goes back where it was, beside what others put there, and
// one that was set gets the value that it had, unless somebody did the same to it since. What would
// vanish below a node that somebody else removed stays where it is. Pure.
#pragma once

#include "gs/core/merge/taken_edits.h"
#include "gs/core/merge/taken_text.h"
#include "gs/core/merge/tree_edits.h"

namespace gs::merge {

struct TakenTree {
  std::vector<TreeEdit> edits;
  std::string shown;  // the content of the array that it shows then
  std::vector<LocalStamp> kept;
};
// Errors: damaged, invalid (the log says what cannot be), too_large.
Result<TakenTree> take_back_tree(const TypedField& field, const WriterOrder& order,
                                 const WhatIsTaken& what);

}  // namespace gs::merge
