// Goal: what the schema says about concurrent writes holds on every replica, in every order of
// arrival, and on replicas that never knew the schema when they merged.
// Method: three copies of a directory write the same fields apart; each is given the changes of the
// others in another order.
#include <gtest/gtest.h>

#include "gs/engine/database/test_replicas.h"

namespace gs::engine::testing {
namespace {

// More fields than a shape has: records that give them all describe themselves.
constexpr int kWideFields = 1100;

std::string schema_text() {
  std::string text = R"g({"files":{"Game.js":"({ Registry: {}, name: '?string', )g"
                     R"g(best: { type: '?number', merge: 'max' }, )g"
                     R"g(worst: { type: '?number', merge: 'min' }, )g"
                     R"g(found: { type: '?string', merge: 'first' }, )g"
                     R"g(said: { type: '?string', merge: 'conflict' } })",)g"
                     R"g("Kept.js":"({ Registry: { removal: 'update-wins' }, name: '?string' })",)g"
                     R"g("Filed.js":"({ Registry: { removal: 'archive' }, name: '?string' })",)g"
                     R"g("Wide.js":"({ Registry: {}, best: { type: '?number', merge: 'max' })g";
  for (int i = 0; i < kWideFields; ++i) text += ", f" + std::to_string(i) + ": '?number'";
  return text + R"g( })"}})g";
}

std::string wide_record(int best) {
  std::string text = R"({"best":)" + std::to_string(best);
  for (int i = 0; i < kWideFields; ++i) text += ",\"f" + std::to_string(i) + "\":1";
  return text + "}";
}

class WriteRulesTest : public ::testing::Test, protected Replicas {
 protected:
  // What is written before has no rules.
  void copy_with_schema() {
    const auto schema = (*this)[0]->put_schema(schema_text(), {});
    EXPECT_TRUE(schema.ok()) << schema.error().text();
    copy();
  }
};

TEST_F(WriteRulesTest, OfConcurrentUpdatesTheRuleShowsOne) {
  const Id id = *(*this)[0].insert("Game", R"({"name":"chess","best":1,"worst":1,"found":"x"})");
  copy_with_schema();
  ASSERT_FALSE(next(2).update(id, R"({"best":7,"worst":7,"found":"c","name":"c"})"));
  ASSERT_FALSE(next(1).update(id, R"({"best":9,"worst":3,"found":"b","name":"b"})"));
  ASSERT_FALSE(next(0).update(id, R"({"best":8,"worst":5,"found":"a","name":"a"})"));
  exchange();
  expect_all(id, R"({"name":"a","best":9,"worst":3,"found":"c"})");
  // Who saw them all decides again, and less than the greatest is no mistake.
  ASSERT_FALSE(next(1).update(id, R"({"best":2})"));
  EXPECT_EQ((*this)[1].text(id), R"({"name":"a","best":2,"worst":3,"found":"c"})");
}

TEST_F(WriteRulesTest, WhatIsAConflictShowsTheLatestAndKeepsTheOthers) {
  const Id id = *(*this)[0].insert("Game", R"({"name":"chess","said":"x"})");
  copy_with_schema();
  ASSERT_FALSE(next(2).update(id, R"({"said":"c"})"));
  ASSERT_FALSE(next(1).update(id, R"({"said":"b"})"));
  ASSERT_FALSE(next(0).update(id, R"({"said":"a"})"));
  exchange();
  expect_all(id, R"({"name":"chess","said":"a"})");
  for (std::size_t i = 0; i < kCount; ++i) {
    const Conflict conflict = *(*this)[i]->conflicts(id);
    ASSERT_EQ(conflict.hidden.size(), 2u) << i;
    for (const HiddenWrite& one : conflict.hidden) EXPECT_EQ(one.field, "said");
  }
}

TEST_F(WriteRulesTest, AChildMadeBesideMigrationsOfBothSidesIsOne) {
  const Id id = *(*this)[0].insert("Game", R"({"name":"chess"})");
  copy_with_schema();
  const auto with_place = [](std::string_view more) {
    return R"g({"files":{"Game.js":"({ Registry: {}, name: '?string', place: { schema: { )g"
           R"g(city: '?string', land: '?string' }, required: false })g" +
           std::string(more) + R"g( })"}})g";
  };
  const std::string mores[] = {"", ", best: '?number'"};
  for (const std::size_t i : {0u, 1u}) {
    const Store& store = next(i);
    const auto schema = store->put_schema(with_place(mores[i]), store->schema().digest);
    ASSERT_TRUE(schema.ok()) << schema.error().text();
  }
  ASSERT_FALSE(next(0).update(id, R"({"place":{"city":"Kyiv"}})"));
  ASSERT_FALSE(next(1).update(id, R"({"place":{"land":"UA"}})"));
  exchange();
  for (std::size_t i = 0; i < kCount; ++i) {
    const std::string text = (*this)[i].text(id);
    EXPECT_NE(text.find(R"("city":"Kyiv")"), std::string::npos) << text;
    EXPECT_NE(text.find(R"("land":"UA")"), std::string::npos) << text;
  }
}

