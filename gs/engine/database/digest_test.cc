// Goal: a state digest is right or an error.
#include <gtest/gtest.h>

#include "gs/engine/database/test_world.h"

namespace gs::engine::testing {
namespace {

// What the first attempt had not read counted as read, and the second one gave a wrong digest.
TEST(StateDigest, BesideDamageIsRefusedEachTime) {
  World world;
  world.options.cache_bytes = 1;  // runs hold whole records
  {
    const Store db = world.create();
    for (int i = 0; i < 500; ++i) db.insert("City", R"({"n":1})").value();
    ASSERT_FALSE(db->compact());
    ASSERT_FALSE(db->close());
  }
  std::string run;
  for (const auto& [path, bytes] : read_files(world.memory)) {
    if (path.ends_with(".gsr")) run = path;
  }
  const Store db = world.open();
  const auto file = world.memory.open(run, platform::OpenMode::write).value();
  const std::uint64_t at = file->size().value() / 2;  // opening has looked at the begin
  Buffer byte(1);
  ASSERT_TRUE(file->read(at, byte).ok());
  byte[0] ^= 1;
  ASSERT_FALSE(file->write(at, byte));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(db->digest().code(), Code::damaged) << i;
}

}  // namespace
}  // namespace gs::engine::testing
