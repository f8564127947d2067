// What edits of a list must come to, written down as docs/FORMAT.md defines it: nothing kept,
// nothing clever, and nothing shared with the code that it judges.
//
// An insertion and a move make a slot, a node of the tree that the FugueMax paper defines: a right
// child of the slot before it, or, when that has right children already, a left child of the slot
// behind it, as the writer saw them. Everything else is looked for among all edits. O(n^2) and
// worse.
// Source: Weidner and Kleppmann, "The Art of the Fugue", 2023, algorithm 1 and appendix on FugueMax.
#pragma once

#include <string>
#include <vector>

#include "gs/core/crdt/list/list_edits.h"

namespace gs::crdt::testing {

inline constexpr int kNoEvent = -1;

// One edit; `seq` is the first of those that it takes.
struct ListEvent {
  Writer writer{};
  std::uint32_t seq = 0;
  std::uint64_t hlc = 0;
  std::vector<int> parents{};  // indexes of events
  ListEdit edit = ListEdit::insert;
  std::uint32_t pos = 0;
  std::uint32_t to = 0;
  std::string value{};  // encoded, of an insertion or a set
};

class ListOracle {
 public:
  // Which events are in a version, by index.
  using Set = std::vector<bool>;
  using Values = std::vector<std::string>;

  int add(const ListEvent& event);
  int size() const { return static_cast<int>(events_.size()); }
  const ListEvent& event(int index) const { return events_[static_cast<std::size_t>(index)]; }

  Set all() const { return Set(events_.size(), true); }
  // The events that the given ones stand on, and they.
  Set below(const std::vector<int>& events) const;
  // The events on which no other of the set stands.
  std::vector<int> heads(const Set& set) const;
  // How many slots are not deleted.
  std::uint32_t slots(const Set& set) const;
  Values values(const Set& set) const;

 private:
  struct Node {
    int parent = kNoEvent;  // kNoEvent: the root
    bool right = true;
    int right_origin = kNoEvent;  // kNoEvent: the end
    int target = kNoEvent;        // the slot that the edit is about
  };
  bool makes_slot(int index) const;
  std::vector<int> order(const Set& set) const;
  std::vector<int> alive(const Set& set) const;
  bool deleted(int slot, const Set& set) const;
  int element_of(int slot) const;
  // The event of the kind that counts for the element, or `otherwise`.
  int latest(ListEdit edit, int element, const Set& set, int otherwise) const;
  void place(Node& node, int left, const Set& set) const;
  bool later(int a, int b) const;
  bool before(int a, int b) const;
  bool sibling_before(int a, int b) const;
  std::vector<int> path(int node) const;
  bool id_before(int a, int b) const;

  std::vector<ListEvent> events_;
  std::vector<Node> nodes_;
  std::vector<Set> closures_;
};

// A key whose order is not that of `number`.
Writer list_writer(std::uint32_t number);
std::uint32_t number_of_list_writer(const Writer& writer);

}  // namespace gs::crdt::testing
