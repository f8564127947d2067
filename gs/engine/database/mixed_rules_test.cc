// Writes of several rules to one field, at the same time: whatever order they come in, all replicas
// have the same.
#include <gtest/gtest.h>

#include "gs/engine/database/test_replicas.h"

namespace gs::engine::testing {
namespace {

// One of three adds an element, one edits what is no value, a list, a tree or a text, and one
// writes a value: the edits go aside, and the element stands beside the value.
class MixedRules : public ::testing::Test {
 protected:
  void SetUp() override {
    id = replicas[0].put("City", "kyiv", R"({"n":0})").value();
    replicas.copy();
    Batch batch(replicas.next(1).db);
    ASSERT_TRUE(batch.change(id, "tags", merge::Rule::included, "[4]").ok());
    ASSERT_TRUE(batch.commit().ok());
  }
  // The second one has the element, gets the edits, then the value; others in other orders.
  void expect_both() {
    ASSERT_TRUE(replicas.next(2).update(id, R"({"tags":["w"]})").ok());
    replicas.exchange();
    replicas.expect_all(id, R"({"n":0,"tags":["w",4]})");
  }

  Replicas replicas;
  Id id;
};

TEST_F(MixedRules, AnElementOutlivesTheListThatIsShown) {
  Batch batch(replicas.next(0).db);
  ListEdit edit{crdt::ListEdit::insert, 0, 1, 0, {}};
  edit.values.push_back({static_cast<std::uint8_t>(Type::string), 'x'});
  ASSERT_TRUE(batch.edit_list(id, "tags", edit).ok());
  ASSERT_TRUE(batch.commit().ok());
  expect_both();
}

TEST_F(MixedRules, AnElementOutlivesTheTreeThatIsShown) {
  Batch batch(replicas.next(0).db);
  merge::TreeEdit edit;
  edit.value = {static_cast<std::uint8_t>(Type::string), 'x'};
  ASSERT_TRUE(batch.edit_tree(id, "tags", edit).ok());
  ASSERT_TRUE(batch.commit().ok());
  expect_both();
}

TEST_F(MixedRules, AnElementOutlivesTheTextThatIsShown) {
  Batch batch(replicas.next(0).db);
  ASSERT_TRUE(batch.splice(id, "tags", {0, 0, "x"}).ok());
  ASSERT_TRUE(batch.commit().ok());
  expect_both();
}

// One takes an element out of an array that somebody edits as a list or as a tree at the same time:
// the edits stand on the array as it was written, whichever of both comes first.
class MixedRulesOfArrays : public ::testing::Test {
 protected:
  void SetUp() override {
    id = replicas[0].insert("City", R"({"tags":["w","v"]})").value();
    replicas.copy();
    Batch batch(replicas.next(1).db);
    ASSERT_TRUE(batch.change(id, "tags", merge::Rule::excluded, R"(["w"])").ok());
    ASSERT_TRUE(batch.commit().ok());
    EXPECT_EQ(replicas[1].text(id), R"({"tags":["v"]})");
  }
  // As they are read again, too; and a whole value has seen both.
  void expect_edits(const std::string& shown) {
    replicas.exchange();
    replicas.expect_all(id, R"({"tags":)" + shown + "}");
    for (const bool loses_state : {false, true}) {
      for (std::size_t i = 0; i < Replicas::kCount; ++i) replicas.reopen(i, loses_state);
      replicas.expect_all(id, R"({"tags":)" + shown + "}");
    }
    ASSERT_TRUE(replicas.next(0).update(id, R"({"tags":["n"]})").ok());
    replicas.exchange();
    replicas.expect_all(id, R"({"tags":["n"]})");
  }

