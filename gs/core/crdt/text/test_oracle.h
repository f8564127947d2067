// What concurrent edits must come to, written down as the FugueMax paper defines it: a tree, with
// nothing kept, nothing clever, and nothing shared with the code that it judges.
//
// An inserted character is a node: a right child of the character before it, or, when that has
// right children already, a left child of the character behind it, as its writer saw them. Left
// children come before their parent by id, right children behind it: greater right origin first,
// then by id. Deleted characters stay in the tree and are not read. O(n^2) and worse.
// Source: Weidner and Kleppmann, "The Art of the Fugue", 2023, algorithm 1 and appendix on FugueMax.
#pragma once

#include <string>
#include <vector>

#include "gs/core/crdt/text/operation.h"

namespace gs::crdt::testing {

inline constexpr int kNone = -1;

struct OracleEvent {
  Writer writer{};
  std::uint32_t seq = 0;
  std::vector<int> parents{};  // indexes of events
  bool insert = true;
  std::uint32_t pos = 0;
  std::string unit{};  // one code point
};

class Oracle {
 public:
  // Which events are in a version, by index.
  using Set = std::vector<bool>;

  int add(const OracleEvent& event);
  int size() const { return static_cast<int>(events_.size()); }
  const OracleEvent& event(int index) const { return events_[static_cast<std::size_t>(index)]; }

  Set none() const { return Set(events_.size()); }
  Set all() const { return Set(events_.size(), true); }
  // The event and all that it stands on.
  Set closure(int index) const;
  // The events on which no other of the set stands.
  std::vector<int> heads(const Set& set) const;

  std::string text(const Set& set) const;
  std::uint32_t length(const Set& set) const;

 private:
  struct Node {
    int parent = kNone;  // kNone: the root
    bool right = true;
    int right_origin = kNone;  // kNone: the end
    int target = kNone;        // of a deletion
  };
  struct Doc {
    std::vector<int> order;  // all inserted characters, also deleted ones
    std::vector<bool> deleted;
  };
  Doc read(const Set& set) const;
  void read_below(int node, const Set& set, std::vector<int>& order) const;
  std::vector<int> children(int node, bool right, const Set& set) const;
  bool before(int a, int b) const;
  bool sibling_before(int a, int b) const;
  std::vector<int> path(int node) const;
  bool id_before(int a, int b) const;

  std::vector<OracleEvent> events_;
  std::vector<Node> nodes_;
  std::vector<Set> closures_;
};

// A key whose order is that of `number`'s bytes in a scrambled order, so that local numbers and
// keys sort differently.
Writer test_writer(std::uint32_t number);

}  // namespace gs::crdt::testing
