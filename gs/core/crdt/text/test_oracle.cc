#include "gs/core/crdt/text/test_oracle.h"

#include <algorithm>

#include "gs/base/check.h"

namespace gs::crdt::testing {
namespace {

std::size_t index_of(int number) { return static_cast<std::size_t>(number); }

}  // namespace

Writer test_writer(std::uint32_t number) {
  Writer writer;
  // Some differ at once, some only behind what is compared as one word.
  const bool late = number % 3 == 1;
  writer.bytes[late ? 20 : 0] = static_cast<std::uint8_t>(number * 151 + 83);
  writer.bytes[30] = static_cast<std::uint8_t>(number);
  writer.bytes[31] = static_cast<std::uint8_t>(number >> 8);
  return writer;
}

bool Oracle::id_before(int a, int b) const {
  const OracleEvent& x = event(a);
  const OracleEvent& y = event(b);
  return x.writer != y.writer ? x.writer < y.writer : x.seq < y.seq;
}

std::vector<int> Oracle::path(int node) const {
  std::vector<int> up;
  for (; node != kNone; node = nodes_[index_of(node)].parent) up.push_back(node);
  return {up.rbegin(), up.rend()};
}

// Two children of one node.
bool Oracle::sibling_before(int a, int b) const {
  const Node& x = nodes_[index_of(a)];
  const Node& y = nodes_[index_of(b)];
  if (x.right != y.right) return y.right;
  if (x.right && x.right_origin != y.right_origin) {
    if (x.right_origin == kNone) return true;
    if (y.right_origin == kNone) return false;
    return before(y.right_origin, x.right_origin);
  }
  return id_before(a, b);
}

// Of two different characters, by the ways to them from the root.
bool Oracle::before(int a, int b) const {
  const std::vector<int> x = path(a);
  const std::vector<int> y = path(b);
  std::size_t i = 0;
  while (i < x.size() && i < y.size() && x[i] == y[i]) ++i;
  if (i == x.size()) return nodes_[index_of(y[i])].right;
  if (i == y.size()) return !nodes_[index_of(x[i])].right;
  return sibling_before(x[i], y[i]);
}

std::vector<int> Oracle::children(int node, bool right, const Set& set) const {
  std::vector<int> found;
  for (int i = 0; i < size(); ++i) {
    if (index_of(i) >= set.size() || !set[index_of(i)] || !event(i).insert) continue;
    if (nodes_[index_of(i)].parent == node && nodes_[index_of(i)].right == right) {
      found.push_back(i);
    }
  }
  std::sort(found.begin(), found.end(), [&](int a, int b) { return sibling_before(a, b); });
  return found;
}

void Oracle::read_below(int node, const Set& set, std::vector<int>& order) const {
  for (const int child : children(node, false, set)) read_below(child, set, order);
  if (node != kNone) order.push_back(node);
  for (const int child : children(node, true, set)) read_below(child, set, order);
}

Oracle::Doc Oracle::read(const Set& set) const {
  Doc doc;
  read_below(kNone, set, doc.order);
  doc.deleted.resize(events_.size());
  for (int i = 0; i < size(); ++i) {
    if (index_of(i) < set.size() && set[index_of(i)] && !event(i).insert) {
      doc.deleted[index_of(nodes_[index_of(i)].target)] = true;
    }
  }
  return doc;
}

Oracle::Set Oracle::closure(int index) const { return closures_[index_of(index)]; }

std::vector<int> Oracle::heads(const Set& set) const {
  std::vector<int> found;
  for (int i = 0; i < static_cast<int>(set.size()); ++i) {
    if (!set[index_of(i)]) continue;
    bool head = true;
    for (int j = i + 1; j < static_cast<int>(set.size()); ++j) {
      if (set[index_of(j)] && closures_[index_of(j)][index_of(i)]) head = false;
    }
    if (head) found.push_back(i);
  }
  return found;
}

std::string Oracle::text(const Set& set) const {
  const Doc doc = read(set);
  std::string text;
  for (const int node : doc.order) {
    if (!doc.deleted[index_of(node)]) text += event(node).unit;
  }
  return text;
}

std::uint32_t Oracle::length(const Set& set) const {
  const Doc doc = read(set);
  std::uint32_t length = 0;
  for (const int node : doc.order) length += doc.deleted[index_of(node)] ? 0 : 1;
  return length;
}

int Oracle::add(const OracleEvent& added) {
  Set below = none();
  for (const int parent : added.parents) {
    const Set& more = closures_[index_of(parent)];
    for (std::size_t i = 0; i < more.size(); ++i) below[i] = below[i] || more[i];
  }
  const Doc doc = read(below);
  // The place in `order` behind `visible` characters that are not deleted.
  const auto behind = [&](std::uint32_t visible) {
    std::size_t at = 0;
    for (; visible > 0; ++at) visible -= doc.deleted[index_of(doc.order[at])] ? 0 : 1;
    return at;
  };
  Node node;
  if (added.insert) {
    const std::size_t at = behind(added.pos);
    const int left = at == 0 ? kNone : doc.order[at - 1];
    node.right_origin = at < doc.order.size() ? doc.order[at] : kNone;
    if (children(left, true, below).empty()) {
      node.parent = left;
    } else {
      node.parent = node.right_origin;
      node.right = false;
    }
  } else {
    node.target = doc.order[behind(added.pos + 1) - 1];
  }
  const int index = size();
  events_.push_back(added);
  nodes_.push_back(node);
  below.resize(events_.size());
  below[index_of(index)] = true;
  closures_.push_back(below);
  for (Set& set : closures_) set.resize(events_.size());
  return index;
}

}  // namespace gs::crdt::testing
