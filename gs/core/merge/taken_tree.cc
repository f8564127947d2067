#include "gs/core/merge/taken_tree.h"

#include <algorithm>

#include "gs/core/merge/edited_tree.h"
#include "gs/core/merge/tree_nodes.h"
#include "gs/core/merge/tree_past.h"

namespace gs::merge {

using tree::Kind;
using tree::kRoot;
using tree::NodeId;

namespace {

using Nodes = std::set<NodeId>;
using Children = std::map<NodeId, std::vector<NodeId>>;

bool is_one_place(const NodeState& a, const NodeState& b) {
  return a.parent == b.parent && (a.is_removed() || a.index == b.index);
}

std::string name_of(const NodeId& node) { return node == kRoot ? std::string() : node_text(node); }

class TreeTaking {
 public:
  TreeTaking(const TreePast& past, const TakenOperations& taken, bool is_again)
      : past_(past),
        taken_(taken),
        is_again_(is_again),
        now_(past.version(OperationSet(past.stamps().size()), {})),
        stays_(find_stays()),
        with_(past.version(taken.before, stays_)),
        without_(past.version(taken.after, stays_)),
        others_(past.uses(taken.after, false)),
        children_(now_.children()),
        wanted_(without_.children()),
        held_(stays_) {}

  void take() {
    look_at_all();
    place_below(kRoot);
    for (const NodeId& node : move_) keep_out_of_sight(node);
    for (const NodeId& node : held_) keep_above(node);
    for (const NodeId& node : set_) set(node);
    remove();
    if (!is_again_) keep_what_counts_no_more();
  }

  std::vector<TreeEdit> edits;
  KeptBy kept;

 private:
  void keep(std::uint32_t operation) {
    const bool is_others = operation != TreePast::kNone && !taken_.ours[operation];
    if (is_others) kept.add(past_.stamps()[operation]);
  }

  // Nodes that are shown although their creation was undone: others had done something to them.
  Nodes find_stays() const {
    Nodes stays;
    for (const auto& [node, state] : now_.nodes) {
      const bool is_undone = state.created != TreePast::kNone && taken_.undone[state.created];
      if (is_undone && now_.is_shown(node)) stays.insert(node);
    }
    return stays;
  }

  // Whether nobody else did it.
  bool is_own(std::uint32_t operation) const {
    return operation != TreePast::kNone && (taken_.ours[operation] || taken_.undone[operation]);
  }

  // The last move or set of others.
  std::uint32_t used_by(const NodeId& node) const {
    const auto used = others_.find(node);
    return used == others_.end() ? TreePast::kNone : used->second.last_change;
  }

  // What is to go, to be moved and to be set.
  void look_at_all() {
    for (const auto& [node, now] : now_.nodes) {
      const NodeState& with = with_.state(node);
      const NodeState& without = without_.state(node);
      if (!is_one_place(with, without) && is_own(now.placed)) {
        if (!without.is_removed()) {
          move_.insert(node);
        } else if (now_.is_shown(node)) {
          const std::uint32_t by = used_by(node);
          if (past_.is_later(by, with.placed)) {
            hold(node, by);
          } else {
            go_.insert(node);
          }
        }
      }
      const bool is_in_both = with_.nodes.count(node) != 0 && without_.nodes.count(node) != 0;
      if (is_in_both && !is_same_value(with.value, without.value) && is_own(now.valued)) {
        set_.insert(node);
      }
    }
  }

  // --- moves: from the root on, so that what is above is where it is to be ---

  void place_below(const NodeId& root) {
    std::vector<NodeId> open{root};
    while (!open.empty()) {
      const NodeId parent = open.back();
      open.pop_back();
      const auto wanted = wanted_.find(parent);
      if (wanted == wanted_.end()) continue;
      for (std::size_t i = 0; i < wanted->second.size(); ++i) {
        if (move_.count(wanted->second[i]) != 0) place(wanted->second, i, parent);
      }
      open.insert(open.end(), wanted->second.rbegin(), wanted->second.rend());
    }
  }

  void place(const std::vector<NodeId>& siblings, std::size_t which, const NodeId& parent) {
    const NodeId node = siblings[which];
    move_.erase(node);
    const auto removed = now_.removed_above(parent);
    if (removed) return hold(node, now_.state(*removed).placed);
    if (now_.is_above(node, parent)) return hold(node, now_.state(parent).placed);
    NodeState& state = now_.nodes[node];
    std::vector<NodeId>& children = children_[parent];
    std::size_t was = children.size();
    if (!state.is_removed()) {
      std::vector<NodeId>& from = children_[state.parent];
      const auto at = std::find(from.begin(), from.end(), node);
      if (state.parent == parent) was = static_cast<std::size_t>(at - from.begin());
      from.erase(at);
    }
    const bool is_child = state.parent == parent;
    const std::size_t to = behind_those_before(siblings, which, parent);
    state.parent = parent;
    children.insert(children.begin() + static_cast<std::ptrdiff_t>(to), node);
    if (is_child && was == to) return;
    TreeEdit edit{Kind::move, name_of(node), name_of(parent), {}, {}};
    if (to + 1 < children.size()) edit.before = name_of(children[to + 1]);
    edits.push_back(std::move(edit));
  }

