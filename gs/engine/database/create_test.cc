// Goal: whatever stops a creation, and whatever lies in its directory from before, no record is
// ever taken away by the next one, and what it makes is a whole storage.
// Method: each call of a creation fails, or the power goes at it; then the directory is opened and
// created again. Directories that hold parts of another storage.
#include <gtest/gtest.h>

#include "gs/base/test_share.h"
#include "gs/engine/database/keys.h"
#include "gs/engine/database/test_world.h"
#include "gs/platform/sim/sim_file_system.h"

namespace gs::engine::testing {
namespace {

using platform::Faults;
using platform::SimFileSystem;

// The mark of a creation stayed while the storage was written to; creating again saw it before
// storage.json, and removed the log, the keys and the state.
TEST(Creation, AMarkThatStayedTakesNothing) {
  World world;
  {
    const Store db = world.create();
    db.put("City", "kyiv", R"({"n":1})").value();
    ASSERT_FALSE(db->close());
  }
  ASSERT_FALSE(world.memory.write_whole(kCreatingFile, {}));
  const Files before = read_files(world.memory);
  EXPECT_EQ(world.try_create().code(), Code::exists);
  EXPECT_EQ(read_files(world.memory), before);
  world.options.read_only = true;
  EXPECT_TRUE(world.try_open().ok());
  EXPECT_TRUE(world.memory.exists(kCreatingFile).value());  // a reader changes nothing
  world.options.read_only = false;
  const Store db = world.open();
  EXPECT_FALSE(world.memory.exists(kCreatingFile).value());
  EXPECT_EQ(db.text(id_of_key("City", "kyiv")), R"({"n":1})");
}

// A storage.json that cannot be read belonged to somebody, too.
TEST(Creation, AMarkBesideADamagedStorageFileTakesNothing) {
  World world;
  ASSERT_FALSE(world.create()->close());
  ASSERT_FALSE(world.memory.write_whole(kCreatingFile, {}));
  ASSERT_FALSE(world.memory.write_whole("storage.json", as_bytes("not json")));
  const Files before = read_files(world.memory);
  EXPECT_EQ(world.try_create().code(), Code::exists);
  EXPECT_EQ(read_files(world.memory), before);
}

// Checkpoints of a storage whose log and storage.json were taken away: the new one began behind
// the end of its log, and called itself damaged.
TEST(Creation, BelievesNothingThatWasDerivedFromAnotherLog) {
  World world;
  {
    const Store db = world.create();
    for (int i = 0; i < 3; ++i) db.insert("City", R"({"n":1})").value();
    ASSERT_TRUE(db->put_blob(Buffer(100, 7)).ok());
    ASSERT_FALSE(db->compact());
    ASSERT_FALSE(db->close());
  }
  const Files before = read_files(world.memory);
  for (const auto& [path, bytes] : before) {
    if (path.starts_with("log/") || path == "storage.json") ASSERT_FALSE(world.memory.remove(path));
  }
  ASSERT_FALSE(world.memory.remove("log"));
  ASSERT_FALSE(world.memory.write_whole("keys/notes", as_bytes("of the owner")));
  {
    const Store db = world.create();
    EXPECT_TRUE(db.content().empty());
    EXPECT_TRUE(db->recovery().damage.empty());
    ASSERT_TRUE(db.put("City", "kyiv", R"({"n":2})").ok());
    EXPECT_EQ(db.complaints(), "");
    ASSERT_FALSE(db->close());
  }
  const Files after = read_files(world.memory);
  for (const auto& [path, bytes] : before) {
    if (path.starts_with("blobs/")) EXPECT_TRUE(after.contains(path)) << path;
    if (path.ends_with(".gsr")) EXPECT_FALSE(after.contains(path)) << path;
  }
  EXPECT_TRUE(after.contains("keys/notes"));
  EXPECT_NE(after.at("keys/writer"), before.at("keys/writer"));
  const Store db = world.open();
  EXPECT_EQ(db.content().size(), 1u);
}

// One creation that is stopped at one call. False: it had no such call.
struct Stopped {
  SimFileSystem disk;
  World world;