  Replicas replicas;
  Id id;
};

TEST_F(MixedRulesOfArrays, AListStandsOnWhatWasWritten) {
  Batch batch(replicas.next(2).db);
  ListEdit edit{crdt::ListEdit::insert, 2, 1, 0, {}};
  edit.values.push_back({static_cast<std::uint8_t>(Type::string), 'x'});
  ASSERT_TRUE(batch.edit_list(id, "tags", edit).ok());
  ASSERT_TRUE(batch.commit().ok());
  expect_edits(R"(["w","v","x"])");
}

TEST_F(MixedRulesOfArrays, ATreeStandsOnWhatWasWritten) {
  Batch batch(replicas.next(2).db);
  merge::TreeEdit edit;
  edit.what = tree::Kind::remove;
  edit.node = "1";
  ASSERT_TRUE(batch.edit_tree(id, "tags", edit).ok());
  ASSERT_TRUE(batch.commit().ok());
  expect_edits(R"([{"id":"0","value":"w"}])");
}

// The one that is not shown is told as it would be.
TEST_F(MixedRulesOfArrays, AHiddenOneIsToldWithoutWhatWasTaken) {
  ASSERT_TRUE(replicas.next(0).update(id, R"({"tags":["z"]})").ok());
  Batch batch(replicas.next(2).db);
  ASSERT_TRUE(batch.update(id, R"({"tags":["y","x"]})").ok());
  ASSERT_TRUE(batch.commit().ok());
  Batch less(replicas.next(2).db);
  ASSERT_TRUE(less.change(id, "tags", merge::Rule::excluded, R"(["y"])").ok());
  ASSERT_TRUE(less.commit().ok());
  ASSERT_TRUE(replicas.next(0).update(id, R"({"tags":["z"]})").ok());
  replicas.exchange();
  replicas.expect_all(id, R"({"tags":["z"]})");
  for (std::size_t i = 0; i < Replicas::kCount; ++i) {
    const Conflict conflict = *replicas[i]->conflicts(id);
    ASSERT_EQ(conflict.hidden.size(), 1u) << i;
    EXPECT_EQ(conflict.hidden[0].json, R"(["x"])");
  }
}

// Whatever else was done to the field, in whatever order it comes, all show the same.
TEST(MixedRulesOfObjects, MembersStandBesideAllElse) {
  const char* const others[] = {"elements", "list", "text", "value", "null"};
  for (const char* const other : others) {
    SCOPED_TRACE(other);
    Replicas replicas;
    const Id id = replicas[0].put("City", "kyiv", R"({"n":0})").value();
    replicas.copy();
    Batch one(replicas.next(1).db);
    ASSERT_TRUE(one.give_members(id, "tags", R"({"a":1})").ok());
    ASSERT_TRUE(one.commit().ok());
    Batch two(replicas.next(0).db);
    const std::string_view what = other;
    ListEdit edit{crdt::ListEdit::insert, 0, 1, 0, {}};
    edit.values.push_back({static_cast<std::uint8_t>(Type::string), 'x'});
    if (what == "elements") {
      ASSERT_TRUE(two.change(id, "tags", merge::Rule::included, "[4]").ok());
    } else if (what == "list") {
      ASSERT_TRUE(two.edit_list(id, "tags", edit).ok());
    } else if (what == "text") {
      ASSERT_TRUE(two.splice(id, "tags", {0, 0, "x"}).ok());
    } else {
      ASSERT_TRUE(two.update(id, what == "null" ? R"({"tags":null})" : R"({"tags":7})").ok());
    }
    ASSERT_TRUE(two.commit().ok());
    replicas.exchange();
    const std::string shown = what == "elements" ? "[4]"
                              : what == "list"   ? R"(["x"])"
                              : what == "text"   ? R"("x")"
                              : what == "null"   ? R"({"a":1})"
                                                 : "7";
    replicas.expect_all(id, R"({"n":0,"tags":)" + shown + "}");
    // Who writes an object has seen all of it.
    ASSERT_TRUE(replicas.next(2).update(id, R"({"tags":{"b":2}})").ok());
    replicas.exchange();
    replicas.expect_all(id, R"({"n":0,"tags":{"b":2}})");
  }
}

}  // namespace
}  // namespace gs::engine::testing
