// Goal: whatever people do to copies of a tree, and in whatever order it arrives, all who have the
// same operations have the same tree, the one that the paper defines; never a cycle, never a node
// twice or nowhere.
// Method: random histories with conflicts, judged after each step by a tree that does all
// operations in their order from nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

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
  return more == nullptr ? usual : std::strtoull(more, nullptr, 10);
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
    for (const std::size_t number : history.shuffled(seed * 3 + order)) {
      const Error error = tree.apply(arrived.next(number).arrival());
      if (error) return error.text();
      if (!tree.check()) return "a node is not once below root or trash";
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

TEST(TreeLaw, AllOrdersGiveTheTreeOfThePaper) { expect_one_tree({}, 60); }

TEST(TreeLaw, WithFewNodesAndManyMoves) {
  expect_one_tree({.steps = 80, .nodes_max = 4, .merge_percent = 25}, 60);
}

TEST(TreeLaw, WithManyWritersWhoRarelyMeet) {
  expect_one_tree({.writers = 9, .steps = 80, .merge_percent = 15}, 40);
}

TEST(TreeLaw, WithManyNodesAtFewPlaces) {
  expect_one_tree({.writers = 6, .nodes_max = 40, .merge_percent = 50}, 40);
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
