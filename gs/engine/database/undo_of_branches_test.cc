// Goal: undo and redo are about all that their own writer wrote of what the state has, on whichever
// branch: once a branch was merged, what was written there is taken back in its turn, the newest
// transaction first; what was undone there stays undone here. Of others nothing is taken back, and
// nothing of a branch that was not merged. A merge itself is not reverted: it is said what to
// revert instead.
//
// Method: branches of one writer, and of two, with merges both ways and fast forward, restarts, and
// numbers that would count twice.
#include <gtest/gtest.h>

#include "gs/engine/database/test_undo.h"

namespace gs::engine::testing {
namespace {

class UndoOfBranches : public ::testing::Test, protected UndoingReplicas {
 protected:
  void SetUp() override {
    id_ = *next(0).insert("City", R"({"a":0,"b":0,"n":0})");
    copy();
    ASSERT_FALSE(
        b()->name_version(NamedVersion::Kind::branch, "draft", std::nullopt, Naming::create));
    exchange();
  }
  void check_out(const Store& store, const char* branch) { ASSERT_FALSE(store->checkout(branch)); }
  // Of a and b, which may be on two branches.
  void swap() {
    const std::vector<Buffer> of_a = made_by(0);
    EXPECT_EQ(give((*this)[0], made_by(1)).refused, 0u);
    EXPECT_EQ(give((*this)[1], of_a).refused, 0u);
  }
  void merge(const Store& store, const char* branch) { ASSERT_TRUE(store->merge(branch, {}).ok()); }
  void update(const Store& store, const char* json) { ASSERT_FALSE(store.update(id_, json)); }
  void add(const Store& store, double number) {
    Batch batch(store.db);
    ASSERT_FALSE(batch.add(id_, "n", number));
    ASSERT_FALSE(batch.commit());
  }
  void expect(const Store& store, int of_a, int of_b, int n) {
    EXPECT_EQ(store.text(id_), "{\"a\":" + std::to_string(of_a) + ",\"b\":" + std::to_string(of_b) +
                                   ",\"n\":" + std::to_string(n) + "}");
  }

