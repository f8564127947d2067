// Goal: whatever people do to copies of a tree, and in whatever order it arrives, all who have the
// same operations have the same tree, the one that the paper defines; never a cycle, never a node
// twice or nowhere.
// Method: random histories with conflicts, judged by a tree that does all operations in their order
// from nothing; all there is of three moves that meet.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "gs/base/test_share.h"
#include "gs/core/crdt/tree/test_tree_history.h"

namespace gs::tree {
namespace {

using testing::SentTree;
using testing::text_of;
using testing::TreeHistory;
using testing::TreeOracle;
using testing::TreeShape;

std::uint64_t tree_seeds(std::uint64_t usual) {
  const char* const more = std::getenv("GS_RUNS");
  return more == nullptr ? usual / gs::testing::kSanitizedShare : std::strtoull(more, nullptr, 10);
}

// Operations as they arrive, each told once.
class Arrived {
 public:
  explicit Arrived(const TreeHistory& history)
      : history_(history), known_(history.operations().size()) {}

  const SentTree& next(std::size_t number) {
    const SentTree& sent = history_.operations()[number].sent;
    if (!known_[number]) operations_.push_back(&sent.made);
    known_[number] = true;
    return sent;
  }
  std::string expected() const { return TreeOracle(operations_).text(); }