  // Behind the nearest of the siblings before it that is there already.
  std::size_t behind_those_before(const std::vector<NodeId>& siblings, std::size_t which,
                                  const NodeId& parent) const {
    const std::vector<NodeId>& children = children_.at(parent);
    while (which-- > 0) {
      if (move_.count(siblings[which]) != 0) continue;
      const auto at = std::find(children.begin(), children.end(), siblings[which]);
      if (at != children.end()) return static_cast<std::size_t>(at - children.begin()) + 1;
    }
    return 0;
  }

  // It would be below what somebody else removed.
  void keep_out_of_sight(const NodeId& node) {
    const auto removed = without_.removed_above(node);
    if (removed) hold(node, without_.state(*removed).placed);
  }

  // It stays where it is.
  void hold(const NodeId& node, std::uint32_t because_of) {
    keep(because_of);
    held_.insert(node);
  }

  // --- values and removals ---

  void set(const NodeId& node) {
    const Bytes value = without_.state(node).value;
    if (!now_.is_shown(node) || is_same_value(now_.state(node).value, value)) return;
    edits.push_back({Kind::set, name_of(node), {}, {}, Buffer(value.begin(), value.end())});
  }

  // What is below goes with what is highest.
  void remove() {
    for (const auto& [node, state] : now_.nodes) {
      if (go_.count(node) == 0 && !is_own(state.placed)) keep_above(node, state.placed);
    }
    for (const NodeId& node : go_) {
      const NodeState& state = now_.state(node);
      if (!now_.is_shown(node) || go_.count(state.parent) != 0) continue;
      edits.push_back({Kind::remove, name_of(node), {}, {}, {}});
    }
  }

  // What has something of others below it stays, which came there by `later`; or what stays itself.
  void keep_above(const NodeId& node, std::uint32_t later = TreePast::kNone) {
    if (!now_.is_shown(node)) return;
    for (NodeId above = now_.state(node).parent; above != kRoot; above = now_.state(above).parent) {
      if (go_.count(above) == 0) continue;
      if (held_.count(node) == 0 && !past_.is_later(later, with_.state(above).placed)) continue;
      go_.erase(above);
      keep(held_.count(node) == 0 ? later : used_by(node));
    }
  }

  void keep_what_counts_no_more() {
    for (const auto& [node, ours] : past_.uses(taken_.ours, true)) {
      const NodeState& with = with_.state(node);
      const NodeState& without = without_.state(node);
      if (ours.is_moved || ours.is_removed) keep(with.placed);
      if (ours.is_removed && without.is_removed()) {
        const bool is_there = without_.nodes.count(node) != 0;
        keep(is_there ? without.placed : now_.state(node).created);
      }
      if (ours.is_set) keep(with.is_removed() ? with.placed : with.valued);
    }
  }

  const TreePast& past_;
  const TakenOperations& taken_;
  const bool is_again_;
  TreeVersion now_;  // with the edits by now
  const Nodes stays_;
  const TreeVersion with_;
  const TreeVersion without_;
  const std::map<NodeId, TreePast::Uses> others_;
  Children children_;  // of now_
  const Children wanted_;
  Nodes held_;  // they stay where they are, so what is above them stays, too
  Nodes go_;
  Nodes move_;
  Nodes set_;
};

// What it shows when the edits are done to it.
Result<std::string> shown_after(const TypedField& field, const WriterOrder& order,
                                const std::vector<TreeEdit>& edits) {
  EditedTree tree(field.value);
  const EditsLog log(field.edits);
  EditsLog::Cursor cursor(log);
  for (EditsLog::Operation one; cursor.next(one);) {
    GS_TRY_OK(tree.add(order.key(one.stamp.writer), one.stamp.hlc, one.parents, one.edits));
  }
  GS_TRY([[maybe_unused]] const Buffer draft, tree.draft({log.latest().hlc + 1, {}}, {0, edits}));
  return tree.shown();
}

}  // namespace

Result<TakenTree> take_back_tree(const TypedField& field, const WriterOrder& order,
                                 const WhatIsTaken& what) {
  GS_TRY(const TreePast past, TreePast::read(field, order));
  const TakenOperations taken(past.stamps(), what);
  TreeTaking taking(past, taken, what.is_again);
  taking.take();
  TakenTree made{std::move(taking.edits), {}, taking.kept.stamps()};
  if (!made.edits.empty()) {
    GS_TRY(made.shown, shown_after(field, order, made.edits));
  }
  return made;
}

}  // namespace gs::merge
