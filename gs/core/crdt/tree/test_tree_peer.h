// Somebody who edits a copy of a tree and sends what was done, and what a copy looks like.
#pragma once

#include "gs/core/crdt/tree/tree.h"

namespace gs::tree::testing {

Writer tree_writer(std::uint32_t number);
// The string as an any value.
Buffer text_value(std::string_view text);

// An operation as it goes over the wire, and what it was made of.
struct SentTree {
  Operation made{};
  std::vector<Writer> table{};
  Buffer payload{};

  Arrival arrival() const { return {made.stamp, payload, table}; }
};

class TreePeer {
 public:
  explicit TreePeer(std::uint32_t number) : writer_(tree_writer(number)) {}

  Tree tree{};
  bool failed = false;

  // An operation whose hlc is `ahead` above all that was seen.
  void begin(std::uint64_t ahead = 1);
  NodeId create(std::string_view value, const Spot& spot = {});
  void move(const NodeId& node, const Spot& spot);
  void set(const NodeId& node, std::string_view value);
  void remove(const NodeId& node);
  SentTree finish();
  // Edits of the operation that is being made.
  Operation& made() noexcept { return made_; }

  Error receive(const SentTree& sent);

 private:
  Writer writer_;
  std::uint64_t hlc_ = 0;
  Operation made_{};
};

// All of it to each, also to who made it.
void give_to_all(std::vector<TreePeer>& peers, const std::vector<SentTree>& sent);

// What is below a parent by its values, such as "a(b c(d)) e".
std::string outline(const Tree& tree, const NodeId& parent = kRoot);

// The operation that bytes are of; nullopt: it names what cannot be.
std::optional<Operation> operation_of(const OperationView& view, const Arrival& arrival);

}  // namespace gs::tree::testing