  Id id_;
};

TEST_F(UndoOfBranches, WhatWasWrittenOnAMergedOneIsUndoneInItsTurn) {
  update(b(), R"({"a":1})");
  check_out(b(), "draft");
  update(b(), R"({"b":1})");
  add(b(), 5);
  update(b(), R"({"b":2})");
  check_out(b(), "main");
  update(b(), R"({"a":2})");
  merge(b(), "draft");
  expect(b(), 2, 2, 5);
  const auto there_and_back = [&] {
    EXPECT_EQ(undo(b()), 0u);
    expect(b(), 1, 2, 5);
    EXPECT_EQ(undo(b()), 0u);
    expect(b(), 1, 1, 5);
    EXPECT_EQ(undo(b()), 0u);
    expect(b(), 1, 1, 0);
    EXPECT_EQ(undo(b()), 0u);
    expect(b(), 1, 0, 0);
    reopen(1, true);
    undo(b());
    expect(b(), 0, 0, 0);
    EXPECT_EQ(b()->undo().code(), Code::not_found);  // the rest is of a
    redo(b());
    redo(b());
    expect(b(), 1, 1, 0);
    redo(b());
    expect(b(), 1, 1, 5);
    redo(b());
    redo(b());
    expect(b(), 2, 2, 5);
    EXPECT_EQ(b()->redo().code(), Code::not_found);
  };
  there_and_back();
  there_and_back();
}

// What is shown is the later one; behind it is the other one, and not what both knew.
TEST_F(UndoOfBranches, AValueThatWasGivenOnBothGoesBackStepByStep) {
  check_out(b(), "draft");
  update(b(), R"({"b":1})");
  check_out(b(), "main");
  update(b(), R"({"b":2})");
  check_out(b(), "draft");
  update(b(), R"({"b":3})");
  check_out(b(), "main");
  merge(b(), "draft");
  for (int round = 0; round < 2; ++round) {
    for (const int value : {2, 1, 0}) {
      expect(b(), 0, value + 1, 0);
      EXPECT_EQ(undo(b()), 0u);
      expect(b(), 0, value, 0);
    }
    for (const int value : {1, 2, 3}) {
      EXPECT_EQ(redo(b()), 0u);
      expect(b(), 0, value, 0);
    }
  }
}

TEST_F(UndoOfBranches, WhatWasNotMergedIsLeft) {
  check_out(b(), "draft");
  update(b(), R"({"b":1})");
  check_out(b(), "main");
  EXPECT_EQ(b()->undo().code(), Code::not_found);
  update(b(), R"({"a":1})");
  undo(b());
  EXPECT_EQ(b()->undo().code(), Code::not_found);
  check_out(b(), "draft");
  expect(b(), 0, 1, 0);
}

TEST_F(UndoOfBranches, WhatWasUndoneThereIsUndoneHere) {
  add(b(), 1);
  check_out(b(), "draft");
  EXPECT_EQ(b()->undo().code(), Code::not_found);  // it was begun before that
  add(b(), 5);
  add(b(), 7);
  undo(b());
  check_out(b(), "main");
  add(b(), 100);
  merge(b(), "draft");
  expect(b(), 0, 0, 106);
  undo(b());
  expect(b(), 0, 0, 6);
  undo(b());
  expect(b(), 0, 0, 1);
  undo(b());
  expect(b(), 0, 0, 0);
  for (const int n : {1, 6, 106}) {
    redo(b());
    expect(b(), 0, 0, n);
  }
  EXPECT_EQ(b()->redo().code(), Code::not_found);  // 100 was added behind the undo there
}

// What a branch stands on is undone on it as well, and stays on the other one until both meet.
TEST_F(UndoOfBranches, OnABranchThatWasBegunBehindIt) {
  add(b(), 5);
  ASSERT_FALSE(b()->name_version(NamedVersion::Kind::branch, "more", std::nullopt, Naming::create));
  check_out(b(), "more");
  undo(b());
  expect(b(), 0, 0, 0);
  check_out(b(), "main");
  expect(b(), 0, 0, 5);
  merge(b(), "more");  // fast forward
  expect(b(), 0, 0, 0);
  EXPECT_EQ(b()->undo().code(), Code::not_found);
  redo(b());
  expect(b(), 0, 0, 5);
}

TEST_F(UndoOfBranches, TheWorkOfOthersStays) {
  check_out(b(), "draft");
  update(b(), R"({"b":1})");
  swap();
  check_out(a(), "draft");
  update(a(), R"({"a":7})");
  add(a(), 7);
  swap();
  add(b(), 1);
  check_out(b(), "main");
  merge(b(), "draft");
  expect(b(), 7, 1, 8);
  undo(b());
  expect(b(), 7, 1, 7);
  undo(b());
  expect(b(), 7, 0, 7);
  EXPECT_EQ(b()->undo().code(), Code::not_found);
  swap();
  check_out(a(), "main");
  expect(a(), 7, 0, 7);
  undo(a());  // its own, after that of b, whom it has merged from
  expect(a(), 7, 0, 0);
}

TEST_F(UndoOfBranches, ARevertOfAMergeSaysWhatToRevert) {
  check_out(b(), "draft");
  std::vector<Digest> changes;
  for (int i = 0; i < 10; ++i) {
    add(b(), 1);
    changes.push_back(b().head());
  }
  check_out(b(), "main");
  update(b(), R"({"a":1})");
  merge(b(), "draft");
  const Digest merged = b().head();
  const auto reverted = b()->revert(merged);
  EXPECT_EQ(reverted.code(), Code::invalid);
  const std::string text(reverted.error().message());
  EXPECT_NE(text.find("newest one first: " + changes[9].text().substr(0, 12) + ", " +
                      changes[8].text().substr(0, 12)),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("and 2 more"), std::string::npos) << text;
  EXPECT_EQ(text.find(merged.text().substr(13)), std::string::npos);
  for (const Digest& change : changes) ASSERT_TRUE(b()->revert(change).ok());
  expect(b(), 1, 0, 0);
  // Forward, it has no other side.
  check_out(b(), "draft");
  merge(b(), "main");
  const auto forward = b()->revert(b().head());
  EXPECT_EQ(forward.code(), Code::invalid);
  EXPECT_NE(forward.error().message().find("gstore log"), std::string_view::npos);
}

}  // namespace
}  // namespace gs::engine::testing
