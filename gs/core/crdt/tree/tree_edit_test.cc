// Goal: a tree does what its header says: edits, what is asked of it, what it refuses and then
// leaves as it was, and what it forgets.
#include <gtest/gtest.h>

#include "gs/core/crdt/tree/test_tree_history.h"

namespace gs::tree {
namespace {

using testing::outline;
using testing::SentTree;
using testing::text_of;
using testing::text_value;
using testing::tree_writer;
using testing::TreePeer;

TEST(Tree, EditsAreSeenAtOnceAndByOthersWhenTheyArrive) {
  TreePeer peer(0);
  peer.begin();
  const NodeId a = peer.create("a");
  const NodeId c = peer.create("c");
  const NodeId b = peer.create("b", {kRoot, c});
  const NodeId below = peer.create("below", {b});
  peer.set(a, "A");
  EXPECT_EQ(outline(peer.tree), "A b(below) c");
  peer.move(b, {kRoot, a});
  peer.remove(c);
  EXPECT_EQ(outline(peer.tree), "b(below) A");
  const SentTree sent = peer.finish();
  EXPECT_FALSE(peer.failed);

  Tree other;
  ASSERT_FALSE(other.apply(sent.arrival()));
  EXPECT_EQ(text_of(other), text_of(peer.tree));
  EXPECT_EQ(other.find(below)->parent, b);
  EXPECT_EQ(other.find(c)->parent, kTrash);
  EXPECT_EQ(other.children(kTrash), std::vector<NodeId>{c});
  EXPECT_EQ(other.children(c), std::vector<NodeId>{});
  EXPECT_TRUE(other.contains(below));
  EXPECT_FALSE(other.contains(c));
  EXPECT_FALSE(other.contains(kRoot));
  EXPECT_FALSE(other.contains({5, tree_writer(5), 0}));
  EXPECT_FALSE(other.find(kRoot));
  EXPECT_FALSE(other.find({5, tree_writer(5), 0}));
}

TEST(Tree, ANodeIsNamedByTheEditThatCreatedIt) {
  TreePeer peer(7);
  peer.begin(41);
  const NodeId first = peer.create("a");
  peer.set(first, "b");
  const NodeId second = peer.create("c");
  EXPECT_EQ(first, (NodeId{41, tree_writer(7), 0}));
  EXPECT_EQ(second, (NodeId{41, tree_writer(7), 2}));
}

TEST(Tree, StaysWhenItIsMovedInMemory) {
  TreePeer peer(0);
  peer.begin();
  const NodeId a = peer.create("a");
  peer.create("b", {a});
  Tree moved = std::move(peer.tree);
  EXPECT_TRUE(moved.check());
  EXPECT_EQ(outline(moved), "a(b)");
  EXPECT_TRUE(moved.contains(a));
}

TEST(Tree, RefusesEditsThatCannotBeAndStaysAsItWas) {
  TreePeer peer(0);
  peer.begin();
  const NodeId a = peer.create("a");
  const NodeId b = peer.create("b", {a});
  const std::string before = text_of(peer.tree);
  const NodeId none{3, tree_writer(3), 0};
  Tree& tree = peer.tree;
  Operation& made = peer.made();
  const Buffer value = text_value("x");
  EXPECT_EQ(tree.create(made, {none}, value).code(), Code::not_found);
  EXPECT_EQ(tree.create(made, {kTrash}, value).code(), Code::not_found);
  EXPECT_EQ(tree.create(made, {kRoot, b}, value).code(), Code::not_found);
  EXPECT_EQ(tree.create(made, {kRoot}, {}).code(), Code::invalid);
  EXPECT_EQ(tree.move(made, kRoot, {a}).code(), Code::not_found);
  EXPECT_EQ(tree.move(made, a, {kRoot, a}).code(), Code::not_found);
  EXPECT_EQ(tree.set(made, none, value).code(), Code::not_found);
  EXPECT_EQ(tree.set(made, a, Buffer{99}).code(), Code::invalid);
  EXPECT_EQ(tree.remove(made, kTrash).code(), Code::not_found);
  Operation never_begun;
  EXPECT_EQ(tree.remove(never_begun, a).code(), Code::invalid);
  EXPECT_EQ(made.edits.size(), 2u);
  EXPECT_EQ(text_of(tree), before);
  EXPECT_TRUE(tree.check());
}

TEST(Tree, AnOperationIsBegunAboveAllThatIsKnownAndEndsWhenAnotherComes) {
  TreePeer one(0);
  TreePeer two(1);
  two.begin(10);
  two.create("b");
  const SentTree sent = two.finish();
  one.begin();
  one.create("a");
  ASSERT_FALSE(one.receive(sent));
  EXPECT_EQ(one.tree.create(one.made(), {}, text_value("c")).code(), Code::invalid);
  EXPECT_EQ(one.tree.begin({10, tree_writer(0)}).code(), Code::invalid);
  EXPECT_EQ(one.tree.begin({}).code(), Code::invalid);
  EXPECT_TRUE(one.tree.begin({10, tree_writer(2)}).ok());
  EXPECT_EQ(outline(one.tree), "a b");
}

// Also when it is earlier: an edit behind it might name what came with it.
TEST(Tree, AnOperationEndsWhenAnEarlierOneComes) {
  TreePeer one(0);
  TreePeer two(1);
  two.begin();
  two.create("b");
  const SentTree sent = two.finish();
  one.begin(10);
  one.create("a");
  EXPECT_EQ(one.tree.apply({sent.made.stamp, {}, {}}).code(), Code::invalid);
  one.create("c");  // that was none
  EXPECT_FALSE(one.failed);
  ASSERT_FALSE(one.receive(sent));
  EXPECT_EQ(one.tree.create(one.made(), {}, text_value("d")).code(), Code::invalid);
  EXPECT_EQ(one.made().edits.size(), 2u);
}

// It cannot come about while changes are signed and chained; if it did, the tree would stay one.
TEST(Tree, TwoOperationsWithOneStampDoNotBreakIt) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    testing::TreeHistory one(random(), {.writers = 2, .steps = 30});
    testing::TreeHistory two(random(), {.writers = 2, .steps = 30});
    Tree tree;
    for (std::size_t i = 0; i < one.operations().size() + two.operations().size(); ++i) {
      const auto& from = random() % 2 == 0 ? one.operations() : two.operations();
      const Error error = tree.apply(from[random() % from.size()].sent.arrival());
      EXPECT_TRUE(error.ok() || error.code() == Code::not_found);
      ASSERT_TRUE(tree.check());
    }
  }
}

