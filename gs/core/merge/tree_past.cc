#include "gs/core/merge/tree_past.h"

#include <algorithm>

#include "gs/core/merge/edited_tree.h"
#include "gs/core/merge/tree_nodes.h"

namespace gs::merge {

using tree::EditView;
using tree::Kind;
using tree::kRoot;
using tree::kTrash;
using tree::NodeId;
using tree::NodeName;

const NodeState& TreeVersion::state(const NodeId& node) const {
  static const NodeState not_there{};
  const auto found = nodes.find(node);
  return found == nodes.end() ? not_there : found->second;
}

std::optional<NodeId> TreeVersion::removed_above(NodeId node) const {
  while (node != kRoot) {
    const NodeState& state = this->state(node);
    if (state.is_removed()) return node;
    node = state.parent;
  }
  return std::nullopt;
}

bool TreeVersion::is_above(const NodeId& node, NodeId below) const {
  while (below != node && below != kRoot && below != kTrash) below = state(below).parent;
  return below == node;
}

std::map<NodeId, std::vector<NodeId>> TreeVersion::children() const {
  std::map<NodeId, std::vector<NodeId>> all;
  for (const auto& [node, state] : nodes) {
    if (!state.is_removed()) all[state.parent].push_back(node);
  }
  const auto key = [&](const NodeId& node) {
    return tree::PlaceKey{state(node).index, tree::view_of(node)};
  };
  for (auto& [parent, children] : all) {
    std::sort(children.begin(), children.end(),
              [&](const NodeId& a, const NodeId& b) { return key(a) < key(b); });
  }
  return all;
}

Error TreePast::plant(std::string_view value) {
  std::vector<NodeId> planted;
  for (const NodeInArray& node : nodes_of_array(value)) {
    const bool is_below = node.parent != NodeInArray::kNone;
    GS_TRY(const NodeId made, planted_.plant(is_below ? planted[node.parent] : kRoot, node.value));
    planted.push_back(made);
  }
  return {};
}

Error TreePast::add(const tree::Writer& writer, const EditsLog::Operation& operation) {
  const auto content = tree_content(operation.edits);
  if (!content) {
    return Error(Code::damaged, "the edits of a tree contradict each other. Run gstore verify");
  }
  GS_TRY(const tree::OperationView view, tree::OperationView::parse(content->operation));
  const tree::Stamp stamp{operation.stamp.hlc, writer};
  const std::uint32_t first = edits_of_[stamp];
  edits_of_[stamp] += view.edit_count();
  const auto number = static_cast<std::uint32_t>(stamps_.size());
  stamps_.push_back(operation.stamp);
  tree_stamps_.push_back(stamp);
  const auto node_of = [&](const NodeName& name) -> NodeId {
    if (name.source == NodeName::kOfRoot) return kRoot;
    if (name.source == NodeName::kOfThis) return {stamp.hlc, writer, first + name.number};
    const tree::Source& source = view.sources()[name.source - NodeName::kFirstSource];
    const tree::Writer& of = source.writer == 0 ? writer : content->table[source.writer - 1];
    return {stamp.hlc - source.back, of, name.number};
  };
  std::uint32_t edits = first;
  view.edits([&](const EditView& edit) {
    const tree::EditId id{stamp.hlc, writer, edits++};
    const bool creates = edit.kind == Kind::create;
    const NodeId parent = edit.kind == Kind::remove ? kTrash : node_of(edit.parent);
    made_.push_back(
        {id, number, edit.kind, creates ? id : node_of(edit.node), parent, edit.index, edit.value});
  });
  return {};
}

Result<TreePast> TreePast::read(const TypedField& field, const WriterOrder& order) {
  TreePast past;
  GS_TRY_OK(past.plant(field.value));
  const EditsLog log(field.edits);
  EditsLog::Cursor cursor(log);
  for (EditsLog::Operation one; cursor.next(one);) {
    GS_TRY_OK(past.add(order.key(one.stamp.writer), one));
  }
  std::sort(past.made_.begin(), past.made_.end(),
            [](const Made& a, const Made& b) { return a.id < b.id; });
  return past;
}

TreeVersion TreePast::version(const OperationSet& omitted, const std::set<NodeId>& stays) const {
  TreeVersion version;
  planted_.walk(kRoot, [&](const tree::NodeView& node, std::size_t) {
    version.nodes[node.id] = {node.parent, node.index, node.value, kNone, kNone, kNone};
  });
  for (const Made& one : made_) {
    const bool is_omitted = omitted[one.operation];
    if (one.kind == Kind::create) {
      if (is_omitted && stays.count(one.node) == 0) continue;
      version.nodes[one.node] = {one.parent,    one.index,     one.value,
                                 one.operation, one.operation, one.operation};
      continue;
    }
    const auto found = version.nodes.find(one.node);
    if (is_omitted || found == version.nodes.end()) continue;
    NodeState& state = found->second;
    if (one.kind == Kind::set) {
      state.value = one.value;
      state.valued = one.operation;
      continue;
    }
    const bool is_place =
        one.parent == kRoot || one.parent == kTrash || version.nodes.count(one.parent) != 0;
    if (!is_place || version.is_above(one.node, one.parent)) continue;
    state.parent = one.parent;
    state.index = one.index;
    state.placed = one.operation;
  }
  return version;
}

std::map<NodeId, TreePast::Uses> TreePast::uses(const OperationSet& operations, bool in) const {
  std::map<NodeId, Uses> all;
  for (const Made& one : made_) {
    if (operations[one.operation] != in || one.kind == Kind::create) continue;
    Uses& uses = all[one.node];
    uses.is_moved = uses.is_moved || one.kind == Kind::move;
    uses.is_set = uses.is_set || one.kind == Kind::set;
    uses.is_removed = uses.is_removed || one.kind == Kind::remove;
    if (one.kind != Kind::remove) uses.last_change = one.operation;  // they ascend
  }
  return all;
}

bool TreePast::is_later(std::uint32_t a, std::uint32_t b) const {
  if (a == kNone || b == kNone) return b == kNone && a != kNone;
  return tree_stamps_[a] > tree_stamps_[b];
}

}  // namespace gs::merge
