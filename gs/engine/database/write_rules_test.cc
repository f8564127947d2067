// Goal: what the schema says about concurrent writes holds on every replica, in every order of
// arrival, and on replicas that never knew the schema when they merged.
// Method: three copies of a directory write the same fields apart; each is given the changes of the
// others in another order.
#include <gtest/gtest.h>

#include <array>

#include "gs/engine/database/test_world.h"

namespace gs::engine::testing {
namespace {

// More fields than a shape has: records that give them all describe themselves.
constexpr int kWideFields = 1100;

std::string schema_text() {
  std::string text = R"g({"files":{"Game.js":"({ Registry: {}, name: '?string', )g"
                     R"g(best: { type: '?number', merge: 'max' }, )g"
                     R"g(worst: { type: '?number', merge: 'min' }, )g"
                     R"g(found: { type: '?string', merge: 'first' } })",)g"
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

class WriteRulesTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kReplicas = 3;

  WriteRulesTest() { stores_[0] = world_.create(); }

  // What is written before has no rules.
  void copy() {
    const auto schema = stores_[0]->put_schema(schema_text(), {});
    EXPECT_TRUE(schema.ok()) << schema.error().text();
    EXPECT_TRUE(stores_[0]->sync().ok());
    for (std::size_t i = 1; i < kReplicas; ++i) {
      write_files(disks_[i], read_files(world_.memory));
      stores_[i] = world_.open(disks_[i]);
    }
    for (const Store& store : stores_) before_.push_back(store->heads());
  }

  // Each takes the changes of the others, in its own order.
  void exchange() {
    std::array<std::vector<Buffer>, kReplicas> sent;
    for (std::size_t i = 0; i < kReplicas; ++i) {
      const auto take = [&](Bytes change) -> Error {
        sent[i].emplace_back(change.begin(), change.end());
        return {};
      };
      ASSERT_TRUE(stores_[i]->changes_since(before_[i], take).ok());
    }
    for (std::size_t to = 0; to < kReplicas; ++to) {
      for (std::size_t step = 1; step < kReplicas; ++step) {
        const std::size_t from = (to + (to % 2 == 0 ? step : kReplicas - step)) % kReplicas;
        const std::vector<Bytes> bytes(sent[from].begin(), sent[from].end());
        ReceiveReport report;
        const Error error = stores_[to]->receive(bytes, report);
        ASSERT_TRUE(error.ok()) << error.text();
        EXPECT_EQ(report.refused, 0u);
      }
    }
    for (const Store& store : stores_) EXPECT_EQ(store.digest(), stores_[0].digest());
  }

  // The writer with this number, whose stamp is behind all earlier ones.
  const Store& next(std::size_t replica) {
    world_.clock.advance_ms(1);
    return stores_[replica];
  }

  void expect_all(const Id& id, std::string_view text) const {
    for (const Store& store : stores_) EXPECT_EQ(store.text(id), text);
  }

  World world_;
  std::array<platform::MemoryFileSystem, kReplicas> disks_;
  std::array<Store, kReplicas> stores_;
  std::vector<std::vector<Digest>> before_;
};

TEST_F(WriteRulesTest, OfConcurrentUpdatesTheRuleShowsOne) {
  const Id id = *stores_[0].insert("Game", R"({"name":"chess","best":1,"worst":1,"found":"x"})");
  copy();
  ASSERT_FALSE(next(2).update(id, R"({"best":7,"worst":7,"found":"c","name":"c"})"));
  ASSERT_FALSE(next(1).update(id, R"({"best":9,"worst":3,"found":"b","name":"b"})"));
  ASSERT_FALSE(next(0).update(id, R"({"best":8,"worst":5,"found":"a","name":"a"})"));
  exchange();
  expect_all(id, R"({"name":"a","best":9,"worst":3,"found":"c"})");
  // Who saw them all decides again, and less than the greatest is no mistake.
  ASSERT_FALSE(next(1).update(id, R"({"best":2})"));
  EXPECT_EQ(stores_[1].text(id), R"({"name":"a","best":2,"worst":3,"found":"c"})");
}

TEST_F(WriteRulesTest, InsertsOfOneKeyFollowThemToo) {
  copy();
  ASSERT_TRUE(next(2).put("Game", "go", R"({"best":5,"found":"c"})").ok());
  ASSERT_TRUE(next(1).put("Game", "go", R"({"best":9,"found":"b"})").ok());
  ASSERT_TRUE(next(0).put("Game", "go", R"({"best":7,"found":"a"})").ok());
  exchange();
  expect_all(id_of_key("Game", "go"), R"({"best":9,"found":"c"})");
}

TEST_F(WriteRulesTest, PutsFollowThemToo) {
  const auto id = next(0).put("Game", "go", R"({"best":1,"worst":1})");
  ASSERT_TRUE(id.ok());
  copy();
  ASSERT_TRUE(next(2).put("Game", "go", R"({"best":9,"worst":9})").ok());
  ASSERT_TRUE(next(1).put("Game", "go", R"({"best":7,"worst":6})").ok());
  ASSERT_TRUE(next(0).put("Game", "go", R"({"best":8,"worst":7})").ok());
  exchange();
  expect_all(*id, R"({"best":9,"worst":6})");
}

TEST_F(WriteRulesTest, RecordsThatDescribeThemselvesFollowThemToo) {
  const Id id = *stores_[0].insert("Wide", wide_record(1));
  copy();
  for (std::size_t i = 0; i < kReplicas; ++i) {
    const int best = i == 1 ? 9 : 3;  // in the middle
    Batch batch(next(kReplicas - 1 - i).db);
    ASSERT_FALSE(batch.set(id, "Wide", wide_record(best)));
    ASSERT_FALSE(batch.update(id, R"({"f7":)" + std::to_string(i) + "}"));
    ASSERT_FALSE(batch.commit());
  }
  exchange();
  for (const Store& store : stores_) {
    EXPECT_TRUE(store.text(id).starts_with(R"({"best":9,"f0":1,)")) << store.text(id).substr(0, 80);
    EXPECT_NE(store.text(id).find(R"("f7":2,)"), std::string::npos);
  }
}

TEST_F(WriteRulesTest, ARemovalBesideAnUpdateFollowsTheCollection) {
  const Id kept = *stores_[0].insert("Kept", R"({"name":"k"})");
  const Id filed = *stores_[0].insert("Filed", R"({"name":"f"})");
  const Id plain = *stores_[0].insert("Game", R"({"name":"g"})");
  const Id alone = *stores_[0].insert("Kept", R"({"name":"a"})");
  copy();
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
}

TEST_F(WriteRulesTest, RulesOutliveRunsAndRestarts) {
  const Id id = *stores_[0].insert("Game", R"({"best":1,"name":"n"})");
  copy();
  for (std::size_t i = 0; i < kReplicas; ++i) {
    ASSERT_FALSE(next(i).update(id, R"({"best":)" + std::to_string(9 - 3 * i) + "}"));
    if (i == 0) ASSERT_FALSE(stores_[i]->checkpoint());
  }
  ASSERT_FALSE(stores_[0]->close());
  stores_[0] = world_.open();
  exchange();
  expect_all(id, R"({"best":9,"name":"n"})");
}

}  // namespace
}  // namespace gs::engine::testing