TEST(Tree, OperationsOfTooManyBytesAreRefused) {
  TreePeer peer(0);
  peer.begin();
  Buffer value = text_value(std::string(kOperationBytesMax, 'x'));
  EXPECT_EQ(peer.tree.create(peer.made(), {}, value).code(), Code::too_large);
  value.resize(kOperationBytesMax / 2);
  EXPECT_TRUE(peer.tree.create(peer.made(), {}, value).ok());
  EXPECT_EQ(peer.tree.create(peer.made(), {}, value).code(), Code::too_large);
  EXPECT_EQ(peer.tree.node_count(), 1u);
  EXPECT_TRUE(OperationView::parse(peer.finish().payload).ok());
}

TEST(Tree, AnOperationBeforeItsCausesWaits) {
  TreePeer one(0);
  TreePeer two(1);
  one.begin();
  const NodeId a = one.create("a");
  const SentTree cause = one.finish();
  ASSERT_FALSE(two.receive(cause));
  two.begin();
  two.create("new");  // named before it is known that the next one cannot be
  two.create("below", {a});
  const SentTree effect = two.finish();
  Tree tree;
  EXPECT_EQ(tree.apply(effect.arrival()).code(), Code::not_found);
  EXPECT_EQ(tree.node_count(), 0u);
  EXPECT_EQ(tree.move_count(), 0u);
  ASSERT_FALSE(tree.apply(cause.arrival()));
  ASSERT_FALSE(tree.apply(effect.arrival()));
  EXPECT_EQ(text_of(tree), text_of(two.tree));
}

TEST(Tree, RefusesNamesThatCannotBe) {
  TreePeer peer(0);
  peer.begin(5);
  const NodeId a = peer.create("a");
  peer.set(a, "b");
  const SentTree sent = peer.finish();
  Operation made{.stamp = {9, tree_writer(1)}};
  made.edits.push_back({.kind = Kind::remove, .node = a});
  const std::vector<Writer> table = named_writers(made);
  const Buffer payload = encode_operation(made, table);
  Tree tree;
  ASSERT_FALSE(tree.apply(sent.arrival()));
  const std::string before = text_of(tree);
  const std::vector<Writer> own{tree_writer(1)};
  EXPECT_EQ(tree.apply({{0, tree_writer(1)}, payload, table}).code(), Code::invalid);
  EXPECT_EQ(tree.apply({made.stamp, payload, {}}).code(), Code::invalid);
  EXPECT_EQ(tree.apply({made.stamp, payload, own}).code(), Code::invalid);
  EXPECT_EQ(tree.apply({{4, tree_writer(1)}, payload, table}).code(), Code::invalid);
  EXPECT_EQ(tree.apply({{8, tree_writer(1)}, payload, table}).code(), Code::not_found);
  made.edits[0].node.number = 1;  // an edit that created nothing
  EXPECT_EQ(tree.apply({made.stamp, encode_operation(made, table), table}).code(), Code::not_found);
  EXPECT_EQ(text_of(tree), before);
  EXPECT_FALSE(tree.apply({made.stamp, payload, table}));
}

