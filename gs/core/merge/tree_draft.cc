#include "gs/core/merge/tree_draft.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

namespace gs::merge {

using tree::kRoot;
using tree::NodeId;
using tree::NodeView;
using tree::Spot;

namespace {

Error no_node(std::string_view name) {
  return Error(Code::not_found,
               "no node \"" + std::string(name) + "\" in the tree. Look at the field for its ids");
}

bool is_equal(Bytes a, Bytes b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

// Which of these ascend, as many as can be: they stay where they are. `positions`: all differ.
std::vector<bool> longest_ascending(const std::vector<std::size_t>& positions) {
  constexpr std::size_t kNone = ~std::size_t{0};
  std::vector<std::size_t> ends;  // by length - 1: the one that ends such a row and is least
  std::vector<std::size_t> before(positions.size(), kNone);
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const auto at =
        std::lower_bound(ends.begin(), ends.end(), i,
                         [&](std::size_t a, std::size_t b) { return positions[a] < positions[b]; });
    if (at != ends.begin()) before[i] = *std::prev(at);
    if (at == ends.end()) {
      ends.push_back(i);
    } else {
      *at = i;
    }
  }
  std::vector<bool> stays(positions.size());
  for (std::size_t i = ends.empty() ? kNone : ends.back(); i != kNone; i = before[i]) {
    stays[i] = true;
  }
  return stays;
}

}  // namespace

Result<NodeId> TreeDraft::named(std::string_view name, bool may_be_removed) const {
  if (!name.empty() && name[0] == '+') {
    std::uint32_t number = 0;
    const auto read = std::from_chars(name.data() + 1, name.data() + name.size(), number);
    const bool is_number = read.ec == std::errc() && read.ptr == name.data() + name.size();
    if (is_number && number >= first_new_ && number - first_new_ < fresh_.size()) {
      return fresh_[number - first_new_];
    }
    return Error(Code::not_found, "no new node \"" + std::string(name) +
                                      "\": such names are of nodes that this transaction creates "
                                      "as long as it does nothing else to the field");
  }
  const auto node = node_named(tree_, name);
  if (!node) return no_node(name);
  if (may_be_removed || tree_.contains(*node)) return *node;
  return Error(Code::not_found, "the node \"" + std::string(name) +
                                    "\" was deleted, or one above it. Move it to where it is to be "
                                    "first");
}

Result<Spot> TreeDraft::spot_of(const TreeEdit& edit) const {
  Spot spot;
  if (!edit.parent.empty()) {
    GS_TRY(spot.parent, named(edit.parent, false));
  }
  if (edit.before.empty()) return spot;
  GS_TRY(const NodeId before, named(edit.before, false));
  if (tree_.find(before)->parent != spot.parent) {
    return Error(Code::invalid, "the node \"" + edit.before + "\" is no child of " +
                                    (edit.parent.empty() ? "the root" : "\"" + edit.parent + "\"") +
                                    ", so nothing can be put in front of it there");
  }
  spot.before = before;
  return spot;
}

Error TreeDraft::edit(const TreeEdit& edit) {
  if (edit.what == tree::Kind::create) {
    GS_TRY(const Spot spot, spot_of(edit));
    GS_TRY(const NodeId node, tree_.create(made_, spot, edit.value));
    fresh_.push_back(node);
    return {};
  }
  const bool is_move = edit.what == tree::Kind::move;
  GS_TRY(const NodeId node, named(edit.node, is_move));
  if (edit.what == tree::Kind::set) return tree_.set(made_, node, edit.value);
  if (!is_move) return tree_.remove(made_, node);
  GS_TRY(const Spot spot, spot_of(edit));
  if (spot.before == node) return {};  // it is there
  return tree_.move(made_, node, spot);
}

Error TreeDraft::edit(std::span<const TreeEdit> edits) {
  for (const TreeEdit& one : edits) GS_TRY_OK(edit(one));
  return {};
}

Error TreeDraft::put(std::size_t node, const Spot& spot) {
  if (ids_[node] != kRoot) return tree_.move(made_, ids_[node], spot);
  GS_TRY(ids_[node], tree_.create(made_, spot, wants_[node].value));
  return {};
}

// Below a parent that is where it is to be: nothing of these is above it then.
Error TreeDraft::place(const NodeId& parent, std::span<const std::size_t> children) {
  std::map<NodeId, std::size_t> now;
  for (const NodeId& id : tree_.children(parent)) now.emplace(id, now.size());
  std::vector<std::size_t> positions;  // of those that are there
  std::vector<bool> is_there;
  for (const std::size_t child : children) {
    const auto found = now.find(ids_[child]);
    is_there.push_back(found != now.end());
    if (found != now.end()) positions.push_back(found->second);
  }
  const std::vector<bool> ascends = longest_ascending(positions);
  std::vector<bool> stays;
  for (std::size_t i = 0, at = 0; i < children.size(); ++i) {
    stays.push_back(is_there[i] && ascends[at]);
    if (is_there[i]) ++at;
  }
  std::vector<std::size_t> next(children.size(), children.size());  // that stays
  for (std::size_t i = children.size(); i-- > 1;) next[i - 1] = stays[i] ? i : next[i];
  for (std::size_t i = 0; i < children.size(); ++i) {
    if (stays[i]) continue;
    Spot spot{parent, std::nullopt};
    if (next[i] != children.size()) spot.before = ids_[children[next[i]]];
    GS_TRY_OK(put(children[i], spot));
  }
  return {};
}

Error TreeDraft::become(std::string_view content) {
  wants_ = nodes_of_array(content);
  ids_.assign(wants_.size(), kRoot);
  std::set<NodeId> kept;
  for (std::size_t i = 0; i < wants_.size(); ++i) {
    const auto node = wants_[i].id.empty() ? std::nullopt : node_named(tree_, wants_[i].id);
    if (node && kept.insert(*node).second) ids_[i] = *node;
  }
  std::vector<std::vector<std::size_t>> children(wants_.size() + 1);  // those of the root last
  for (std::size_t i = 0; i < wants_.size(); ++i) {
    const std::size_t parent = wants_[i].parent;
    children[parent == NodeInArray::kNone ? wants_.size() : parent].push_back(i);
  }
  GS_TRY_OK(place(kRoot, children.back()));
  for (std::size_t i = 0; i < wants_.size(); ++i) {
    if (!children[i].empty()) GS_TRY_OK(place(ids_[i], children[i]));
    const Bytes value = wants_[i].value;
    if (!is_equal(tree_.find(ids_[i])->value, value)) GS_TRY_OK(tree_.set(made_, ids_[i], value));
  }
  // Of what goes, what lies highest; also what came back with a node that had been removed.
  kept.insert(ids_.begin(), ids_.end());
  std::vector<NodeId> gone;
  tree_.walk(kRoot, [&](const NodeView& node, std::size_t) {
    const bool stays_above = node.parent == kRoot || kept.count(node.parent) != 0;
    if (stays_above && kept.count(node.id) == 0) gone.push_back(node.id);
  });
  for (const NodeId& node : gone) GS_TRY_OK(tree_.remove(made_, node));
  return {};
}

}  // namespace gs::merge
