// Goal: a schema is part of the log: in force after a restart, from the log or from a checkpoint,
// and of two the one with the greater stamp.

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace gs::engine::testing