// Edits of one stamp count on, and each operation may name what those before it created.
TEST(Tree, OperationsOfOneStampCountOn) {
  const Stamp stamp{7, tree_writer(1)};
  Tree tree;
  Operation one = tree.begin(stamp).value();
  const NodeId a = tree.create(one, {}, text_value("a")).value();
  const Buffer first = encode_operation(one, {});
  EXPECT_FALSE(tree.begin(stamp).ok());
  Operation two = tree.begin(stamp, 1).value();
  const NodeId b = tree.create(two, {a}, text_value("b")).value();
  const NodeId c = tree.create(two, {b}, text_value("c")).value();
  ASSERT_FALSE(tree.move(two, b, {}));
  const Buffer second = encode_operation(two, {});
  EXPECT_EQ(c, (NodeId{7, tree_writer(1), 2}));
  Tree other;
  ASSERT_FALSE(other.apply({stamp, first, {}}));
  ASSERT_FALSE(other.apply({stamp, second, {}, 1}));
  EXPECT_EQ(testing::outline(other), "a b(c)");
  EXPECT_EQ(text_of(other), text_of(tree));
  ASSERT_FALSE(other.apply({stamp, second, {}, 1}));  // is known
  EXPECT_EQ(other.node_count(), 3u);
  EXPECT_EQ(other.move_count(), 1u);
  // One that says to be the first has no earlier one, and none names what comes later.
  EXPECT_EQ(Tree().apply({stamp, second, {}}).code(), Code::invalid);
  EXPECT_EQ(other.apply({stamp, second, {}, 0}).code(), Code::invalid);
  two.edits = {{.kind = Kind::remove, .node = a}};
  const Buffer later = encode_operation(two, {});
  EXPECT_EQ(other.apply({stamp, later, {}, 4}).code(), Code::ok);
  EXPECT_EQ(testing::outline(other), "b(c)");
}

TEST(Tree, PlantedNodesAreThereBeforeAnyEdit) {
  Tree tree;
  const NodeId a = tree.plant(kRoot, text_value("a")).value();
  ASSERT_TRUE(tree.plant(a, text_value("b")).ok());
  ASSERT_TRUE(tree.plant(kRoot, text_value("c")).ok());
  EXPECT_EQ(testing::outline(tree), "a(b) c");
  EXPECT_EQ(a, (NodeId{1, {}, 0}));
  Operation made = tree.begin({2, tree_writer(1)}).value();
  ASSERT_FALSE(tree.move(made, {1, {}, 1}, {kRoot, a}));
  EXPECT_EQ(testing::outline(tree), "b a c");
}

TEST(Tree, ManyAtOnceEndAtTheFirstThatFails) {
  TreePeer peer(0);
  std::vector<SentTree> sent;
  for (int i = 0; i < 3; ++i) {
    peer.begin();
    peer.create(std::to_string(i));
    sent.push_back(peer.finish());
  }
  sent[1].payload[1] = 0;
  std::vector<Arrival> arrivals;
  for (const SentTree& one : sent) arrivals.push_back(one.arrival());
  Tree tree;
  std::size_t applied = 9;
  EXPECT_EQ(tree.apply_all(arrivals, applied).code(), Code::invalid);
  EXPECT_EQ(applied, 1u);
  EXPECT_EQ(outline(tree), "0");
}

TEST(Tree, WhatComesAfterItsTimeWasForgottenIsRefused) {
  TreePeer one(0);
  TreePeer two(1);
  one.begin();
  const NodeId a = one.create("a");
  const SentTree first = one.finish();
  ASSERT_FALSE(two.receive(first));
  one.begin();
  one.remove(a);
  const SentTree second = one.finish();
  two.begin(2);
  two.move(a, {});
  const SentTree third = two.finish();
  EXPECT_EQ(one.tree.move_count(), 1u);
  one.tree.truncate(second.made.stamp);
  EXPECT_EQ(one.tree.move_count(), 0u);
  EXPECT_EQ(one.receive(first).code(), Code::too_large);
  EXPECT_EQ(one.receive(second).code(), Code::too_large);
  ASSERT_FALSE(one.receive(third));
  EXPECT_EQ(outline(one.tree), "a");
  one.tree.truncate(first.made.stamp);  // it does not remember again
  EXPECT_EQ(one.receive(second).code(), Code::too_large);
  EXPECT_EQ(one.tree.move_count(), 1u);
}

}  // namespace
}  // namespace gs::tree