 private:
  const TreeHistory& history_;
  std::vector<bool> known_;
  std::vector<const Operation*> operations_;
};

// What went wrong, or "".
std::string converge_tree(std::uint64_t seed, const TreeShape& shape) {
  const TreeHistory history(seed, shape);
  if (!history.problem().empty()) return history.problem();
  for (std::uint64_t order = 0; order < 3; ++order) {
    Tree tree;
    Arrived arrived(history);
    std::size_t step = 0;
    const std::vector<std::size_t> numbers = history.shuffled(seed * 3 + order);
    for (const std::size_t number : numbers) {
      const Error error = tree.apply(arrived.next(number).arrival());
      if (error) return error.text();
      if (!tree.check()) return "a node is not once below root or trash";
      if (++step % 4 != 0 && step < numbers.size()) continue;
      const std::string expected = arrived.expected();
      if (text_of(tree) != expected) return "the tree\n" + text_of(tree) + "is not\n" + expected;
    }
  }
  return "";
}

void expect_one_tree(const TreeShape& shape, std::uint64_t count) {
  for (std::uint64_t seed = 1; seed <= tree_seeds(count); ++seed) {
    ASSERT_EQ(converge_tree(seed, shape), "") << "seed " << seed;
  }
}

TEST(TreeLaw, AllOrdersGiveTheTreeOfThePaper) { expect_one_tree({}, 40); }

TEST(TreeLaw, WithFewNodesAndManyMoves) {
  expect_one_tree({.steps = 80, .nodes_max = 4, .merge_percent = 25}, 40);
}

TEST(TreeLaw, WithManyWritersWhoRarelyMeet) {
  expect_one_tree({.writers = 9, .steps = 80, .merge_percent = 15}, 25);
}

TEST(TreeLaw, WithManyNodesAtFewPlaces) {
  expect_one_tree({.writers = 6, .nodes_max = 40, .merge_percent = 50}, 40);
}

// Each of three people moves one of three nodes below another or the root, or removes it, in each
// order of arrival.
TEST(TreeLaw, EveryThreeMovesThatMeetInEveryOrder) {
  testing::TreePeer maker(0);
  maker.begin();
  const NodeId a = maker.create("a");
  const NodeId nodes[] = {a, maker.create("b", {a}), maker.create("c")};
  const SentTree first = maker.finish();
  std::vector<Edit> edits;
  for (const NodeId& node : nodes) {
    edits.push_back({.kind = Kind::remove, .node = node});
    for (const NodeId& parent : {kRoot, nodes[0], nodes[1], nodes[2]}) {
      if (parent == node) continue;
      edits.push_back({.kind = Kind::move, .node = node, .parent = parent, .index = "\x88"});
    }
  }
  for (std::size_t choice = 0; choice < edits.size() * edits.size() * edits.size();
       choice += gs::testing::kSanitizedStep) {
    std::vector<SentTree> sent(3);
    std::vector<const Operation*> operations{&first.made};
    std::size_t rest = choice;
    for (std::uint32_t i = 0; i < 3; ++i) {
      sent[i].made = {.stamp = {9, testing::tree_writer(1 + i)},
                      .edits = {edits[rest % edits.size()]}};
      sent[i].table = named_writers(sent[i].made);
      sent[i].payload = encode_operation(sent[i].made, sent[i].table);
      operations.push_back(&sent[i].made);
      rest /= edits.size();
    }
    const std::string expected = TreeOracle(operations).text();
    std::vector<std::size_t> order{0, 1, 2};
    do {
      Tree tree;
      ASSERT_FALSE(tree.apply(first.arrival()));
      for (const std::size_t number : order) ASSERT_FALSE(tree.apply(sent[number].arrival()));
      ASSERT_TRUE(tree.check()) << choice;
      ASSERT_EQ(text_of(tree), expected) << choice;
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST(TreeLaw, AllCopiesAreEqualWhenAllIsKnown) {
  for (std::uint64_t seed = 1; seed <= tree_seeds(60); ++seed) {
    TreeHistory history(seed, {});
    ASSERT_EQ(history.problem(), "") << "seed " << seed;
    Arrived arrived(history);
    for (std::size_t i = 0; i < history.operations().size(); ++i) arrived.next(i);
    for (testing::TreePeer& peer : history.peers()) {
      for (const TreeHistory::Made& made : history.operations()) {
        ASSERT_FALSE(peer.receive(made.sent));
      }
      ASSERT_EQ(text_of(peer.tree), arrived.expected()) << "seed " << seed;
    }
  }
}

TEST(TreeLaw, ManyAtOnceAreAsOneByOne) {
  for (std::uint64_t seed = 1; seed <= tree_seeds(60); ++seed) {
    const TreeHistory history(seed, {});
    std::mt19937_64 random(seed);
    Arrived arrived(history);
    Tree tree;
    std::vector<Arrival> arrivals;
    for (const std::size_t number : history.shuffled(seed)) {
      arrivals.push_back(arrived.next(number).arrival());
      if (random() % 6 != 0) continue;
      std::size_t applied = 0;
      ASSERT_FALSE(tree.apply_all(arrivals, applied));
      ASSERT_EQ(applied, arrivals.size());
      arrivals.clear();
      ASSERT_TRUE(tree.check());
      ASSERT_EQ(text_of(tree), arrived.expected()) << "seed " << seed;
    }
  }
}

// What all have seen needs no moves to be kept.
TEST(TreeLaw, WhatIsForgottenChangesNothing) {
  for (std::uint64_t seed = 1; seed <= tree_seeds(40); ++seed) {
    TreeHistory history(seed, {});
    std::vector<SentTree> later;
    for (testing::TreePeer& peer : history.peers()) {
      for (const TreeHistory::Made& made : history.operations()) {
        ASSERT_FALSE(peer.receive(made.sent));
      }
    }
    testing::TreePeer& keeper = history.peers()[0];
    testing::TreePeer& forgetter = history.peers()[1];
    Stamp last;
    for (const TreeHistory::Made& made : history.operations()) {
      last = std::max(last, made.sent.made.stamp);
    }
    forgetter.tree.truncate(last);
    EXPECT_EQ(forgetter.tree.move_count(), 0u);
    for (std::size_t i = 0; i < history.peers().size(); ++i) {
      testing::TreePeer& peer = history.peers()[i];
      peer.begin();
      const NodeId made = peer.create("new");
      for (const NodeId& node : peer.tree.children(kRoot)) {
        if (node != made) peer.tree.move(peer.made(), node, {made}).ignore();
      }
      later.push_back(peer.finish());
    }
    for (const SentTree& sent : later) {
      ASSERT_FALSE(forgetter.receive(sent));
      ASSERT_FALSE(keeper.receive(sent));
    }
    ASSERT_TRUE(forgetter.tree.check());
    ASSERT_EQ(text_of(forgetter.tree), text_of(keeper.tree)) << "seed " << seed;
    EXPECT_LE(forgetter.tree.move_count(), keeper.tree.move_count());
  }
}

}  // namespace
}  // namespace gs::tree
