// Goal: where a schema says so, whole arrays and sets that several write at the same time keep what
// each of them added, and lose what each of them removed, on every replica, whatever it knows.
// Method: three copies of a directory write the same fields apart; each is given the changes of the
// others in another order.
#include <gtest/gtest.h>

#include "gs/engine/database/test_replicas.h"

namespace gs::engine::testing {
namespace {

constexpr const char* kSetSchema = R"g({"files":{"Post.js":"({ Registry: {}, title: '?string', )g"
                                   R"g(tags: { array: 'string', required: false, merge: 'set' }, )g"
                                   R"g(marks: { set: 'string', required: false, merge: 'set' }, )g"
                                   R"g(last: { array: 'string', required: false } })"}})g";

class ElementsTest : public ::testing::Test, protected Replicas {
 protected:
  void copy_with_schema() {
    const auto schema = (*this)[0]->put_schema(kSetSchema, {});
    EXPECT_TRUE(schema.ok()) << schema.error().text();
    copy();
  }
  std::size_t conflicts(const Id& id) { return (*this)[0]->conflicts(id).value().hidden.size(); }
};

TEST_F(ElementsTest, WholeArraysKeepWhatEachAddedAndLoseWhatEachRemoved) {
  const Id id = *(*this)[0].insert("Post", R"({"title":"t","tags":["x","y","z"]})");
  copy_with_schema();
  ASSERT_FALSE(next(2).update(id, R"({"tags":["x","y","z","c"]})"));
  ASSERT_FALSE(next(1).update(id, R"({"title":"b","tags":["b","z","x"]})"));
  ASSERT_FALSE(next(0).update(id, R"({"tags":["a","x","y"]})"));
  EXPECT_EQ((*this)[0].text(id), R"({"title":"t","tags":["x","y","a"]})");
  exchange();
  expect_all(id, R"({"title":"b","tags":["x","c","b","a"]})");
  EXPECT_EQ(conflicts(id), 0u);
}

TEST_F(ElementsTest, SetsDoTheSame) {
  const Id id = *(*this)[0].insert("Post", R"({"marks":{"$set":["x","y"]}})");
  copy_with_schema();
  ASSERT_FALSE(next(1).update(id, R"({"marks":{"$set":["y","b"]}})"));
  ASSERT_FALSE(next(0).update(id, R"({"marks":{"$set":["a","x","y"]}})"));
  exchange();
  expect_all(id, R"({"marks":{"$set":["a","b","y"]}})");
}

TEST_F(ElementsTest, OtherFieldsStayWholeValues) {
  const Id id = *(*this)[0].insert("Post", R"({"last":["x"]})");
  copy_with_schema();
  ASSERT_FALSE(next(1).update(id, R"({"last":["b"]})"));
  ASSERT_FALSE(next(0).update(id, R"({"last":["a"]})"));
  exchange();
  expect_all(id, R"({"last":["a"]})");
  EXPECT_EQ(conflicts(id), 1u);
}

TEST_F(ElementsTest, RecordsOfOneKeyHaveTheElementsOfAll) {
  copy_with_schema();
  ASSERT_TRUE(next(2).put("Post", "one", R"({"tags":["c","c"]})").ok());
  ASSERT_TRUE(next(1).put("Post", "one", R"({"tags":["b","c"]})").ok());
  ASSERT_TRUE(next(0).put("Post", "one", R"({"tags":null})").ok());
  const Id id = id_of_key("Post", "one");
  exchange();
  expect_all(id, R"({"tags":["c","b"]})");
  ASSERT_TRUE(next(2).put("Post", "one", R"({"tags":["b"]})").ok());
  ASSERT_TRUE(next(1).put("Post", "one", R"({"title":"t","tags":["b","c","d"]})").ok());
  exchange();
  expect_all(id, R"({"title":"t","tags":["b","d"]})");
  EXPECT_EQ(conflicts(id), 0u);
}

