// Goal: what a revert took back is not taken back once more, whoever asks for it, as long as that
// revert stands; once somebody took the revert back, it is there to be taken back again. What the
// revert had to leave, as others had written over it, is taken back when theirs is gone.
//
// Method: one write of each kind that would count twice, a number, a set, a list, a text with a
// mark, a member of an object, a tree, with work of others beside it; reverts, undos and redos of
// several writers, who know of each other or not.
#include <gtest/gtest.h>

#include "gs/core/record/json.h"
#include "gs/engine/database/test_undo.h"

namespace gs::engine::testing {
namespace {

class RevertTwice : public ::testing::Test, protected UndoingReplicas {
 protected:
  const Store& c() { return next(2); }
  void begin(const char* json) {
    id_ = *a().insert("City", json);
    copy();
  }
  Digest add(const Store& store, double number) {
    Batch batch(store.db);
    EXPECT_FALSE(batch.add(id_, "n", number));
    EXPECT_FALSE(batch.commit());
    return store.head();
  }
  // In how many records something is done.
  static std::size_t done(const Result<Reverted>& reverted) {
    EXPECT_TRUE(reverted.ok()) << reverted.error().text();
    return reverted.ok() ? reverted->records.size() : 0;
  }
  static std::size_t revert(const Store& store, const Digest& change) {
    return done(store->revert(change));
  }
  void expect_n(int number) {
    exchange();
    expect_all(id_, "{\"n\":" + std::to_string(number) + "}");
  }

  Id id_;
};

TEST_F(RevertTwice, ANumberIsAddedToOnce) {
  begin(R"({"n":10})");
  const Digest change = add(a(), 5);
  exchange();
  add(c(), 100);
  exchange();
  EXPECT_EQ(revert(b(), change), 1u);
  expect_n(110);
  for (std::size_t i = 0; i < kCount; ++i) EXPECT_EQ(revert(next(i), change), 0u);
  expect_n(110);
  // Who takes the revert back makes it count again.
  EXPECT_EQ(done(b()->undo()), 1u);
  expect_n(115);
  EXPECT_EQ(revert(c(), change), 1u);
  expect_n(110);
  EXPECT_EQ(revert(a(), change), 0u);
  reopen(0, true);
  EXPECT_EQ(revert(a(), change), 0u);
  expect_n(110);
}

TEST_F(RevertTwice, ARevertThatWasRevertedStandsNoMore) {
  begin(R"({"n":0})");
  const Digest change = add(a(), 5);
  exchange();
  EXPECT_EQ(revert(b(), change), 1u);
  const Digest first = b().head();
  exchange();
  EXPECT_EQ(revert(c(), first), 1u);
  expect_n(5);
  EXPECT_EQ(revert(c(), first), 0u);
  EXPECT_EQ(revert(a(), change), 1u);
  expect_n(0);
  EXPECT_EQ(revert(b(), change), 0u);
}

TEST_F(RevertTwice, ARevertThatWasDoneAgainStands) {
  begin(R"({"n":0})");
  const Digest change = add(a(), 5);
  exchange();
  revert(b(), change);
  undo(b());
  EXPECT_EQ(done(b()->redo()), 1u);
  expect_n(0);
  EXPECT_EQ(revert(c(), change), 0u);
  expect_n(0);
}

TEST_F(RevertTwice, AnUndoFindsNothingLeftOfIt) {
  begin(R"({"n":0})");
  const Digest change = add(a(), 5);
  exchange();
  revert(b(), change);
  exchange();
  EXPECT_EQ(done(a()->undo()), 0u);
  expect_n(0);
  EXPECT_EQ(done(a()->redo()), 0u);
  expect_n(0);
  EXPECT_EQ(done(a()->undo()), 0u);
  exchange();
  // Its own writer took it back, so it does not come again by the undo of another one ...
  EXPECT_EQ(done(b()->undo()), 0u);
  expect_n(0);
  // ... but by its own redo.
  EXPECT_EQ(done(a()->redo()), 1u);
  expect_n(5);
}

// Of a change with several transactions, some of which were undone before.
TEST_F(RevertTwice, OnlyWhatWasNotUndoneIsReverted) {
  begin(R"({"n":0})");
  const Store& store = a();
  for (const int number : {1, 2}) {
    Batch batch(store.db);
    ASSERT_FALSE(batch.add(id_, "n", number));
    ASSERT_FALSE(batch.commit(Durability::lazy));
  }
  ASSERT_EQ(store->log(1)->front().transactions, 2u);
  const Digest change = store.head();
  EXPECT_EQ(done(a()->undo()), 1u);
  expect_n(1);
  EXPECT_EQ(revert(b(), change), 1u);
  expect_n(0);
  EXPECT_EQ(revert(c(), change), 0u);
  EXPECT_EQ(done(a()->redo()), 1u);
  expect_n(2);
  EXPECT_EQ(done(a()->undo()), 1u);
  expect_n(0);
}

// Each subtracts, as what two add at the same time is added. One of them is taken back.
TEST_F(RevertTwice, TwoAtTheSameTimeAddUp) {
  begin(R"({"n":10})");
  const Digest change = add(a(), 5);
  exchange();
  EXPECT_EQ(revert(b(), change), 1u);
  EXPECT_EQ(revert(c(), change), 1u);
  expect_n(5);
  EXPECT_EQ(revert(a(), change), 0u);
  expect_n(5);
  EXPECT_EQ(done(c()->undo()), 1u);
  expect_n(10);
  EXPECT_EQ(revert(a(), change), 0u);
}

TEST_F(RevertTwice, WhatOthersHadWrittenOverIsTakenBackWhenTheirsIsGone) {
  begin(R"({"n":0})");
  const Digest change = add(a(), 5);
  exchange();
  ASSERT_FALSE(b().update(id_, R"({"n":7})"));
  exchange();
  EXPECT_EQ(revert(c(), change), 0u);
  undo(b());
  expect_n(5);
  EXPECT_EQ(revert(c(), change), 1u);
  expect_n(0);
  // The same, and then the sum is written over by a value that has it.
  ASSERT_FALSE(b().update(id_, R"({"n":7})"));
  exchange();
  undo(b());
  expect_n(0);
  EXPECT_EQ(revert(c(), change), 0u);
  expect_n(0);
}

// --- what is deleted or inserted ---

Buffer any_of_text(const char* text) {
  Buffer bytes;
  EXPECT_FALSE(record::encode_any(Value(std::string(text)), bytes));
  return bytes;
}

class RevertTwiceOfKinds : public RevertTwice {
 protected:
  void SetUp() override {
    begin(R"({"list":["0","1","2"],"o":{"x":1},"set":{"$set":["0","1"]},"text":"0123",)"
          R"("tree":[{"value":"0"},{"value":"1"},{"value":"2"}]})");
    in_one(a(), [&](Batch& batch) {  // before it nodes have no names
      return batch.edit_tree(id_, "tree", {tree::Kind::set, "0", "", "", any_of_text("0")});
    });
    exchange();
    first_ = all();
  }
  template <typename Do>
  void in_one(const Store& store, const Do& act) {
    Batch batch(store.db);
    ASSERT_FALSE(act(batch));
    ASSERT_FALSE(batch.commit());
  }
  // A change of a that deletes "1" of each kind and inserts "a" behind the end.
  Digest change_all() {
    const std::string node = node_of("1");
    in_one(a(), [&](Batch& batch) -> Error {
      GS_TRY_OK(batch.edit_list(id_, "list", {crdt::ListEdit::erase, 1, 1, 0, {}}));
      GS_TRY_OK(
          batch.edit_list(id_, "list", {crdt::ListEdit::insert, 2, 0, 0, {any_of_text("a")}}));
      GS_TRY_OK(batch.give_members(id_, "o", R"([{"a":1},{"x":true}])"));
      GS_TRY_OK(batch.change(id_, "set", merge::Rule::excluded, R"({"$set":["1"]})"));
      GS_TRY_OK(batch.change(id_, "set", merge::Rule::included, R"({"$set":["a"]})"));
      GS_TRY_OK(batch.splice(id_, "text", {1, 1, ""}));
      GS_TRY_OK(batch.splice(id_, "text", {3, 0, "a"}));
      GS_TRY_OK(batch.mark(id_, "text", {0, 2, false, true, "m", any_of_text("a")}));
      GS_TRY_OK(batch.edit_tree(id_, "tree", {tree::Kind::remove, node, "", "", {}}));
      return batch.edit_tree(id_, "tree", {tree::Kind::create, "", "", "", any_of_text("a")});
    });
    const Digest change = (*this)[0].head();
    exchange();
    return change;
  }
  std::string node_of(const char* value) {
    const std::string text = (*this)[0].text(id_);
    const std::size_t end = text.find("\",\"value\":\"" + std::string(value));
    const std::size_t begin = text.rfind('"', end - 1) + 1;
    return text.substr(begin, end - begin);
  }
  // With the marks.
  std::string all() {
    const std::string text = (*this)[0].text(id_);
    expect_all(id_, text);
    const auto marks = (*this)[0]->text_marks(id_, "text", std::nullopt);
    return text + " " + std::to_string(marks->size());
  }

