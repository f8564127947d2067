// Writes of fields beside those that are shown: a list for each field, all in one piece of memory,
// so that a record may have millions of them in one field or one in millions of fields.
#pragma once

#include <cstdint>
#include <vector>

namespace gs::merge {

template <typename Leaf>
class LeafLists {
 public:
  // The list of one field; kept by the field.
  using Head = std::uint32_t;
  static constexpr Head kNone = 0xffffffff;

  void clear() noexcept {
    nodes_.clear();
    size_ = 0;
  }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  void push(Head& head, const Leaf& leaf) {
    nodes_.push_back({leaf, head, true});
    head = static_cast<Head>(nodes_.size() - 1);
    ++size_;
  }

  // Of a list that is not empty.
  Leaf take_first(Head& head) {
    Node& node = nodes_[head];
    node.is_there = false;
    head = node.next;
    --size_;
    return node.leaf;
  }

  template <typename Which>
  void erase_if(Head& head, const Which& which) {
    for (Head* at = &head; *at != kNone;) {
      Node& node = nodes_[*at];
      if (!which(node.leaf)) {
        at = &node.next;
        continue;
      }
      node.is_there = false;
      *at = node.next;
      --size_;
    }
  }

  template <typename Visit>
  void each(Head head, const Visit& visit) const {
    for (; head != kNone; head = nodes_[head].next) visit(nodes_[head].leaf);
  }
  template <typename Visit>
  void each(Head head, const Visit& visit) {
    for (; head != kNone; head = nodes_[head].next) visit(nodes_[head].leaf);
  }

  bool has_one(Head head) const noexcept { return head != kNone && nodes_[head].next == kNone; }

  // Of all fields.
  template <typename Visit>
  void each_of_all(const Visit& visit) {
    for (Node& node : nodes_) {
      if (node.is_there) visit(node.leaf);
    }
  }
  template <typename Which>
  bool any(const Which& which) const {
    for (const Node& node : nodes_) {
      if (node.is_there && which(node.leaf)) return true;
    }
    return false;
  }

 private:
  struct Node {
    Leaf leaf;
    Head next = kNone;
    bool is_there = false;
  };
  std::vector<Node> nodes_;
  std::size_t size_ = 0;
};

}  // namespace gs::merge
