// Goal: a schema is part of the log: in force after a restart, from the log or from a checkpoint,
// and of two the one with the greater stamp.

#include <gtest/gtest.h>

#include <functional>

#include "gs/engine/database/staging.h"
#include "gs/engine/database/test_world.h"

namespace gs::engine::testing {
namespace {

const char* const kOne = R"g({"files":{"City.js":"({ name: 'string' })"}})g";
const char* const kTwo = R"g({"files":{"City.js":"({ name: 'string', lat: '?number' })"}})g";

TEST(SchemaEntry, IsInForceAfterARestart) {
  for (const bool with_checkpoint : {false, true}) {
    World world;
    Store db = world.create();
    EXPECT_FALSE(db->schema().is_there());
    const auto digest = db->put_schema(kOne, {});
    ASSERT_TRUE(digest.ok()) << digest.error().text();
    ASSERT_TRUE(db.insert("City", R"({"name":"Kyiv"})").ok());
    if (with_checkpoint) {
      ASSERT_TRUE(db->checkpoint().ok());
    }
    ASSERT_TRUE(db->close().ok());
    db = world.open();
    EXPECT_EQ(db->schema().source, kOne);
    EXPECT_EQ(db->schema().digest, *digest);
  }
}

TEST(SchemaEntry, NamesTheOneBefore) {
  World world;
  Store db = world.create();
  const auto first = db->put_schema(kOne, {});
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(db->put_schema(kTwo, {}).code(), Code::conflict);
  const auto second = db->put_schema(kTwo, *first);
  ASSERT_TRUE(second.ok()) << second.error().text();
  EXPECT_NE(*first, *second);
  EXPECT_EQ(db->schema().source, kTwo);
  EXPECT_EQ(db->put_schema("", *second).code(), Code::invalid);
  EXPECT_EQ(db->put_schema(std::string(graph::kSourceBytesMax + 1, ' '), *second).code(),
            Code::too_large);
}

// A clock that lets somebody in when it is next looked at, as a function of a schema does before it
// runs.
class BusyClock : public platform::ManualClock {
 public:
  std::function<void()> visitor;

  std::uint64_t monotonic_ns() override {
    if (visitor) std::exchange(visitor, nullptr)();
    return ManualClock::monotonic_ns();
  }
};

class WholeCheck : public ::testing::Test {
 protected:
  WholeCheck() {
    DatabaseSetup setup = world_.setup(*world_.files);
    setup.env.clock = &clock_;
    db_ = {Database::create(setup, {}).value()};
    const char* const range = R"g({"files":{"Range.js":"({ from: 'number', to: 'number', )g"
                              R"g(validate: (r) => r.from <= r.to || 'from is behind to' })"}})g";
    EXPECT_TRUE(db_->put_schema(range, {}).ok());
    range_ = db_.insert("Range", R"({"from":1,"to":5})").value();
  }
  ~WholeCheck() override { EXPECT_FALSE(clock_.visitor) << "no function ran"; }

  Error update_beside(std::string_view json, std::function<void()> visitor) {
    const auto tx = db_->begin();
    GS_TRY(const record::Encoded delta, tx->encoder.encode_delta_json({}, json));
    GS_TRY_OK(Staging(*tx).stage_update(range_, db_->rules_of(*tx, "Range"), delta));
    clock_.visitor = std::move(visitor);
    GS_TRY([[maybe_unused]] const Sequence sequence, db_->commit(*tx, Durability::batch));
    return {};
  }

  World world_;
  BusyClock clock_;
  Store db_;
  Id range_;
};

TEST_F(WholeCheck, HoldsForTheRecordThatIsThereWhenItIsCommitted) {
  const Error refused =
      update_beside(R"({"from":4})", [&] { EXPECT_FALSE(db_.update(range_, R"({"to":3})")); });
  EXPECT_EQ(refused.code(), Code::invalid) << refused.text();
  EXPECT_EQ(db_.text(range_), R"({"from":1,"to":3})");
}

TEST_F(WholeCheck, GoesOnWithWhatSomebodyElseWroteMeanwhile) {
  EXPECT_FALSE(
      update_beside(R"({"from":4})", [&] { EXPECT_FALSE(db_.update(range_, R"({"to":9})")); }));
  EXPECT_EQ(db_.text(range_), R"({"from":4,"to":9})");
  const Error gone = update_beside(R"({"from":5})", [&] { EXPECT_FALSE(db_.remove(range_)); });
  EXPECT_EQ(gone.code(), Code::not_found) << gone.text();
}

}  // namespace
}  // namespace gs::engine::testing