  std::string first_;
};

TEST_F(RevertTwiceOfKinds, NothingComesBackTwice) {
  const Digest change = change_all();
  const std::string with = all();
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(revert(b(), change), 1u);
    exchange();
    EXPECT_EQ(all(), first_);
    for (const std::size_t one : {0, 2, 1}) {
      EXPECT_EQ(revert(next(one), change), 0u);
      exchange();
      EXPECT_EQ(all(), first_);
    }
    EXPECT_EQ(done(b()->undo()), 1u);
    exchange();
    EXPECT_EQ(all(), with);
  }
}

TEST_F(RevertTwiceOfKinds, NorByAnUndo) {
  const Digest change = change_all();
  EXPECT_EQ(revert(b(), change), 1u);
  exchange();
  EXPECT_EQ(done(a()->undo()), 0u);
  EXPECT_EQ(done(a()->redo()), 0u);
  exchange();
  EXPECT_EQ(all(), first_);
}

// What others deleted of what came back stays deleted.
TEST_F(RevertTwiceOfKinds, WhatOthersDeletedOfItStaysDeleted) {
  const Digest change = change_all();
  revert(b(), change);
  exchange();
  in_one(c(), [&](Batch& batch) -> Error {
    GS_TRY_OK(batch.edit_list(id_, "list", {crdt::ListEdit::erase, 1, 1, 0, {}}));
    return batch.splice(id_, "text", {1, 1, ""});
  });
  exchange();
  const std::string without = all();
  EXPECT_EQ(revert(a(), change), 0u);
  exchange();
  EXPECT_EQ(all(), without);
}

}  // namespace
}  // namespace gs::engine::testing