TEST_F(WriteRulesTest, InsertsOfOneKeyFollowThemToo) {
  copy_with_schema();
  ASSERT_TRUE(next(2).put("Game", "go", R"({"best":5,"found":"c"})").ok());
  ASSERT_TRUE(next(1).put("Game", "go", R"({"best":9,"found":"b"})").ok());
  ASSERT_TRUE(next(0).put("Game", "go", R"({"best":7,"found":"a"})").ok());
  exchange();
  expect_all(id_of_key("Game", "go"), R"({"best":9,"found":"c"})");
}

TEST_F(WriteRulesTest, PutsFollowThemToo) {
  const auto id = next(0).put("Game", "go", R"({"best":1,"worst":1})");
  ASSERT_TRUE(id.ok());
  copy_with_schema();
  ASSERT_TRUE(next(2).put("Game", "go", R"({"best":9,"worst":9})").ok());
  ASSERT_TRUE(next(1).put("Game", "go", R"({"best":7,"worst":6})").ok());
  ASSERT_TRUE(next(0).put("Game", "go", R"({"best":8,"worst":7})").ok());
  exchange();
  expect_all(*id, R"({"best":9,"worst":6})");
}

TEST_F(WriteRulesTest, RecordsThatDescribeThemselvesFollowThemToo) {
  const Id id = *(*this)[0].insert("Wide", wide_record(1));
  copy_with_schema();
  for (std::size_t i = 0; i < kCount; ++i) {
    const int best = i == 1 ? 9 : 3;  // in the middle
    Batch batch(next(kCount - 1 - i).db);
    ASSERT_FALSE(batch.set(id, "Wide", wide_record(best)));
    ASSERT_FALSE(batch.update(id, R"({"f7":)" + std::to_string(i) + "}"));
    ASSERT_FALSE(batch.commit());
  }
  exchange();
  for (std::size_t i = 0; i < kCount; ++i) {
    const Store& store = (*this)[i];
    EXPECT_TRUE(store.text(id).starts_with(R"({"best":9,"f0":1,)")) << store.text(id).substr(0, 80);
    EXPECT_NE(store.text(id).find(R"("f7":2,)"), std::string::npos);
  }
}

TEST_F(WriteRulesTest, ARemovalBesideAnUpdateFollowsTheCollection) {
  const Id kept = *(*this)[0].insert("Kept", R"({"name":"k"})");
  const Id filed = *(*this)[0].insert("Filed", R"({"name":"f"})");
  const Id plain = *(*this)[0].insert("Game", R"({"name":"g"})");
  const Id alone = *(*this)[0].insert("Kept", R"({"name":"a"})");
  copy_with_schema();
  for (const Id& id : {kept, filed, plain}) {
    ASSERT_FALSE(next(1).update(id, R"({"name":"u"})"));
    ASSERT_FALSE(next(2).remove(id));
  }
  ASSERT_FALSE(next(2).remove(alone));
  exchange();
  expect_all(kept, R"({"name":"u"})");
  expect_all(filed, "<not_found>");
  expect_all(plain, "<not_found>");
  expect_all(alone, "<not_found>");
  for (const Id& id : {filed, plain}) {  // what the removal hides is kept, and can be read
    for (std::size_t i = 0; i < kCount; ++i) {
      const Conflict conflict = *(*this)[i]->conflicts(id);
      EXPECT_TRUE(conflict.is_removed);
      ASSERT_EQ(conflict.hidden.size(), 1u) << i;
      EXPECT_EQ(conflict.hidden[0].json, R"("u")");
    }
  }
}

TEST_F(WriteRulesTest, RulesOutliveRunsAndRestarts) {
  const Id id = *(*this)[0].insert("Game", R"({"best":1,"name":"n"})");
  copy_with_schema();
  for (std::size_t i = 0; i < kCount; ++i) {
    ASSERT_FALSE(next(i).update(id, R"({"best":)" + std::to_string(9 - 3 * i) + "}"));
    if (i == 0) ASSERT_FALSE((*this)[i]->checkpoint());
  }
  reopen(0);
  exchange();
  expect_all(id, R"({"best":9,"name":"n"})");
}

}  // namespace
}  // namespace gs::engine::testing
