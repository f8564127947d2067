// Goal: what several writers do to a list counts, wherever in it they did it, and whatever else
// happens to the record; through the public interface.
// Method: replicas of one storage edit, write whole arrays and exchange by bundles; schemas,
// transactions, restarts, versions, undo.
#include <gtest/gtest.h>

#include "gs/api/test_two_replicas.h"

namespace gs {
namespace {

class ListsOfRecords : public testing::TwoReplicas {
 protected:
  ListsOfRecords() : TwoReplicas("Plan", R"({"title":"One","steps":["a","b","c"]})", "steps") {}

  void use_list_schema() {
    use_schema(
        "({ Entity: {}, title: '?string', steps: { array: 'string', required: false, "
        "merge: 'list', length: { max: 6 } }, n: '?number' })");
  }
  std::string steps(const Storage& storage) const { return field(storage, "steps"); }
  std::string steps() const { return steps(*a_); }
};

TEST_F(ListsOfRecords, WhatBothDoCounts) {
  ASSERT_FALSE(a_->list_insert(id_, "steps", 1, R"(["x",{"y":[1]}])"));
  ASSERT_FALSE(b_->list_delete(id_, "steps", 0));
  ASSERT_FALSE(b_->list_set(id_, "steps", 1, R"("C")"));
  EXPECT_EQ(steps(), R"(["a","x",{"y":[1]},"b","c"])");
  EXPECT_EQ(steps(*b_), R"(["b","C"])");
  exchange();
  EXPECT_EQ(steps(), R"(["x",{"y":[1]},"b","C"])");
  EXPECT_EQ(hidden(), 0u);
  give(*a_, *b_);  // once more
  ASSERT_FALSE(b_->list_move(id_, "steps", 3, 0));
  ASSERT_FALSE(b_->update(id_, R"({"title":"Two"})"));
  exchange();
  EXPECT_EQ(a_->get(id_)->json(), R"({"title":"Two","steps":["C","x",{"y":[1]},"b"]})");
}

TEST_F(ListsOfRecords, WhatBothMoveIsThereOnce) {
  ASSERT_FALSE(a_->list_move(id_, "steps", 1, 0));
  // So that b is the later one, also in the same millisecond.
  for (int i = 0; i < 4; ++i) ASSERT_FALSE(b_->update(id_, R"({"n":1})"));
  ASSERT_FALSE(b_->list_move(id_, "steps", 1, 2));
  ASSERT_FALSE(b_->list_set(id_, "steps", 2, R"("B")"));
  exchange();
  EXPECT_EQ(steps(), R"(["a","c","B"])");
  // Positions go on to count what is shown.
  ASSERT_FALSE(a_->list_delete(id_, "steps", 0));
  ASSERT_FALSE(b_->list_insert(id_, "steps", 3, R"(["d"])"));
  exchange();
  EXPECT_EQ(steps(), R"(["c","B","d"])");
  Transaction tx = a_->begin();  // also of a list that the transaction has edited before
  ASSERT_FALSE(tx.list_move(id_, "steps", 2, 0));
  ASSERT_FALSE(tx.update(id_, R"({"title":"Two"})"));
  ASSERT_FALSE(tx.list_set(id_, "steps", 2, "5"));
  ASSERT_TRUE(tx.commit().ok());
  EXPECT_EQ(steps(), R"(["d","c",5])");
  exchange();
}

TEST_F(ListsOfRecords, BeginWhereNothingWas) {
  ASSERT_FALSE(a_->list_insert(id_, "more", 0, "[1,2]"));
  ASSERT_FALSE(b_->list_insert(id_, "more", 0, "[3]"));
  exchange();
  const std::string more = a_->get(id_)->find("more")->json();
  EXPECT_TRUE(more == "[1,2,3]" || more == "[3,1,2]") << more;
}

TEST_F(ListsOfRecords, PositionsMustBeInTheList) {
  const std::uint64_t far = ~std::uint64_t{0};
  const Error behind = a_->list_insert(id_, "steps", 4, R"(["x"])");
  EXPECT_EQ(behind.code(), Code::invalid);
  EXPECT_NE(behind.text().find("3 elements"), std::string::npos) << behind.text();
  EXPECT_EQ(a_->list_delete(id_, "steps", 2, 2).code(), Code::invalid);
  EXPECT_EQ(a_->list_delete(id_, "steps", 0, far).code(), Code::invalid);
  EXPECT_EQ(a_->list_delete(id_, "steps", far, 1).code(), Code::invalid);
  EXPECT_EQ(a_->list_move(id_, "steps", 0, 3).code(), Code::invalid);
  EXPECT_EQ(a_->list_move(id_, "steps", 3, 0).code(), Code::invalid);
  EXPECT_EQ(a_->list_move(id_, "steps", 0, far).code(), Code::invalid);
  EXPECT_EQ(a_->list_set(id_, "steps", 3, "1").code(), Code::invalid);
  EXPECT_EQ(a_->list_set(id_, "steps", 0, "1,2").code(), Code::invalid);
  EXPECT_EQ(a_->list_set(id_, "steps", 0, "]").code(), Code::invalid);
  EXPECT_EQ(a_->list_insert(id_, "steps", 0, "x").code(), Code::invalid);
  EXPECT_EQ(a_->list_insert(id_, "", 0, "[1]").code(), Code::invalid);
  EXPECT_EQ(a_->list_insert(id_, "title", 0, "[1]").code(), Code::invalid);
  EXPECT_EQ(a_->list_insert(Storage::resolve("no", "Plan"), "steps", 0, "[1]").code(),
            Code::not_found);
  EXPECT_EQ(steps(), R"(["a","b","c"])");
  ASSERT_FALSE(a_->list_delete(id_, "steps", 3, 0));  // nothing to do
  ASSERT_FALSE(a_->list_delete(id_, "steps", 0, 3));
  EXPECT_EQ(steps(), "[]");
}

TEST_F(ListsOfRecords, ATransactionEditsWhatItHasDone) {
  Transaction tx = a_->begin();
  ASSERT_FALSE(tx.list_delete(id_, "steps", 0));
  ASSERT_FALSE(tx.list_insert(id_, "steps", 2, R"(["d"])"));
  EXPECT_EQ(tx.operations(), 1u);
  EXPECT_EQ(tx.list_delete(id_, "steps", 3).code(), Code::invalid);
  const Id other = tx.insert("Plan", R"({"steps":["a","b"]})").value();
  ASSERT_FALSE(tx.list_move(other, "steps", 1, 0));
  ASSERT_FALSE(tx.update(other, R"({"title":"Three"})"));
  ASSERT_FALSE(tx.list_insert(other, "steps", 2, R"(["c"])"));
  ASSERT_FALSE(tx.list_insert(other, "more", 0, "[true]"));
  ASSERT_TRUE(tx.commit().ok());
  EXPECT_EQ(steps(), R"(["b","c","d"])");
  EXPECT_EQ(a_->get(other)->json(), R"({"steps":["b","a","c"],"more":[true],"title":"Three"})");
  exchange();
  Transaction late = a_->begin();
  const Id third = late.insert("Plan", R"({"steps":["a"]})").value();
  ASSERT_FALSE(late.list_delete(third, "steps", 1));  // known when it is committed
  EXPECT_EQ(late.commit().code(), Code::invalid);
  EXPECT_FALSE(a_->has(third));
}

TEST_F(ListsOfRecords, ATransactionStandsOnWhatItSaw) {
  Transaction tx = a_->begin();
  ASSERT_FALSE(tx.list_set(id_, "steps", 2, R"("C")"));
  ASSERT_FALSE(a_->list_delete(id_, "steps", 0, 2));
  ASSERT_TRUE(tx.commit().ok());
  EXPECT_EQ(steps(), R"(["C"])");
  Transaction late = a_->begin();
  ASSERT_FALSE(late.list_delete(id_, "steps", 0));
  ASSERT_FALSE(a_->update(id_, R"({"steps":["z"]})"));
  EXPECT_EQ(late.commit().code(), Code::conflict);
  EXPECT_EQ(steps(), R"(["z"])");
  exchange();
}

TEST_F(ListsOfRecords, OutliveRunsAndRestarts) {
  ASSERT_FALSE(a_->list_move(id_, "steps", 0, 2));
  ASSERT_FALSE(b_->list_move(id_, "steps", 0, 1));
  exchange();
  const std::string shown = steps();
  const Digest digest = a_->digest().value().digest;
  for (int i = 0; i < 2; ++i) {
    ASSERT_FALSE(a_->close());
    a_.emplace(Storage::open(path("a")).value());
    EXPECT_EQ(a_->digest().value().digest, digest);
    EXPECT_EQ(steps(), shown);
    EXPECT_TRUE(a_->verify({}).value().ok);
  }
  ASSERT_FALSE(a_->list_insert(id_, "steps", 3, R"(["d"])"));
  ASSERT_FALSE(b_->list_delete(id_, "steps", 1));
  exchange();
}

TEST_F(ListsOfRecords, ThePastIsAsItWas) {
  std::vector<std::pair<Digest, std::string>> seen;
  for (std::uint64_t i = 0; i < 12; ++i) {
    ASSERT_FALSE(a_->list_insert(id_, "steps", i % 3, "[" + std::to_string(i) + "]"));
    ASSERT_FALSE(a_->list_move(id_, "steps", 0, i % 4));
    ASSERT_FALSE(a_->sync());
    seen.emplace_back(a_->heads().value().front(), steps());
    ASSERT_FALSE(b_->list_move(id_, "steps", 1, 0));
    if (i == 6) give(*b_, *a_);
  }
  exchange();
  for (const auto& [change, json] : seen) {
    EXPECT_EQ(a_->get(id_, change)->find("steps")->json(), json);
    EXPECT_EQ(b_->get(id_, change)->find("steps")->json(), json);
  }
}

TEST_F(ListsOfRecords, WholeArraysAreTheEditsThatTheyAreWhereTheSchemaSaysSo) {
  use_list_schema();
  ASSERT_FALSE(a_->update(id_, R"({"steps":["c","a","b"]})"));
  ASSERT_FALSE(b_->update(id_, R"({"steps":["c","a","x","b"]})"));
  exchange();
  EXPECT_EQ(steps(), R"(["c","a","x","b"])");
  EXPECT_EQ(hidden(), 0u);
  ASSERT_FALSE(a_->update(id_, R"({"steps":{"$unset":true}})"));
  ASSERT_FALSE(b_->list_insert(id_, "steps", 0, R"(["new"])"));
  exchange();
  EXPECT_EQ(steps(), R"(["new"])");
}

TEST_F(ListsOfRecords, MustFitTheSchema) {
  use_list_schema();
  EXPECT_EQ(a_->list_insert(id_, "steps", 0, "[5]").code(), Code::invalid);
  EXPECT_EQ(a_->list_insert(id_, "steps", 0, R"(["1","2","3","4"])").code(), Code::invalid);
  EXPECT_EQ(a_->list_insert(id_, "title", 0, R"(["1"])").code(), Code::invalid);
  EXPECT_EQ(a_->list_insert(id_, "nothing", 0, R"(["1"])").code(), Code::invalid);
  ASSERT_FALSE(a_->list_insert(id_, "steps", 0, R"(["1","2","3"])"));
  EXPECT_EQ(steps(), R"(["1","2","3","a","b","c"])");
  const Error wrong = a_->apply_schema(
      R"x({"files":{"Plan.js":"({ Entity: {}, n: { type: 'number', merge: 'list' } })"}})x");
  EXPECT_EQ(wrong.code(), Code::invalid);
}

TEST_F(ListsOfRecords, AValueReplacesTheListThatItsWriterSaw) {
  ASSERT_FALSE(a_->list_insert(id_, "steps", 3, R"(["d"])"));
  exchange();
  ASSERT_FALSE(a_->update(id_, R"({"steps":["new"]})"));
  ASSERT_FALSE(b_->list_move(id_, "steps", 0, 3));
  exchange();
  EXPECT_EQ(steps(), R"(["new"])");
}

TEST_F(ListsOfRecords, UndoTakesBackEditsBesideThoseOfOthers) {
  ASSERT_FALSE(a_->list_move(id_, "steps", 0, 2));
  ASSERT_FALSE(a_->list_insert(id_, "steps", 0, R"(["x"])"));
  EXPECT_EQ(steps(), R"(["x","b","c","a"])");
  ASSERT_TRUE(a_->undo().ok());
  EXPECT_EQ(steps(), R"(["b","c","a"])");
  ASSERT_TRUE(a_->undo().ok());
  EXPECT_EQ(steps(), R"(["a","b","c"])");
  ASSERT_TRUE(a_->redo().ok());
  EXPECT_EQ(steps(), R"(["b","c","a"])");
  exchange();
  ASSERT_FALSE(b_->list_insert(id_, "steps", 3, R"(["d"])"));
  exchange();
  const auto undone = a_->undo();
  ASSERT_TRUE(undone.ok());
  EXPECT_TRUE(undone->kept.empty());
  EXPECT_EQ(undone->records[0].fields[0].after_json, R"(["a","b","c","d"])");
  EXPECT_EQ(steps(), R"(["a","b","c","d"])");
  ASSERT_FALSE(a_->list_set(id_, "steps", 0, R"("A")"));
  exchange();
  ASSERT_FALSE(b_->list_set(id_, "steps", 0, R"("B")"));
  exchange();
  const auto kept = a_->undo();
  ASSERT_EQ(kept->kept.size(), 1u);
  EXPECT_EQ(kept->kept[0].field, "steps");
  EXPECT_EQ(kept->kept[0].writer, b_->writer());
  EXPECT_EQ(steps(), R"(["B","b","c","d"])");
}

TEST_F(ListsOfRecords, BlameAndHistoryTellWhoEdited) {
  ASSERT_FALSE(b_->list_insert(id_, "steps", 1, R"(["x","y"])"));
  ASSERT_FALSE(b_->list_move(id_, "steps", 0, 2));
  ASSERT_FALSE(b_->list_delete(id_, "steps", 3, 2));
  ASSERT_FALSE(b_->list_set(id_, "steps", 0, "null"));
  exchange();
  const Blame blame = a_->blame(id_).value();
  const auto field = std::find_if(blame.fields.begin(), blame.fields.end(),
                                  [](const auto& one) { return one.field == "steps"; });
  ASSERT_NE(field, blame.fields.end());
  EXPECT_EQ(field->writer, b_->writer());
  std::vector<std::string> told;
  for (const HistoryEntry& one : a_->history(id_, 10).value()) told.push_back(one.operation.json);
  ASSERT_GE(told.size(), 4u);
  EXPECT_EQ(told[0], R"({"steps":{"$edits":[["set",0,null]]}})");
  EXPECT_EQ(told[1], R"({"steps":{"$edits":[["delete",3,2]]}})");
  EXPECT_EQ(told[2], R"({"steps":{"$edits":[["move",0,2]]}})");
  EXPECT_EQ(told[3], R"({"steps":{"$edits":[["insert",1,"x","y"]]}})");
}

}  // namespace
}  // namespace gs
