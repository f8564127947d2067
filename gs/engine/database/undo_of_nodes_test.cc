// Goal: undo takes back of a tree only what its own writer did to it, node by node, beside what
// others did to the same tree: their nodes, removals, moves and values stay, nothing of theirs
// vanishes with what goes, and nothing that somebody removed comes back. Redo is the way back. All
// replicas have the same.
//
// Method: a small tree that two edit, knowing of each other or not; what is shown after each undo
// as values in brackets, and how much of it is told as kept.
#include <gtest/gtest.h>

#include "gs/core/merge/tree_nodes.h"
#include "gs/core/record/json.h"
#include "gs/engine/database/test_undo.h"

namespace gs::engine::testing {
namespace {

class UndoOfNodes : public ::testing::Test, protected UndoingReplicas {
 protected:
  // a(b c) d
  UndoOfNodes() {
    id_ = *next(0).insert(
        "Tree", R"({"t":[{"value":"a","children":[{"value":"b"},{"value":"c"}]},{"value":"d"}]})");
    copy();
  }

  static Buffer any_of_name(std::string_view name) {
    Buffer bytes;
    EXPECT_FALSE(record::encode_any(Value(std::string(name)), bytes));
    return bytes;
  }

  struct Shown {
    std::string id;
    std::string value;
    std::size_t parent;
  };
  std::vector<Shown> nodes(const Store& store) {
    const auto hold = store->get(id_);
    std::vector<Shown> all;
    if (!hold.ok()) return all;
    const auto field = hold.value()->view().find("t");
    if (!field) return all;
    for (const auto& node : merge::nodes_of_array(as_text(field->content))) {
      all.push_back(
          {std::string(node.id), std::string(as_text(node.value.subspan(1))), node.parent});
    }
    // Before its first edit its nodes have no names.
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].id.empty()) all[i].id = std::to_string(i);
    }
    return all;
  }
  // The id of the node with this value; that of none: none.
  std::string named(const Store& store, std::string_view value) {
    for (const Shown& node : nodes(store)) {
      if (node.value == value) return node.id;
    }
    return {};
  }
  std::string text_of(const std::vector<Shown>& all, std::size_t parent) {
    std::string text;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].parent != parent) continue;
      const std::string below = text_of(all, i);
      text += (text.empty() ? "" : " ") + all[i].value + (below.empty() ? "" : "(" + below + ")");
    }
    return text;
  }

  void edit(const Store& store, const merge::TreeEdit& edit) {
    Batch batch(store.db);
    ASSERT_FALSE(batch.edit_tree(id_, "t", edit));
    ASSERT_FALSE(batch.commit());
  }
  void create(const Store& store, std::string_view value, std::string_view parent = {},
              std::string_view before = {}) {
    edit(store,
         {tree::Kind::create, "", named(store, parent), named(store, before), any_of_name(value)});
  }
  void move(const Store& store, std::string_view value, std::string_view parent = {},
            std::string_view before = {}) {
    edit(store,
         {tree::Kind::move, named(store, value), named(store, parent), named(store, before), {}});
  }
  void set(const Store& store, std::string_view value, std::string_view other) {
    edit(store, {tree::Kind::set, named(store, value), "", "", any_of_name(other)});
  }
  void remove(const Store& store, std::string_view value) {
    edit(store, {tree::Kind::remove, named(store, value), "", "", {}});
  }

  void expect(std::string_view text) {
    exchange();
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(text_of(nodes((*this)[i]), merge::NodeInArray::kNone), text) << "replica " << i;
    }
  }

  Id id_;
};

TEST_F(UndoOfNodes, ACreatedOneGoesBesideThoseOfOthers) {
  create(a(), "x", "a", "c");
  expect("a(b x c) d");
  create(b(), "p", "a", "x");
  set(b(), "b", "B");
  remove(b(), "d");
  expect("a(B p x c)");
  EXPECT_EQ(undo(a()), 0u);
  expect("a(B p c)");
  EXPECT_EQ(redo(a()), 0u);
  expect("a(B p x c)");
  EXPECT_EQ(undo(a()), 0u);
  expect("a(B p c)");
}

