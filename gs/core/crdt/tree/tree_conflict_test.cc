// Goal: what becomes of each kind of conflict is what tree.h says.
// Method: two or three people and a few nodes; each test is one story, and ends with one tree on
// all copies.
#include <gtest/gtest.h>

#include <algorithm>

#include "gs/core/crdt/tree/test_tree_history.h"

namespace gs::tree {
namespace {

using testing::outline;
using testing::SentTree;
using testing::text_of;
using testing::TreePeer;

// People with one tree: a, b, c below the root.
class TreeConflict : public ::testing::Test {
 protected:
  TreeConflict() {
    for (std::uint32_t i = 0; i < 3; ++i) peers_.emplace_back(i);
    peers_[0].begin();
    a_ = peers_[0].create("a");
    b_ = peers_[0].create("b");
    c_ = peers_[0].create("c");
    give_to_all(peers_, {peers_[0].finish()});
  }

  // One edit of somebody, at the same time as those of others before share().
  template <typename Edit>
  void by(std::size_t peer, Edit edit) {
    peers_[peer].begin();
    edit(peers_[peer]);
    sent_.push_back(peers_[peer].finish());
  }

  // Everybody gets everything, some from behind; the outline that all have.
  std::string share() {
    for (std::size_t i = 0; i < peers_.size(); ++i) {
      std::vector<SentTree> order = sent_;
      if (i % 2 == 1) std::reverse(order.begin(), order.end());
      for (const SentTree& sent : order) EXPECT_FALSE(peers_[i].receive(sent));
      EXPECT_FALSE(peers_[i].failed);
      EXPECT_TRUE(peers_[i].tree.check());
      EXPECT_EQ(text_of(peers_[i].tree), text_of(peers_[0].tree));
    }
    sent_.clear();
    return outline(peers_[0].tree);
  }
  std::string removed() { return outline(peers_[0].tree, kTrash); }

