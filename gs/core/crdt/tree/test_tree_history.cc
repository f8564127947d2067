#include "gs/core/crdt/tree/test_tree_history.h"

#include <algorithm>

#include "gs/base/hex.h"

namespace gs::tree::testing {
namespace {

// The bytes by which siblings are ordered, as docs/FORMAT.md says it.
std::string bytes_of_key(const std::string& index, const NodeId& node) {
  std::string key = index + '\0';
  for (int shift = 56; shift >= 0; shift -= 8) key += static_cast<char>(node.hlc >> shift);
  for (const std::uint8_t byte : node.writer.bytes) key += static_cast<char>(byte);
  for (int shift = 24; shift >= 0; shift -= 8) key += static_cast<char>(node.number >> shift);
  return key;
}

std::string line_of(std::size_t depth, const NodeId& node, std::string_view index, Bytes value) {
  return std::to_string(depth) + " " + std::to_string(node.hlc) + "/" +
         std::to_string(node.writer.bytes[31]) + "/" + std::to_string(node.number) + " " +
         to_hex(as_bytes(index)) + " " + to_hex(value) + "\n";
}

std::vector<NodeId> all_nodes(const Tree& tree) {
  std::vector<NodeId> nodes;
  const auto add = [&](const NodeView& node, std::size_t) { nodes.push_back(node.id); };
  tree.walk(kRoot, add);
  tree.walk(kTrash, add);
  return nodes;
}

}  // namespace

TreeOracle::TreeOracle(std::vector<const Operation*> operations) {
  std::sort(operations.begin(), operations.end(),
            [](const Operation* a, const Operation* b) { return a->stamp < b->stamp; });
  for (const Operation* const operation : operations) {
    for (const Edit& edit : operation->edits) {
      if (edit.kind != Kind::set) {
        move(edit.node, edit.kind == Kind::remove ? kTrash : edit.parent, edit.index);
      }
      if (!edit.value.empty()) nodes_[edit.node].value = edit.value;
    }
  }
  for (const auto& [id, node] : nodes_) {
    children_[node.parent].emplace(bytes_of_key(node.index, id), id);
  }
}

bool TreeOracle::is_ancestor(const NodeId& ancestor, const NodeId& of) const {
  for (auto at = nodes_.find(of); at != nodes_.end(); at = nodes_.find(at->second.parent)) {
    if (at->second.parent == ancestor) return true;
  }
  return false;
}

void TreeOracle::move(const NodeId& child, const NodeId& parent, const std::string& index) {
  if (child == parent || is_ancestor(child, parent)) return;
  nodes_[child].parent = parent;
  nodes_[child].index = index;
}

void TreeOracle::append(std::string& out, const NodeId& parent, std::size_t depth) const {
  const auto found = children_.find(parent);
  if (found == children_.end()) return;
  for (const auto& [key, id] : found->second) {
    const Triple& node = nodes_.at(id);
    out += line_of(depth, id, node.index, node.value);
    append(out, id, depth + 1);
  }
}

std::string TreeOracle::text() const {
  std::string out;
  append(out, kRoot, 0);
  out += "removed\n";
  append(out, kTrash, 0);
  return out;
}

std::string text_of(const Tree& tree) {
  std::string out;
  const auto add = [&](const NodeView& node, std::size_t depth) {
    out += line_of(depth, node.id, node.index, node.value);
  };
  tree.walk(kRoot, add);
  out += "removed\n";
  tree.walk(kTrash, add);
  return out;
}

TreeHistory::TreeHistory(std::uint64_t seed, const TreeShape& shape)
    : TreeHistory(
          [random = std::mt19937_64(seed)](std::uint32_t bound) mutable {
            return static_cast<std::uint32_t>(random() % bound);
          },
          shape) {}

TreeHistory::TreeHistory(ChooseBelow choose, const TreeShape& shape)
    : choose_(std::move(choose)), shape_(shape), known_(shape.writers) {
  for (std::uint32_t i = 0; i < shape.writers; ++i) peers_.emplace_back(i);
  for (std::uint32_t step = 0; step < shape.steps && problem_.empty(); ++step) {
    const std::size_t peer = below(shape.writers);
    if (below(100) < shape.merge_percent) {
      merge(peer, below(shape.writers));
    } else {
      edit(peer);
    }
    if (!peers_[peer].tree.check()) problem_ = "a writer's own tree is none";
  }
}

void TreeHistory::merge(std::size_t into, std::size_t from) {
  if (into == from) return;
  known_[into].resize(operations_.size());
  for (std::size_t i = 0; i < known_[from].size(); ++i) {
    if (!known_[from][i] || known_[into][i]) continue;
    const Error error = peers_[into].receive(operations_[i].sent);
    if (error) problem_ = error.text();
    known_[into][i] = true;
  }
}

void TreeHistory::edit(std::size_t number) {
  TreePeer& peer = peers_[number];
  peer.begin(1 + below(2));
  const std::uint32_t edits = 1 + below(shape_.edits_max);
  for (std::uint32_t i = 0; i < edits; ++i) do_edit(peer);
  if (peer.made().edits.empty()) return;  // what it wanted could not be
  std::vector<bool>& known = known_[number];
  known.resize(operations_.size());
  operations_.push_back({peer.finish(), known});
  known.push_back(true);
  if (peer.failed) problem_ = "a writer's own edit failed";
}

// Also below, and in front of, what was removed.
Spot TreeHistory::choose_spot(const Tree& tree, const std::vector<NodeId>& nodes) {
  Spot spot;
  const std::uint32_t choice = below(static_cast<std::uint32_t>(nodes.size()) + 1);
  if (choice < nodes.size()) spot.parent = nodes[choice];
  const std::vector<NodeId> children = tree.children(spot.parent);
  const std::uint32_t before = below(static_cast<std::uint32_t>(children.size()) + 1);
  if (before < children.size()) spot.before = children[before];
  return spot;
}

void TreeHistory::do_edit(TreePeer& peer) {
  const std::vector<NodeId> nodes = all_nodes(peer.tree);
  const std::uint32_t kind = below(10);
  const std::string value(1, static_cast<char>('a' + below(26)));
  if (nodes.empty() || (kind < 4 && nodes.size() < shape_.nodes_max)) {
    peer.create(value, choose_spot(peer.tree, nodes));
    return;
  }
  const NodeId node = nodes[below(static_cast<std::uint32_t>(nodes.size()))];
  if (kind < 8) {
    // What its writer sees to make a cycle is not even begun.
    peer.tree.move(peer.made(), node, choose_spot(peer.tree, nodes)).ignore();
  } else if (kind == 8) {
    peer.set(node, value);
  } else {
    peer.remove(node);
  }
}

std::vector<std::size_t> TreeHistory::shuffled(std::uint64_t seed) const {
  std::mt19937_64 random(seed);
  std::vector<std::size_t> waiting(operations_.size());
  for (std::size_t i = 0; i < waiting.size(); ++i) waiting[i] = i;
  std::shuffle(waiting.begin(), waiting.end(), random);
  std::vector<std::size_t> order;
  std::vector<bool> known(operations_.size());
  while (!waiting.empty()) {
    const auto ready = std::find_if(waiting.begin(), waiting.end(), [&](std::size_t number) {
      const std::vector<bool>& needs = operations_[number].needs;
      for (std::size_t i = 0; i < needs.size(); ++i) {
        if (needs[i] && !known[i]) return false;
      }
      return true;
    });
    known[*ready] = true;
    order.push_back(*ready);
    waiting.erase(ready);
    if (random() % 4 == 0) order.push_back(order[random() % order.size()]);
  }
  return order;
}

}  // namespace gs::tree::testing
