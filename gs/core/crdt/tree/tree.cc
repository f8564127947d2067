#include "gs/core/crdt/tree/tree.h"

#include <algorithm>

#include "gs/base/check.h"
#include "gs/core/record/record.h"

namespace gs::tree {
namespace {

// What an edit takes beside its index and value: a head and its number, a parent, two sizes, two
// sources.
constexpr std::size_t kEditBytesMax = 64;

Error no_tree_node(const char* what) {
  return Error(Code::not_found, std::string("tree: ") + what);
}

Error too_many_edits() {
  return Error(Code::too_large, "tree: operations of one stamp have at most 1,048,576 edits");
}

NodeId name_of(const Node* node, const Node* root, const Node* trash) noexcept {
  if (node == root) return kRoot;
  return node == trash ? kTrash : node->id.id();
}

}  // namespace

Tree::Tree() : nodes_(kReserved), root_(&nodes_[0]), trash_(&nodes_[1]) {}

Node* Tree::find_node(const NodeId& node) const {
  if (node == kRoot) return root_;
  if (node == kTrash) return trash_;
  const auto found = created_.find(node.writer);
  if (found == created_.end()) return nullptr;
  const std::vector<Node*>& nodes = found->second;
  const EditIdView id = view_of(node);
  const auto at = std::lower_bound(nodes.begin(), nodes.end(), id,
                                   [](const Node* a, const EditIdView& b) { return a->id < b; });
  return at != nodes.end() && (*at)->id == id ? *at : nullptr;
}

const Writer& Tree::known_writer(const Writer& writer) {
  return created_.try_emplace(writer).first->first;
}

Node& Tree::add_node(const EditIdView& id, Place place, Bytes value) {
  Node& node = nodes_.emplace_back();
  node.id = id;
  node.valued = id;
  node.value.assign(value.begin(), value.end());
  value_bytes_ += value.size();
  node.place = std::move(place);
  join_siblings(node);
  // Mostly the last one: only branches that meet bring an older one of a writer later.
  std::vector<Node*>& nodes = created_[*id.writer];
  const auto behind = std::upper_bound(
      nodes.begin(), nodes.end(), id, [](const EditIdView& a, const Node* b) { return a < b->id; });
  nodes.insert(behind, &node);
  return node;
}

Result<Operation> Tree::begin(const Stamp& stamp, std::uint32_t first) {
  if (stamp.hlc == 0 || stamp < newest_ || (stamp == newest_ && first == 0)) {
    return Error(Code::invalid, "tree: a new operation has a stamp above all that is known");
  }
  if (first > kEditsMax) return too_many_edits();
  newest_ = stamp;
  open_ = stamp;
  return Operation{.stamp = stamp, .first = first, .bytes_max = kEditBytesMax};
}

Result<NodeId> Tree::plant(const NodeId& parent, Bytes value) {
  GS_TRY(Place place, place_at({parent}, nullptr));
  const EditIdView id{kPlanted.hlc, &known_writer(kPlanted.writer),
                      static_cast<std::uint32_t>(node_count())};
  add_node(id, std::move(place), value);
  newest_ = kPlanted;
  return id.id();
}

Error Tree::check_open(const Operation& made, std::size_t more_bytes) const {
  if (made.stamp.hlc == 0 || made.stamp != open_) {
    return Error(Code::invalid, "tree: another operation came in between; begin a new one");
  }
  if (made.first + made.edits.size() >= kEditsMax) return too_many_edits();
  if (more_bytes > kOperationBytesMax ||
      made.bytes_max + kEditBytesMax + more_bytes > kOperationBytesMax) {
    return Error(Code::too_large, "tree: an operation has at most 16 MiB");
  }
  return {};
}

Result<Node*> Tree::known_node(const NodeId& node) {
  Node* const found = find_node(node);
  if (found == nullptr || found == root_ || found == trash_) {
    return no_tree_node("there is no such node to edit");
  }
  return found;
}

EditIdView Tree::next_id(const Operation& made) {
  return {made.stamp.hlc, &known_writer(made.stamp.writer),
          made.first + static_cast<std::uint32_t>(made.edits.size())};
}

Result<Place> Tree::place_at(const Spot& spot, const Node* moved) {
  Node* const parent = find_node(spot.parent);
  if (parent == nullptr || parent == trash_) return no_tree_node("there is no such parent");
  const Siblings& siblings = siblings_below(*parent);
  auto at = siblings.end();
  if (spot.before) {
    Node* const before = find_node(*spot.before);
    if (before == nullptr || before->place.parent != parent || before == moved) {
      return no_tree_node("the node to put it in front of is no other child of that parent");
    }
    at = siblings.find(before);
  }
  const auto key = [](const Node* node) { return PlaceKey{node->place.index, node->id}; };
  PlaceKey lower;
  PlaceKey upper;
  const bool has_upper = at != siblings.end();
  if (has_upper) upper = key(*at);
  if (at != siblings.begin() && *std::prev(at) == moved) --at;
  const bool has_lower = at != siblings.begin();
  if (has_lower) lower = key(*std::prev(at));
  GS_TRY(std::string index,
         index_between(has_lower ? &lower : nullptr, has_upper ? &upper : nullptr));
  return Place{parent, std::move(index)};
}

Result<NodeId> Tree::create(Operation& made, const Spot& spot, Bytes value) {
  GS_TRY_OK(record::validate_any(value, record::kMemberDepth));
  GS_TRY(Place place, place_at(spot, nullptr));
  const std::size_t bytes = place.index.size() + value.size();
  GS_TRY_OK(check_open(made, bytes));
  const EditIdView id = next_id(made);
  made.edits.push_back({.kind = Kind::create,
                        .node = id.id(),
                        .parent = spot.parent,
                        .index = place.index,
                        .value = Buffer(value.begin(), value.end())});
  made.bytes_max += kEditBytesMax + bytes;
  add_node(id, std::move(place), value);
  return id.id();
}

void Tree::move_to(Operation& made, Node& node, Place place) {
  std::vector<Move> moves(1);
  moves[0] = {.id = next_id(made), .node = &node, .other = std::move(place)};
  log_.insert(std::move(moves));
  log_.settle();
  made.bytes_max += kEditBytesMax;
}

Error Tree::move(Operation& made, const NodeId& node, const Spot& spot) {
  GS_TRY(Node* const moved, known_node(node));
  GS_TRY(Place place, place_at(spot, moved));
  if (log_.is_above(*moved, place.parent)) {
    return Error(Code::invalid, "tree: a node cannot be moved below itself");
  }
  const std::size_t bytes = place.index.size();
  GS_TRY_OK(check_open(made, bytes));
  Edit edit{.kind = Kind::move, .node = node, .parent = spot.parent, .index = place.index};
  move_to(made, *moved, std::move(place));
  made.bytes_max += bytes;
  made.edits.push_back(std::move(edit));
  return {};
}

Error Tree::set(Operation& made, const NodeId& node, Bytes value) {
  GS_TRY(Node* const found, known_node(node));
  GS_TRY_OK(record::validate_any(value, record::kMemberDepth));
  GS_TRY_OK(check_open(made, value.size()));
  Buffer copy(value.begin(), value.end());  // it may be a value of this tree
  made.bytes_max += kEditBytesMax + copy.size();
  found->valued = next_id(made);
  value_bytes_ += copy.size();  // of what was there before it is not taken off: about
  found->value = copy;
  made.edits.push_back({.kind = Kind::set, .node = node, .value = std::move(copy)});
  return {};
}

Error Tree::remove(Operation& made, const NodeId& node) {
  GS_TRY(Node* const removed, known_node(node));
  GS_TRY_OK(check_open(made, 0));
  move_to(made, *removed, {trash_, ""});
  made.edits.push_back({.kind = Kind::remove, .node = node});
  return {};
}

void Tree::truncate(const Stamp& last) {
  if (last <= forgotten_) return;
  log_.forget(last);
  forgotten_ = last;
  newest_ = std::max(newest_, last);
}

NodeView Tree::view_of_node(const Node& node) const {
  return {node.id.id(), name_of(node.place.parent, root_, trash_), node.place.index, node.value};
}

std::optional<NodeView> Tree::find(const NodeId& node) const {
  const Node* const found = find_node(node);
  if (found == nullptr || found->place.parent == nullptr) return std::nullopt;
  return view_of_node(*found);
}

bool Tree::contains(const NodeId& node) const {
  const Node* at = find_node(node);
  while (at != nullptr && at->place.parent != nullptr) at = at->place.parent;
  return at == root_ && node != kRoot;
}

std::vector<NodeId> Tree::children(const NodeId& parent) const {
  std::vector<NodeId> ids;
  const Node* const found = find_node(parent);
  if (found == nullptr || found->children == nullptr) return ids;
  ids.reserve(found->children->size());
  for (const Node* const child : *found->children) ids.push_back(child->id.id());
  return ids;
}

void Tree::walk(const NodeId& parent, const Visit& visit) const {
  // What is left of each level, the deepest one last.
  std::vector<std::pair<Siblings::const_iterator, Siblings::const_iterator>> levels;
  const auto go_below = [&levels](const Node* node) {
    if (node == nullptr || node->children == nullptr) return;
    levels.emplace_back(node->children->begin(), node->children->end());
  };
  go_below(find_node(parent));
  while (!levels.empty()) {
    auto& [next, end] = levels.back();
    if (next == end) {
      levels.pop_back();
      continue;
    }
    const Node* const node = *next++;
    visit(view_of_node(*node), levels.size() - 1);
    go_below(node);
  }
}

const Writer* Tree::writer_like(Bytes beginning) const {
  Writer least;
  const std::size_t size = std::min(beginning.size(), least.bytes.size());
  std::copy_n(beginning.begin(), size, least.bytes.begin());
  const auto found = created_.lower_bound(least);
  if (found == created_.end()) return nullptr;
  return std::equal(beginning.begin(), beginning.begin() + static_cast<std::ptrdiff_t>(size),
                    found->first.bytes.begin())
             ? &found->first
             : nullptr;
}

std::size_t Tree::memory_bytes() const noexcept {
  // A node, its place in a set, and in the list of its writer.
  constexpr std::size_t kNodeBytes = sizeof(Node) + 40 + 8;
  return node_count() * kNodeBytes + value_bytes_ + move_count() * sizeof(Move);
}

bool Tree::check() const {
  std::size_t reached = 0;
  bool sound = root_->place.parent == nullptr && trash_->place.parent == nullptr;
  std::vector<const Node*> open{root_, trash_};
  while (!open.empty() && sound) {
    const Node* const parent = open.back();
    open.pop_back();
    if (parent->children == nullptr) continue;
    const Node* before = nullptr;
    for (const Node* const child : *parent->children) {
      sound = sound && child->place.parent == parent && child->among_siblings &&
              (before == nullptr || ByKey()(before, child)) && ++reached <= node_count();
      before = child;
      open.push_back(child);
    }
  }
  for (std::size_t i = 1; i < log_.moves().size(); ++i) {
    sound = sound && log_.moves()[i - 1].id < log_.moves()[i].id;
  }
  return sound && reached == node_count();
}

}  // namespace gs::tree