TEST_F(ElementsTest, NullAndRemovalReplaceWhatWasSeen) {
  const Id id = *(*this)[0].insert("Post", R"({"title":"t","tags":["x"]})");
  copy_with_schema();
  ASSERT_FALSE(next(1).update(id, R"({"tags":{"$unset":true}})"));
  ASSERT_FALSE(next(0).update(id, R"({"tags":["x","a"]})"));
  exchange();
  expect_all(id, R"({"title":"t","tags":["a"]})");
  ASSERT_FALSE(next(2).update(id, R"({"tags":null})"));
  exchange();
  expect_all(id, R"({"title":"t","tags":null})");
}

TEST_F(ElementsTest, AnErasedKeyBeginsAgain) {
  copy_with_schema();
  const Id id = *next(0).put("Post", "one", R"({"tags":["a","b"]})");
  ASSERT_TRUE(next(0)->erase(id, "asked for", {}).ok());
  ASSERT_TRUE(next(0).put("Post", "one", R"({"tags":["b"]})").ok());
  EXPECT_EQ((*this)[0].text(id), R"({"tags":["b"]})");
  ASSERT_FALSE(next(0).update(id, R"({"tags":["b","c"]})"));
  exchange();
  expect_all(id, R"({"tags":["b","c"]})");
}

TEST_F(ElementsTest, ChangesOutliveRunsAndRestarts) {
  const Id id = *(*this)[0].insert("Post", R"({"tags":["x","y"]})");
  copy_with_schema();
  for (std::size_t i = 0; i < kCount; ++i) {
    const std::string own = std::to_string(i);
    ASSERT_FALSE(next(i).update(id, R"({"tags":["y","t)" + own + R"("]})"));
    if (i == 0) ASSERT_FALSE((*this)[i]->checkpoint());
  }
  reopen(0);
  exchange();
  expect_all(id, R"({"tags":["y","t0","t1","t2"]})");
  ASSERT_FALSE((*this)[0]->checkpoint());
  reopen(0);
  ASSERT_FALSE(next(0).update(id, R"({"tags":["t2"]})"));
  ASSERT_FALSE(next(1).update(id, R"({"tags":["y","t0","t1","t2","n"]})"));
  exchange();
  expect_all(id, R"({"tags":["t2","n"]})");
}

// What writers without a schema do, merges with what those with one do.
TEST_F(ElementsTest, ValuesAndChangesMeet) {
  const Id id = *(*this)[0].insert("Post", R"({"tags":["x","y"]})");
  copy();
  ASSERT_FALSE(next(1).update(id, R"({"tags":["w"]})"));
  Batch batch(next(2).db);
  ASSERT_FALSE(batch.change(id, "tags", merge::Rule::included, R"(["n"])"));
  ASSERT_FALSE(batch.change(id, "tags", merge::Rule::excluded, R"(["x"])"));
  ASSERT_FALSE(batch.commit());
  EXPECT_EQ((*this)[2].text(id), R"({"tags":["y","n"]})");
  exchange();
  expect_all(id, R"({"tags":["w","n"]})");
}

TEST_F(ElementsTest, HistoryTellsWhatWasDone) {
  const Id id = *(*this)[0].insert("Post", R"({"title":"t","tags":["x"]})");
  copy_with_schema();
  const auto newest = [&] { return (*this)[0]->history(id, 1).value().front().operation; };
  ASSERT_FALSE(next(0).update(id, R"({"tags":["x","a"]})"));
  EXPECT_EQ(newest().kind, "add-elements");
  EXPECT_EQ(newest().json, R"({"tags":["a"]})");
  ASSERT_FALSE(next(0).update(id, R"({"tags":["a"]})"));
  EXPECT_EQ(newest().kind, "remove-elements");
  EXPECT_EQ(newest().json, R"({"tags":["x"]})");
  ASSERT_FALSE(next(0).update(id, R"({"title":"u","tags":["b"]})"));
  EXPECT_EQ(newest().kind, "update");
  EXPECT_EQ(newest().json, R"({"title":"u","tags":[[false,"a"],[true,"b"]]})");
  const Blame blame = (*this)[0]->blame(id, {}).value();
  ASSERT_EQ(blame.fields.size(), 2u);
  EXPECT_EQ(blame.fields[0].time_ms, blame.fields[1].time_ms);
}

}  // namespace
}  // namespace gs::engine::testing