TEST_F(UndoOfNodes, ARemovedOneComesBackWithAllBelow) {
  remove(a(), "a");
  expect("d");
  create(b(), "p", "", "d");
  expect("p d");
  EXPECT_EQ(undo(a()), 0u);
  expect("a(b c) p d");
  EXPECT_EQ(redo(a()), 0u);
  expect("p d");
  EXPECT_EQ(undo(a()), 0u);
  expect("a(b c) p d");
}

TEST_F(UndoOfNodes, AMovedOneGoesBackBesideThoseOfOthers) {
  move(a(), "b", "d");
  expect("a(c) d(b)");
  create(b(), "p", "a", "c");
  create(b(), "q", "d", "b");
  create(b(), "r", "b");
  expect("a(p c) d(q b(r))");
  EXPECT_EQ(undo(a()), 0u);
  expect("a(b(r) p c) d(q)");
  EXPECT_EQ(redo(a()), 0u);
  expect("a(p c) d(q b(r))");
}

TEST_F(UndoOfNodes, AValueGoesBackUnlessOthersSetItSince) {
  set(a(), "b", "x");
  set(a(), "c", "y");
  expect("a(x y) d");
  set(b(), "y", "z");
  create(b(), "p");
  expect("a(x z) d p");
  EXPECT_EQ(undo(a()), 1u);
  EXPECT_EQ(undo(a()), 0u);
  expect("a(b z) d p");
  EXPECT_EQ(undo(b()), 0u);
  EXPECT_EQ(undo(b()), 0u);
  expect("a(b c) d");
}

TEST_F(UndoOfNodes, OnlyWhatOthersUsedIsKept) {
  create(a(), "x");
  create(a(), "y", "x");
  create(a(), "z", "y");
  create(a(), "w", "x");
  expect("a(b c) d x(y(z) w)");
  create(b(), "p", "z");
  set(b(), "w", "W");
  expect("a(b c) d x(y(z(p)) W)");
  EXPECT_EQ(undo(a()), 1u);  // w has a value of b
  EXPECT_EQ(undo(a()), 1u);  // z has a node of b
  undo(a());
  undo(a());
  expect("a(b c) d x(y(z(p)) W)");
}

// What stays for a value of b, takes what is above it along.
TEST_F(UndoOfNodes, WhatIsAboveWhatIsKeptIsKept) {
  create(a(), "x");
  create(a(), "y", "x");
  expect("a(b c) d x(y)");
  set(b(), "y", "Y");
  expect("a(b c) d x(Y)");
  EXPECT_EQ(undo(a()), 1u);
  EXPECT_EQ(undo(a()), 1u);
  expect("a(b c) d x(Y)");
  Batch batch(a().db);
  ASSERT_FALSE(batch.edit_tree(id_, "t", {tree::Kind::create, "", "", "", any_of_name("u")}));
  ASSERT_FALSE(batch.edit_tree(id_, "t", {tree::Kind::create, "", "+0", "", any_of_name("v")}));
  ASSERT_FALSE(batch.commit());
  expect("a(b c) d x(Y) u(v)");
  set(b(), "v", "V");
  expect("a(b c) d x(Y) u(V)");
  EXPECT_EQ(undo(a()), 1u);
  expect("a(b c) d x(Y) u(V)");
}

TEST_F(UndoOfNodes, WhatOthersMovedInStaysWithWhatItIsIn) {
  create(a(), "x");
  expect("a(b c) d x");
  move(b(), "c", "x");
  expect("a(b) d x(c)");
  EXPECT_EQ(undo(a()), 1u);
  expect("a(b) d x(c)");
  EXPECT_EQ(undo(b()), 0u);
  expect("a(b c) d x");
}

TEST_F(UndoOfNodes, OnesOwnIsMovedOutOfWhatGoes) {
  Batch batch(a().db);
  ASSERT_FALSE(batch.edit_tree(id_, "t", {tree::Kind::create, "", "", "", any_of_name("x")}));
  ASSERT_FALSE(batch.edit_tree(id_, "t", {tree::Kind::move, "1", "+0", "", {}}));
  ASSERT_FALSE(batch.commit());
  expect("a(c) d x(b)");
  create(b(), "p", "a");
  expect("a(c p) d x(b)");
  EXPECT_EQ(undo(a()), 0u);
  expect("a(b c p) d");
  EXPECT_EQ(redo(a()), 0u);
  expect("a(c p) d x(b)");
}