  explicit Stopped(std::uint64_t seed) : disk(seed), world(seed) { world.files = &disk; }

  bool stop(const Faults& faults) {
    disk.set_faults(faults);
    const bool made = world.try_create().ok();
    const std::uint64_t calls = disk.calls();
    disk.set_faults({});
    faults.power_cut_call != 0 ? disk.crash() : disk.kill_process();
    return !made || calls >= std::max(faults.power_cut_call, faults.fail_call);
  }
  // A record that lasts, whatever happens to its storage then.
  void live_on() {
    {
      const auto db = world.try_open();
      ASSERT_TRUE(db.ok()) << db.error().text();
      ASSERT_TRUE(db->put("City", "kyiv", R"({"n":1})").ok());
    }
    disk.crash();
    EXPECT_EQ(world.try_create().code(), Code::exists);
    const auto db = world.try_open();
    ASSERT_TRUE(db.ok()) << db.error().text();
    EXPECT_EQ(db->text(id_of_key("City", "kyiv")), R"({"n":1})");
    EXPECT_EQ(db->complaints(), "");
  }
};

void stop_at_every_call(std::uint64_t Faults::*at, bool create_again) {
  for (std::uint64_t seed = 1; seed <= 6 / gs::testing::kSanitizedShare; ++seed) {
    Faults faults;
    for (faults.*at = 1;; ++(faults.*at)) {
      Stopped creation(seed);
      SCOPED_TRACE(::testing::Message() << "seed=" << seed << " " << faults.text());
      if (!creation.stop(faults)) break;
      const bool is_there = creation.disk.exists("storage.json").value();
      if (create_again) {
        const Code code = creation.world.try_create().code();
        EXPECT_EQ(code, is_there ? Code::exists : Code::ok);
      }
      if (create_again || is_there) {
        creation.live_on();
      } else {
        EXPECT_EQ(creation.world.try_open().code(), Code::not_a_storage);
      }
      if (::testing::Test::HasFailure()) return;
    }
    ASSERT_GT(faults.*at, 20u);
  }
}

TEST(Creation, CanBeDoneAgainWhereverACallFailed) { stop_at_every_call(&Faults::fail_call, true); }
TEST(Creation, CanBeDoneAgainWhereverThePowerWent) {
  stop_at_every_call(&Faults::power_cut_call, true);
}
TEST(Creation, IsWholeOrNoStorageWhereverACallFailed) {
  stop_at_every_call(&Faults::fail_call, false);
}
TEST(Creation, IsWholeOrNoStorageWhereverThePowerWent) {
  stop_at_every_call(&Faults::power_cut_call, false);
}

// Without it a log beside a storage.json that a power cut took is called damage.
TEST(Creation, KeepsItsMarkUntilItsEndIsCertain) {
  constexpr int kSeeds = 24 / gs::testing::kSanitizedShare;
  int marks_left = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Faults failing;
    for (failing.fail_call = 1;; ++failing.fail_call) {
      bool opened = false;
      bool stopped = true;
      bool marked = true;
      Faults cut;
      for (cut.power_cut_call = 1; stopped && marked && !opened; ++cut.power_cut_call) {
        SCOPED_TRACE(::testing::Message()
                     << "seed=" << seed << " " << failing.text() << " then " << cut.text());
        Stopped creation(seed);
        stopped = creation.stop(failing);
        marked = creation.disk.exists("storage.json").value() &&
                 creation.disk.exists(kCreatingFile).value();
        if (!stopped || !marked) break;
        creation.disk.set_faults(cut);
        opened = creation.world.try_open().ok();
        creation.disk.set_faults({});
        creation.disk.crash();
        const Code code = creation.world.try_open().code();
        ASSERT_TRUE(code == Code::ok || (code == Code::not_a_storage && !opened));
      }
      if (!stopped) break;
      marks_left += marked ? 1 : 0;
    }
  }
  EXPECT_GT(marks_left, kSeeds);
}

}  // namespace
}  // namespace gs::engine::testing
