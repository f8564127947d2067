// Goal: state files that were lost and come back after a power cut are never taken together with
// those that were made in their place.
// Method: a storage loses its state, is opened and written to, and the power goes at each call of
// the next checkpoint, on disks that bring back what was removed.
#include <gtest/gtest.h>

#include "gs/base/test_share.h"
#include "gs/engine/database/test_world.h"
#include "gs/platform/sim/sim_file_system.h"

namespace gs::engine::testing {
namespace {

using platform::Faults;
using platform::SimFileSystem;

// False: the checkpoint had no such call.
bool lose_power_at(std::uint64_t seed, std::uint64_t call) {
  SimFileSystem disk(seed);
  World world(seed);
  world.files = &disk;
  {
    const Store db = world.create();
    EXPECT_TRUE(db.insert("City", R"({"n":1})").ok());
    EXPECT_FALSE(db->checkpoint());
    EXPECT_TRUE(db.put("City", "kyiv", R"({"n":2})").ok());
    EXPECT_FALSE(db->close());
  }
  lose_state(disk);
  bool happened = false;
  Content before;
  {
    const Store db = world.open();
    EXPECT_TRUE(db.insert("Town", R"({"town":3})").ok());
    before = db.content();
    Faults faults;
    faults.power_cut_call = call;
    disk.set_faults(faults);
    db->checkpoint().ignore();
    happened = !disk.powered();
    disk.cut_power();
  }
  disk.restart();
  disk.set_faults({});
  const auto db = world.try_open();
  EXPECT_TRUE(db.ok()) << db.error().text();
  if (!db.ok()) return false;
  EXPECT_EQ(db->content(), before);
  const auto stats = (*db)->stats();
  EXPECT_TRUE(stats.ok() && stats->records == before.size());
  VerifyOptions full;
  full.full = true;
  EXPECT_EQ(db->complaints(full), "");
  return happened;
}

// Somebody removes state/ and the manifest, as is allowed. The next run got the number of the first
// one again; then the old checkpoint and its manifest came back, and named the new run.
TEST(StateNames, ThatComeBackNameNoNewRun) {
  for (std::uint64_t seed = 1; seed <= 40 / gs::testing::kSanitizedShare; ++seed) {
    std::uint64_t call = 1;
    while (lose_power_at(seed, call)) {
      ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed << ", call " << call;
      ++call;
    }
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed << ", call " << call;
    ASSERT_GT(call, 10u);
  }
}

}  // namespace
}  // namespace gs::engine::testing
