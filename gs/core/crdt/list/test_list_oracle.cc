#include "gs/core/crdt/list/test_list_oracle.h"

#include <algorithm>

namespace gs::crdt::testing {
namespace {

bool contains(const ListOracle::Set& set, int index) {
  return static_cast<std::size_t>(index) < set.size() && set[static_cast<std::size_t>(index)];
}

}  // namespace

Writer list_writer(std::uint32_t number) {
  Writer writer;
  // Some differ at once, some only behind what is compared as one word.
  const bool late = number % 3 == 1;
  writer.bytes[late ? 20 : 0] = static_cast<std::uint8_t>(number * 151 + 83);
  writer.bytes[30] = static_cast<std::uint8_t>(number);
  return writer;
}

std::uint32_t number_of_list_writer(const Writer& writer) { return writer.bytes[30]; }

bool ListOracle::makes_slot(int index) const {
  return event(index).edit == ListEdit::insert || event(index).edit == ListEdit::move;
}

bool ListOracle::id_before(int a, int b) const {
  const ListEvent& x = event(a);
  const ListEvent& y = event(b);
  return x.writer != y.writer ? x.writer < y.writer : x.seq < y.seq;
}

std::vector<int> ListOracle::path(int node) const {
  std::vector<int> up;
  for (; node != kNoEvent; node = nodes_[static_cast<std::size_t>(node)].parent) {
    up.push_back(node);
  }
  return {up.rbegin(), up.rend()};
}

// Two children of one node.
bool ListOracle::sibling_before(int a, int b) const {
  const Node& x = nodes_[static_cast<std::size_t>(a)];
  const Node& y = nodes_[static_cast<std::size_t>(b)];
  if (x.right != y.right) return y.right;
  if (x.right && x.right_origin != y.right_origin) {
    if (x.right_origin == kNoEvent) return true;
    if (y.right_origin == kNoEvent) return false;
    return before(y.right_origin, x.right_origin);
  }
  return id_before(a, b);
}

// Of two different slots, by the ways to them from the root.
bool ListOracle::before(int a, int b) const {
  const std::vector<int> x = path(a);
  const std::vector<int> y = path(b);
  std::size_t i = 0;
  while (i < x.size() && i < y.size() && x[i] == y[i]) ++i;
  if (i == x.size()) return nodes_[static_cast<std::size_t>(y[i])].right;
  if (i == y.size()) return !nodes_[static_cast<std::size_t>(x[i])].right;
  return sibling_before(x[i], y[i]);
}

std::vector<int> ListOracle::order(const Set& set) const {
  std::vector<int> slots;
  for (int i = 0; i < size(); ++i) {
    if (contains(set, i) && makes_slot(i)) slots.push_back(i);
  }
  std::sort(slots.begin(), slots.end(), [&](int a, int b) { return before(a, b); });
  return slots;
}

bool ListOracle::deleted(int slot, const Set& set) const {
  for (int i = 0; i < size(); ++i) {
    const bool deletes = event(i).edit != ListEdit::insert && event(i).edit != ListEdit::set;
    if (contains(set, i) && deletes && nodes_[static_cast<std::size_t>(i)].target == slot) {
      return true;
    }
  }
  return false;
}

std::vector<int> ListOracle::alive(const Set& set) const {
  std::vector<int> slots = order(set);
  std::erase_if(slots, [&](int slot) { return deleted(slot, set); });
  return slots;
}

std::uint32_t ListOracle::slots(const Set& set) const {
  return static_cast<std::uint32_t>(alive(set).size());
}

int ListOracle::element_of(int slot) const {
  while (event(slot).edit == ListEdit::move) slot = nodes_[static_cast<std::size_t>(slot)].target;
  return slot;
}

bool ListOracle::later(int a, int b) const {
  if (event(a).hlc != event(b).hlc) return event(a).hlc > event(b).hlc;
  return id_before(b, a);
}

int ListOracle::latest(ListEdit edit, int element, const Set& set, int otherwise) const {
  int found = kNoEvent;
  for (int i = 0; i < size(); ++i) {
    if (!contains(set, i) || event(i).edit != edit) continue;
    if (element_of(nodes_[static_cast<std::size_t>(i)].target) != element) continue;
    if (found == kNoEvent || later(i, found)) found = i;
  }
  return found == kNoEvent ? otherwise : found;
}

ListOracle::Values ListOracle::values(const Set& set) const {
  Values values;
  for (const int slot : alive(set)) {
    const int element = element_of(slot);
    if (latest(ListEdit::move, element, set, element) != slot) continue;
    values.push_back(event(latest(ListEdit::set, element, set, element)).value);
  }
  return values;
}

ListOracle::Set ListOracle::below(const std::vector<int>& events) const {
  Set set(events_.size());
  for (const int event : events) {
    const Set& more = closures_[static_cast<std::size_t>(event)];
    for (std::size_t i = 0; i < more.size(); ++i) set[i] = set[i] || more[i];
  }
  return set;
}

std::vector<int> ListOracle::heads(const Set& set) const {
  std::vector<int> found;
  for (int i = 0; i < size(); ++i) {
    bool head = contains(set, i);
    for (int j = i + 1; head && j < size(); ++j) {
      head = !contains(set, j) || !contains(closures_[static_cast<std::size_t>(j)], i);
    }
    if (head) found.push_back(i);
  }
  return found;
}

// Where a slot goes that is inserted behind `left`.
void ListOracle::place(Node& node, int left, const Set& set) const {
  const std::vector<int> all = order(set);
  const auto at = std::find(all.begin(), all.end(), left);
  const auto right = left == kNoEvent ? all.begin() : at + 1;
  node.right_origin = right == all.end() ? kNoEvent : *right;
  const bool taken = std::any_of(all.begin(), all.end(), [&](int slot) {
    const Node& other = nodes_[static_cast<std::size_t>(slot)];
    return other.parent == left && other.right;
  });
  node.parent = taken ? node.right_origin : left;
  node.right = !taken;
}

int ListOracle::add(const ListEvent& added) {
  Set set = below(added.parents);
  std::vector<int> there = alive(set);
  Node node;
  std::uint32_t pos = added.pos;
  if (added.edit != ListEdit::insert) node.target = there.at(pos);
  if (added.edit == ListEdit::move) {
    there.erase(there.begin() + static_cast<std::ptrdiff_t>(pos));
    pos = added.to;
  }
  if (added.edit == ListEdit::insert || added.edit == ListEdit::move) {
    place(node, pos == 0 ? kNoEvent : there.at(pos - 1), set);
  }
  events_.push_back(added);
  nodes_.push_back(node);
  set.push_back(true);
  closures_.push_back(set);
  return size() - 1;
}

}  // namespace gs::crdt::testing
