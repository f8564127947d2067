// Nodes of trees as callers get them.
#pragma once

#include <string_view>
#include <vector>

#include "globalstorage/transaction.h"

namespace gs::api {

// Of the content of an array that shows a tree.
std::vector<TreeNode> tree_nodes_of(std::string_view array);

}  // namespace gs::api