  std::vector<TreePeer> peers_;
  std::vector<SentTree> sent_;
  NodeId a_;
  NodeId b_;
  NodeId c_;
};

TEST_F(TreeConflict, AIntoBAndBIntoAIsTheEarlierOne) {
  by(0, [&](TreePeer& peer) { peer.move(a_, {b_}); });
  by(1, [&](TreePeer& peer) { peer.move(b_, {a_}); });
  EXPECT_EQ(share(), "b(a) c");
}

TEST_F(TreeConflict, ThreeThatMakeACycleAreTheTwoEarlierOnes) {
  by(0, [&](TreePeer& peer) { peer.move(a_, {b_}); });
  by(1, [&](TreePeer& peer) { peer.move(b_, {c_}); });
  by(2, [&](TreePeer& peer) { peer.move(c_, {a_}); });
  EXPECT_EQ(share(), "c(b(a))");
}

// With b below a, the last one would make a cycle; with the first one, that one would.
TEST_F(TreeConflict, AnEarlierMoveThatComesLateDecidesWhichOfTheLaterOnesAreDone) {
  by(0, [&](TreePeer& peer) { peer.move(a_, {b_}); });
  const SentTree late = sent_.back();
  sent_.clear();
  peers_[1].begin(2);
  peers_[1].move(b_, {a_});
  sent_.push_back(peers_[1].finish());
  peers_[2].begin(3);
  peers_[2].move(a_, {b_});
  sent_.push_back(peers_[2].finish());
  Tree& tree = peers_[1].tree;
  ASSERT_FALSE(tree.apply(sent_.back().arrival()));
  EXPECT_EQ(outline(tree), "a(b) c");
  ASSERT_FALSE(tree.apply(late.arrival()));
  EXPECT_EQ(outline(tree), "b(a) c");
  sent_.push_back(late);
  EXPECT_EQ(share(), "b(a) c");
}

TEST_F(TreeConflict, OneNodeMovedToTwoPlacesIsAtTheLaterOne) {
  by(0, [&](TreePeer& peer) { peer.move(a_, {b_}); });
  by(1, [&](TreePeer& peer) { peer.move(a_, {c_}); });
  EXPECT_EQ(share(), "b c(a)");
  EXPECT_EQ(peers_[0].tree.node_count(), 3u);
}

TEST_F(TreeConflict, WhatWasMovedIntoARemovedNodeIsNotShownUntilItIsMovedOut) {
  by(0, [&](TreePeer& peer) { peer.remove(a_); });
  by(1, [&](TreePeer& peer) { peer.move(b_, {a_}); });
  EXPECT_EQ(share(), "c");
  EXPECT_EQ(removed(), "a(b)");
  EXPECT_FALSE(peers_[0].tree.contains(b_));
  by(2, [&](TreePeer& peer) { peer.move(b_, {c_}); });
  EXPECT_EQ(share(), "c(b)");
  EXPECT_TRUE(peers_[0].tree.contains(b_));
}

TEST_F(TreeConflict, WhatIsBelowARemovedNodeComesBackWithIt) {
  by(0, [&](TreePeer& peer) { peer.move(b_, {a_}); });
  share();
  by(0, [&](TreePeer& peer) { peer.remove(a_); });
  by(1, [&](TreePeer& peer) { peer.create("new", {b_}); });
  EXPECT_EQ(share(), "c");
  by(1, [&](TreePeer& peer) { peer.move(a_, {kRoot, c_}); });
  EXPECT_EQ(share(), "a(b(new)) c");
}

TEST_F(TreeConflict, OfAMoveAndARemovalTheLaterOneCounts) {
  by(0, [&](TreePeer& peer) { peer.remove(a_); });
  by(1, [&](TreePeer& peer) { peer.move(a_, {b_}); });
  EXPECT_EQ(share(), "b(a) c");
  by(0, [&](TreePeer& peer) { peer.move(a_, {c_}); });
  by(1, [&](TreePeer& peer) { peer.remove(a_); });
  EXPECT_EQ(share(), "b c");
}

TEST_F(TreeConflict, ANodeThatIsSetAndRemovedStaysRemovedAndHasTheValueWhenItComesBack) {
  by(0, [&](TreePeer& peer) { peer.remove(a_); });
  by(1, [&](TreePeer& peer) { peer.set(a_, "later"); });
  EXPECT_EQ(share(), "b c");
  by(2, [&](TreePeer& peer) { peer.move(a_, {kRoot}); });
  EXPECT_EQ(share(), "b c later");
}

TEST_F(TreeConflict, OfTwoValuesTheLaterOneCounts) {
  by(0, [&](TreePeer& peer) { peer.set(a_, "first"); });
  by(1, [&](TreePeer& peer) {
    peer.set(a_, "second");
    peer.set(b_, "x");
    peer.set(b_, "y");
  });
  EXPECT_EQ(share(), "second y c");
}

// Equal indexes are ordered by the names of the nodes, and there is room between them.
TEST_F(TreeConflict, NodesGoBetweenTwoThatWerePutAtOnePlaceAtOnce) {
  for (std::size_t i = 0; i < 3; ++i) {
    by(i, [&](TreePeer& peer) { peer.create(std::to_string(i), {kRoot, b_}); });
  }
  EXPECT_EQ(share(), "a 0 1 2 b c");
  const std::vector<NodeId> shown = peers_[0].tree.children(kRoot);
  EXPECT_EQ(peers_[0].tree.find(shown[1])->index, peers_[0].tree.find(shown[2])->index);
  by(0, [&](TreePeer& peer) { peer.create("x", {kRoot, shown[2]}); });
  by(1, [&](TreePeer& peer) { peer.create("y", {kRoot, shown[2]}); });
  by(2, [&](TreePeer& peer) { peer.move(a_, {kRoot, shown[3]}); });
  EXPECT_EQ(share(), "0 x y 1 a 2 b c");
}

TEST_F(TreeConflict, AMoveBelowItselfIsRefusedHereAndDoesNothingWhenOthersSendIt) {
  by(0, [&](TreePeer& peer) { peer.move(a_, {b_}); });
  EXPECT_EQ(share(), "b(a) c");
  peers_[0].begin();
  EXPECT_EQ(peers_[0].tree.move(peers_[0].made(), b_, {a_}).code(), Code::invalid);
  EXPECT_EQ(peers_[0].tree.move(peers_[0].made(), b_, {b_}).code(), Code::invalid);
  EXPECT_TRUE(peers_[0].made().edits.empty());
  for (const NodeId& parent : {a_, b_}) {
    Operation lie{.stamp = {100, testing::tree_writer(9)}};
    lie.edits.push_back({.kind = Kind::move, .node = b_, .parent = parent, .index = "\x80"});
    const std::vector<Writer> table = named_writers(lie);
    const Buffer payload = encode_operation(lie, table);
    for (TreePeer& peer : peers_) ASSERT_FALSE(peer.tree.apply({lie.stamp, payload, table}));
    lie.stamp.hlc += 1;
  }
  EXPECT_EQ(share(), "b(a) c");
}

}  // namespace
}  // namespace gs::tree
