// Goal: what an edit costs grows with the depth, and with the moves that are later; no tree is too
// deep.
// Method: work is counted by the code itself, not timed.
#include <gtest/gtest.h>

#include <algorithm>

#include "gs/core/crdt/tree/test_tree_history.h"

namespace gs::tree {
namespace {

using testing::SentTree;
using testing::text_of;
using testing::TreePeer;

constexpr std::size_t kLater = 10'000;
constexpr std::size_t kDepth = 20;
constexpr std::size_t kDeep = 20'000;
// A move undone and done is two, and looks at its parents up to the root.
constexpr std::uint64_t kWorkOfOne = 2 + kDepth + 2;

// Two chains of nodes; one leaf hangs now below the end of the one, now below that of the other.
struct Forest {
  Forest() : maker(0), late(1) {
    maker.begin();
    NodeId parents[2] = {kRoot, kRoot};
    for (std::size_t depth = 0; depth < kDepth; ++depth) {
      for (NodeId& parent : parents) parent = maker.create("n", {parent});
    }
    ends[0] = parents[0];
    ends[1] = parents[1];
    leaf = maker.create("leaf");
    sent.push_back(maker.finish());
    EXPECT_FALSE(late.receive(sent[0]));
    for (std::size_t i = 0; i < kLater; ++i) {
      maker.begin(10);
      maker.move(leaf, {ends[i % 2]});
      sent.push_back(maker.finish());
    }
  }

  // An operation that all of those moves are later than.
  SentTree early_move() {
    late.begin(1);
    late.move(leaf, {ends[1]});
    return late.finish();
  }

  TreePeer maker;
  TreePeer late;
  NodeId ends[2];
  NodeId leaf;
  std::vector<SentTree> sent;
};

TEST(TreeWork, AnOperationOlderThanTenThousandMovesIsDoneInOnePass) {
  Forest forest;
  const SentTree early = forest.early_move();
  Tree& tree = forest.maker.tree;
  const std::string before = text_of(tree);
  std::uint64_t work = tree.work();
  ASSERT_FALSE(tree.apply(early.arrival()));
  EXPECT_GE(tree.work() - work, kLater);
  EXPECT_LE(tree.work() - work, (kLater + 1) * kWorkOfOne);
  EXPECT_EQ(text_of(tree), before);  // each later move of the leaf counts more
  EXPECT_TRUE(tree.check());

  // Once more, it costs nothing.
  work = tree.work();
  ASSERT_FALSE(tree.apply(early.arrival()));
  EXPECT_EQ(tree.work(), work);
}

TEST(TreeWork, ALocalEditDoesNotLookAtMovesBeforeIt) {
  Forest forest;
  const std::uint64_t work = forest.maker.tree.work();
  forest.maker.begin();
  forest.maker.move(forest.leaf, {forest.ends[0]});
  forest.maker.create("new", {forest.ends[1]});
  forest.maker.remove(forest.leaf);
  EXPECT_FALSE(forest.maker.failed);
  EXPECT_LE(forest.maker.tree.work() - work, 4 * kWorkOfOne);
}

TEST(TreeWork, CreatingAndSettingUndoesNothing) {
  Forest forest;
  forest.late.begin();
  const NodeId made = forest.late.create("new", {forest.ends[0]});
  forest.late.set(made, "set");
  forest.late.set(forest.leaf, "set too");
  const SentTree sent = forest.late.finish();
  const std::uint64_t work = forest.maker.tree.work();
  ASSERT_FALSE(forest.maker.receive(sent));
  EXPECT_EQ(forest.maker.tree.work(), work);
  EXPECT_EQ(forest.maker.tree.find(made)->parent, forest.ends[0]);
}

// Somebody was away and moved as much as all others; all of it comes at once.
TEST(TreeWork, ManyLateOperationsAtOnceAreOnePass) {
  Forest forest;
  std::vector<SentTree> away;
  for (std::size_t i = 0; i < 1000; ++i) {
    forest.late.begin(7);
    forest.late.move(forest.leaf, {forest.ends[i % 2]});
    away.push_back(forest.late.finish());
  }
  std::vector<Arrival> arrivals;
  for (const SentTree& one : away) arrivals.push_back(one.arrival());
  const std::uint64_t work = forest.maker.tree.work();
  std::size_t applied = 0;
  ASSERT_FALSE(forest.maker.tree.apply_all(arrivals, applied));
  EXPECT_LE(forest.maker.tree.work() - work, (kLater + 1000) * kWorkOfOne);
  EXPECT_EQ(forest.maker.tree.move_count(), kLater + 1000);
  EXPECT_TRUE(forest.maker.tree.check());
}

TEST(TreeWork, MovesAreKeptUntilTheyAreForgottenAndNothingElseIs) {
  Forest forest;
  EXPECT_EQ(forest.maker.tree.move_count(), kLater);
  forest.maker.tree.truncate(forest.sent[kLater / 2].made.stamp);
  EXPECT_EQ(forest.maker.tree.move_count(), kLater / 2);
  EXPECT_EQ(forest.maker.receive(forest.early_move()).code(), Code::too_large);
}

TEST(TreeWork, TwentyThousandDeep) {
  TreePeer peer(0);
  std::vector<SentTree> sent;
  peer.begin();
  std::vector<NodeId> nodes{peer.create("top")};
  for (std::size_t depth = 1; depth < kDeep; ++depth) {
    nodes.push_back(peer.create("n", {nodes.back()}));
  }
  sent.push_back(peer.finish());
  peer.begin();
  const NodeId other = peer.create("other");
  peer.move(nodes[kDeep / 2], {other});
  peer.remove(nodes[0]);
  sent.push_back(peer.finish());
  ASSERT_FALSE(peer.failed);

  Tree tree;
  for (const SentTree& one : sent) ASSERT_FALSE(tree.apply(one.arrival()));
  EXPECT_TRUE(tree.check());
  EXPECT_TRUE(tree.contains(nodes.back()));
  EXPECT_FALSE(tree.contains(nodes[kDeep / 2 - 1]));
  std::size_t deepest = 0;
  tree.walk(kRoot, [&](const NodeView&, std::size_t depth) { deepest = std::max(deepest, depth); });
  EXPECT_EQ(deepest, kDeep / 2);
  EXPECT_EQ(text_of(tree), text_of(peer.tree));
}

}  // namespace
}  // namespace gs::tree
