// What operations of others do to a tree: first all that they name is looked up, then it is done.
#include <algorithm>

#include "gs/core/crdt/tree/tree.h"

namespace gs::tree {
namespace {

Error bad_arrival(const char* what) {
  return Error(Code::invalid, std::string("tree operation: ") + what);
}

}  // namespace

Error Tree::apply(const Arrival& arrival) {
  Error error = take(arrival);
  log_.settle();
  return error;
}

Error Tree::apply_all(std::span<const Arrival> arrivals, std::size_t& applied) {
  Error error;
  for (applied = 0; applied < arrivals.size(); ++applied) {
    error = take(arrivals[applied]);
    if (error) break;
  }
  log_.settle();
  return error;
}

Error Tree::take(const Arrival& arrival) {
  if (arrival.stamp.hlc == 0) return bad_arrival("a stamp is not 0");
  if (arrival.stamp <= forgotten_) {
    return Error(Code::too_large,
                 "tree operation: it is older than what everybody was said to have, and moves from "
                 "before that are forgotten; take a newer copy of the tree");
  }
  GS_TRY(const OperationView operation, OperationView::parse(arrival.payload));
  GS_TRY(const std::vector<Stamp> sources, stamps_of(operation, arrival));
  if (std::uint64_t{arrival.first} + operation.edit_count() > kEditsMax) {
    return Error(Code::too_large, "tree: operations of one stamp have at most 1,048,576 edits");
  }
  GS_TRY(std::vector<Targets> targets, targets_of(operation, sources, arrival));
  do_edits(operation, arrival, targets);
  newest_ = std::max(newest_, arrival.stamp);
  open_ = {};
  return {};
}

Result<std::vector<Stamp>> Tree::stamps_of(const OperationView& operation,
                                           const Arrival& arrival) const {
  std::vector<Stamp> stamps;
  stamps.reserve(operation.sources().size());
  for (const Source& source : operation.sources()) {
    if (source.writer > arrival.table.size()) return bad_arrival("a writer is not in the table");
    const Writer& writer =
        source.writer == 0 ? arrival.stamp.writer : arrival.table[source.writer - 1];
    if (source.writer != 0 && writer == arrival.stamp.writer) {
      return bad_arrival("its own writer is in the table");
    }
    if (source.back == 0 && arrival.first == 0) return bad_arrival("it names itself as a source");
    if (source.back >= arrival.stamp.hlc) return bad_arrival("a source is before all time");
    stamps.push_back({arrival.stamp.hlc - source.back, writer});
  }
  return stamps;
}

Result<std::vector<Tree::Targets>> Tree::targets_of(const OperationView& operation,
                                                    std::span<const Stamp> sources,
                                                    const Arrival& arrival) {
  std::vector<Targets> targets;
  targets.reserve(operation.edit_count());
  bool all_known = true;
  const auto node_of = [&](const NodeName& name) -> Node* {
    if (name.source == NodeName::kOfRoot) return root_;
    if (name.source == NodeName::kOfThis) return nullptr;
    const Stamp& stamp = sources[name.source - NodeName::kFirstSource];
    Node* const node = find_node({stamp.hlc, stamp.writer, name.number});
    const bool is_earlier = stamp != arrival.stamp || name.number < arrival.first;
    all_known = all_known && node != nullptr && is_earlier;
    return node;
  };
  operation.edits([&](const EditView& edit) {
    targets.push_back({node_of(edit.node), node_of(edit.parent)});
  });
  if (all_known) return targets;
  return Error(Code::not_found, "tree operation: a node that it names is not here yet");
}

void Tree::do_edits(const OperationView& operation, const Arrival& arrival,
                    std::span<Targets> targets) {
  const Stamp& stamp = arrival.stamp;
  std::vector<Move> moves;
  const bool moves_known = log_.has(stamp, arrival.first);
  const Writer& writer = known_writer(stamp.writer);
  std::uint32_t number = 0;
  operation.edits([&](const EditView& edit) {
    const EditIdView id{stamp.hlc, &writer, arrival.first + number};
    Targets& target = targets[number++];
    // What this operation created: its edit has left the node in its own targets.
    if (target.node == nullptr) target.node = targets[edit.node.number].node;
    if (target.parent == nullptr) target.parent = targets[edit.parent.number].node;
    switch (edit.kind) {
      case Kind::create:
        target.node = find_node(id.id());
        if (target.node != nullptr) break;
        target.node = &add_node(id, {target.parent, std::string(edit.index)}, edit.value);
        break;
      case Kind::set:
        if (id <= target.node->valued) break;
        target.node->valued = id;
        value_bytes_ += edit.value.size();
        target.node->value.assign(edit.value.begin(), edit.value.end());
        break;
      case Kind::move:
        moves.push_back(
            {.id = id, .node = target.node, .other = {target.parent, std::string(edit.index)}});
        break;
      case Kind::remove:
        moves.push_back({.id = id, .node = target.node, .other = {trash_, ""}});
        break;
    }
  });
  if (!moves_known) log_.insert(std::move(moves));
}

}  // namespace gs::tree