TEST_F(UndoOfNodes, WhatOthersRemovedStaysAway) {
  create(a(), "x", "a");
  expect("a(b c x) d");
  remove(b(), "x");
  EXPECT_EQ(undo(a()), 0u);
  expect("a(b c) d");
  remove(a(), "b");
  remove(b(), "b");
  expect("a(c) d");
  EXPECT_EQ(undo(a()), 1u);
  EXPECT_EQ(undo(b()), 1u);
  expect("a(c) d");
}

TEST_F(UndoOfNodes, WhatCameBackAndWasRemovedByOthersStaysAway) {
  create(a(), "x");
  remove(a(), "b");
  EXPECT_EQ(undo(a()), 0u);
  expect("a(b c) d x");
  remove(b(), "b");
  expect("a(c) d x");
  EXPECT_EQ(undo(a()), 0u);
  expect("a(c) d");
}

// b put something into what a brought back.
TEST_F(UndoOfNodes, ARedoRemovesNothingOfOthers) {
  remove(a(), "a");
  EXPECT_EQ(undo(a()), 0u);
  expect("a(b c) d");
  create(b(), "p", "c");
  expect("a(b c(p)) d");
  EXPECT_EQ(redo(a()), 1u);
  expect("a(b c(p)) d");
}

// Its place is below what somebody else removed.
TEST_F(UndoOfNodes, NothingVanishesBelowWhatOthersRemoved) {
  move(a(), "b", "d");
  expect("a(c) d(b)");
  remove(b(), "a");
  expect("d(b)");
  EXPECT_EQ(undo(a()), 1u);
  expect("d(b)");
  EXPECT_EQ(undo(b()), 0u);
  expect("a(c) d(b)");
}

TEST_F(UndoOfNodes, OfTwoAtOnceTheOtherOneIsLeft) {
  move(a(), "b", "d");
  set(a(), "c", "x");
  move(b(), "b");
  set(b(), "c", "y");
  expect("a(y) d b");
  EXPECT_EQ(undo(b()), 0u);
  EXPECT_EQ(undo(b()), 0u);
  expect("a(x) d(b)");
  EXPECT_EQ(undo(a()), 0u);
  EXPECT_EQ(undo(a()), 0u);
  expect("a(b c) d");
}

TEST_F(UndoOfNodes, WhatOthersMovedSinceStays) {
  move(a(), "b", "d");
  expect("a(c) d(b)");
  move(b(), "b");
  expect("a(c) d b");
  EXPECT_EQ(undo(a()), 1u);
  expect("a(c) d b");
  EXPECT_EQ(undo(b()), 0u);
  expect("a(b c) d");  // whose writer has taken back the other place
}

TEST_F(UndoOfNodes, NoCycleComesOfIt) {
  Batch batch(a().db);
  ASSERT_FALSE(batch.edit_tree(id_, "t", {tree::Kind::move, "0", "3", "", {}}));
  ASSERT_FALSE(batch.edit_tree(id_, "t", {tree::Kind::set, "2", "", "", any_of_name("C")}));
  ASSERT_FALSE(batch.commit());
  expect("d(a(b C))");
  EXPECT_EQ(undo(a()), 0u);
  expect("a(b c) d");
  move(b(), "d", "b");
  expect("a(b(d) c)");
  EXPECT_EQ(redo(a()), 1u);
  expect("a(b(d) C)");
}

TEST_F(UndoOfNodes, StepByStepBackAndForth) {
  create(a(), "x", "a", "b");
  move(a(), "c", "", "a");
  set(a(), "x", "y");
  remove(a(), "a");
  create(a(), "z", "c");
  expect("c(z) d");
  create(b(), "p", "", "d");
  const std::vector<std::string> ways = {"a(b c) p d",   "a(x b c) p d", "c a(x b) p d",
                                         "c a(y b) p d", "c p d",        "c(z) p d"};
  expect(ways.back());
  walk(ways, [&](const std::string& shown) { expect(shown); });
}

TEST_F(UndoOfNodes, InAFieldThatWasNotThere) {
  id_ = *a().insert("Tree", R"({"n":1})");
  exchange();
  create(a(), "x");
  create(a(), "y", "x");
  expect("x(y)");
  create(b(), "p");
  expect("x(y) p");
  EXPECT_EQ(undo(a()), 0u);
  EXPECT_EQ(undo(a()), 0u);
  expect("p");
}

}  // namespace
}  // namespace gs::engine::testing
