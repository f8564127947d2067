// Goal: wherever an erasure stops, everything else is there and the next one finishes the job; it
// takes little room, and commits go on beside it and beside merges.
// Method: every call of a simulated disk fails or loses power once; disks that are just large
// enough; commits made from inside the calls that write files.
#include <gtest/gtest.h>

#include <algorithm>

#include "gs/base/test_share.h"
#include "gs/engine/database/test_watched_files.h"
#include "gs/engine/database/test_world.h"
#include "gs/platform/sim/sim_file_system.h"

namespace gs::engine::testing {
namespace {

using platform::Faults;
using platform::SimFileSystem;

constexpr const char* kSecret = "the secret of";

std::string secret(int version) {
  return R"({"secret":")" + std::string(kSecret) + " version " + std::to_string(version) + R"("})";
}

// Several small segments, runs with pointers and with copies, rows in memory; the record has
// versions in all of them.
Id fill(const Store& db) {
  const Id id = db.put("City", "key", secret(0)).value();
  for (int i = 0; i < 40; ++i) {
    db.insert("City", "{\"n\":" + std::to_string(i) + ",\"t\":\"" + std::string(200, 'x') + "\"}")
        .value();
    if (i % 6 == 0) EXPECT_TRUE(db.put("City", "key", secret(i)).ok());
    if (i % 9 == 1) EXPECT_FALSE(db.update(id, R"({"u":)" + std::to_string(i) + "}"));
    if (i == 12) EXPECT_FALSE(db->compact());
    if (i == 24) EXPECT_FALSE(db->checkpoint());
  }
  return id;
}

struct SmallWorld : World {
  explicit SmallWorld(SimFileSystem& disk) {
    files = &disk;
    options.segment_bytes = 16 << 10;
    change_bytes = 1024;
    erased_at_once = 5;  // several transactions
  }
};

enum class Stop { never, failure, power };

// Erases while the given call fails or loses power. False: it never came to that call.
bool erase_and_stop(Stop stop, std::uint64_t call) {
  SimFileSystem disk(call);
  SmallWorld world(disk);
  Store db = world.create();
  const Id id = fill(db);
  const std::string last = db.text(id);
  Content others = db.content();
  others.erase(id);
  const auto is_right = [&](const std::string& when) {
    Content found = db.content();
    const auto at = found.find(id);
    const bool is_there = at != found.end();
    if (is_there) {
      EXPECT_EQ(at->second, last) << when;
      found.erase(at);
    }
    EXPECT_EQ(found, others) << when;
    return is_there;
  };

  Faults faults;
  if (stop == Stop::failure) faults.fail_call = call;
  if (stop == Stop::power) faults.power_cut_call = call;
  disk.set_faults(faults);
  const bool erased = db->erase(id, "asked to").ok();
  const bool reached = disk.calls() >= call;
  const std::string where = disk.text();
  EXPECT_TRUE(!erased || !is_right(where)) << where;
  is_right(where);
  disk.crash();
  disk.set_faults({});
  db.db.reset();
  db = world.open();
  EXPECT_TRUE(db->recovery().damage.empty()) << where;
  EXPECT_TRUE(!erased || !is_right("opened after " + where)) << where;
  is_right("opened after " + where);
  EXPECT_EQ(db.complaints(), "") << where;
  const auto again = db->erase(id, "asked to");
  EXPECT_TRUE(again.ok()) << where << again.error().text();
  EXPECT_FALSE(is_right("after the end of " + where));
  EXPECT_EQ(files_with(disk, kSecret), std::vector<std::string>()) << where;
  EXPECT_EQ(db.complaints(), "") << where;
  const Digest digest = db.digest();
  EXPECT_FALSE(db->close());
  db.db.reset();
  db = world.open();
  EXPECT_EQ(db.digest(), digest) << where;
  return reached;
}

TEST(Erasure, LosesNothingElseWhereverItStops) {
  for (const Stop stop : {Stop::failure, Stop::power}) {
    std::uint64_t call = 1;
    while (!HasFailure() && erase_and_stop(stop, call)) call += gs::testing::kSanitizedShare;
    EXPECT_GT(call, 100u);
  }
}

TEST(Erasure, ReachesMoreVersionsThanOneTransactionErases) {
  World world;
  world.erased_at_once = 3;
  const Store db = world.create();
  const Id id = fill(db);
  const Id once = db.insert("City", secret(100)).value();
  const Content all = db.content();
  EXPECT_EQ(db->erase(id, "asked to").value(), 13u);
  EXPECT_FALSE(files_with(world.memory, "version 100").empty());
  EXPECT_EQ(db->erase(once, "asked to").value(), 1u);
  EXPECT_EQ(files_with(world.memory, kSecret), std::vector<std::string>());
  EXPECT_EQ(db.content().size() + 2, all.size());
  EXPECT_EQ(db.complaints(), "");
  EXPECT_EQ(db->verify({})->erased, 14u);
}

// An expectation that it is not there is no record.
TEST(Erasure, WhatWasOnlyExpectedIsNotThere) {
  World world;
  const Store db = world.create();
  const Id nobody = id_of_key("City", "nobody");
  Batch batch(db.db);
  ASSERT_FALSE(batch.expect_absent(nobody));
  ASSERT_TRUE(batch.insert("City", "{}").ok());
  ASSERT_FALSE(batch.commit());
  EXPECT_EQ(db->erase(nobody, "").code(), Code::not_found);
}

// What was minted was learned from the payloads that are there, so the name of an erased record was
// free again for a clock that goes back.
TEST(Erasure, TheNameOfAnErasedRecordIsNeverGivenAgain) {
  World world;
  Store db = world.create();
  const std::uint64_t before_ms = world.clock.wall_ms();
  world.clock.set_wall_ms(before_ms + 1000);
  const Id gone = db.insert("City", secret(1)).value();
  EXPECT_EQ(db->erase(gone, "").value(), 1u);
  ASSERT_FALSE(db->close());
  db.db.reset();
  ASSERT_FALSE(world.memory.remove("manifest"));
  world.clock.set_wall_ms(before_ms + 1000);
  db = world.open();
  EXPECT_GT(db.insert("City", "{}").value(), gone);
  EXPECT_EQ(db.complaints(), "");
}

// The record has a payload in every one of many segments. One of them at a time is there twice.
TEST(Erasure, TakesNoMoreRoomThanOneSegmentAndOneMerge) {
  SimFileSystem disk(1);
  SmallWorld world(disk);
  world.erased_at_once = 1000;
  const Store db = world.create();
  const Id id = db.put("City", "key", secret(0)).value();
  ASSERT_TRUE(db.put("City", "other", "{}").ok());
  const std::string filler = "{\"t\":\"" + std::string(900, 'x') + "\"}";
  for (int i = 0; db->stats()->segments < 12; ++i) {
    ASSERT_TRUE(db.put("City", "key", secret(i)).ok());
    ASSERT_TRUE(db.put("City", "other", filler).ok());
  }
  ASSERT_FALSE(db->compact());
  const std::uint64_t segment_bytes = world.options.segment_bytes;
  // A segment written again keeps a salt for each operation, which is small here, and what the
  // erasure appends takes a new segment. All live records are less than one more.
  const std::uint64_t room = 4 * segment_bytes;
  ASSERT_LT(room, db->stats()->log_bytes / 2);
  Faults faults;
  faults.disk_bytes = disk.used_bytes() + room;
  disk.set_faults(faults);
  const auto erased = db->erase(id, "asked to");
  ASSERT_TRUE(erased.ok()) << erased.error().text();
  EXPECT_EQ(files_with(disk, kSecret), std::vector<std::string>());
  EXPECT_EQ(db.complaints(), "");
}

// Runs that neither hold the record nor point into its segments stay as they are.
TEST(Erasure, LeavesRunsAloneThatItDoesNotConcern) {
  World world;
  const Store db = world.create();
  const std::string filler = "{\"t\":\"" + std::string(3000, 'x') + "\"}";
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(db.insert("City", filler).ok());
  ASSERT_FALSE(db->compact());
  const auto old_run = db->moment().version->runs.back();
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(db.insert("City", filler).ok());
  const Id id = db.insert("City", secret(1)).value();
  ASSERT_TRUE(db->erase(id, "").ok());
  EXPECT_EQ(db->moment().version->runs.back(), old_run);
  EXPECT_EQ(files_with(world.memory, kSecret), std::vector<std::string>());
  EXPECT_EQ(db.complaints(), "");
  EXPECT_EQ(db.content().size(), 120u);
}

// They say where records were before they moved.
TEST(Erasure, StateFilesFromBeforeItAreNotUsed) {
  World world;
  Store db = world.create();
  const Id id = fill(db);
  Content others = db.content();
  others.erase(id);
  ASSERT_FALSE(db->checkpoint());
  const Files before = read_files(world.memory);
  ASSERT_TRUE(db->erase(id, "").ok());
  const Digest digest = db.digest();
  ASSERT_FALSE(db->close());
  db.db.reset();
  Files mixed = read_files(world.memory);
  std::erase_if(mixed, [](const auto& file) { return file.first.starts_with("state/"); });
  for (const auto& [path, bytes] : before) {
    if (path.starts_with("state/") || path == "manifest") mixed[path] = bytes;
  }
  platform::MemoryFileSystem other;
  write_files_at_home(other, mixed);
  db = world.open(other);
  EXPECT_EQ(db.content(), others);
  EXPECT_EQ(db.digest(), digest);
  EXPECT_EQ(db.complaints(), "");
}

// The log was compared with its length before; until it had that again, rows stayed in memory.
TEST(Erasure, CheckpointsGoOnWhenTheLogBecameSmaller) {
  World world;
  world.options.checkpoint_log_bytes = 32 << 10;
  const Store db = world.create();
  const std::string large = "{\"t\":\"" + std::string(8 << 10, 'x') + "\"}";
  const Id id = db.insert("City", large).value();
  for (int i = 0; i < 60; ++i) ASSERT_FALSE(db.set(id, "City", large));
  ASSERT_TRUE(db->erase(id, "").ok());
  ASSERT_LT(db->stats()->log_bytes, 100u << 10);
  const std::size_t runs = db->stats()->runs;
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(db.insert("City", large).ok());
  EXPECT_GT(db->stats()->runs, runs);
}

// --- merges beside commits ---

// A merge used to keep frozen tables waiting until its end, and after three of them commits too.
TEST(Merging, WritesWhatIsFrozenMeanwhile) {
  World world;
  WatchedFileSystem watched(world.memory);
  world.files = &watched;
  world.options.checkpoint_log_bytes = 4 << 10;
  world.options.segment_bytes = 1 << 20;
  const Store db = world.create();
  const std::string large = "{\"t\":\"" + std::string(256 << 10, 'x') + "\"}";
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(db.insert("City", large).ok());
  ASSERT_FALSE(db->checkpoint());

  const std::size_t before = db->stats()->runs;
  std::size_t most = 0;
  bool is_inside = false;
  int commits = 0;
  watched.on_write = [&](std::string_view path) {
    if (is_inside || !path.ends_with(".gsr")) return;
    is_inside = true;
    for (int i = 0; i < 50 && commits < 200; ++i, ++commits) {
      EXPECT_TRUE(db.insert("Town", "{\"t\":\"" + std::string(5000, 'x') + "\"}").ok());
    }
    most = std::max<std::size_t>(most, db->stats()->runs);
    is_inside = false;
  };
  ASSERT_FALSE(db->compact());
  watched.on_write = {};
  EXPECT_GT(most, before);
  // And no more than reading can bear.
  EXPECT_GT(commits, static_cast<int>(kRunsBesideMax));
  EXPECT_LE(most, before + kRunsBesideMax);
  EXPECT_EQ(db->stats()->records, 40u + static_cast<unsigned>(commits));
  EXPECT_EQ(db.complaints(), "");
}

// The simulation found it: a merge whose checkpoint could not be written leaves the runs that it
// replaced, with copies of records, until the next open.
TEST(Erasure, ReachesFilesThatAFailedMergeLeft) {
  World world;
  const Store db = world.create();
  const Id id = db.put("City", "key", secret(0)).value();
  ASSERT_FALSE(db->compact());
  const std::vector<std::string> runs = files_with(world.memory, kSecret);
  const auto run = std::find_if(runs.begin(), runs.end(),
                                [](const std::string& path) { return path.starts_with("state/"); });
  ASSERT_NE(run, runs.end());
  const Buffer left = world.memory.read_whole(*run, kFileBytesMax).value();
  ASSERT_FALSE(world.memory.write_whole("state/00000099.gsr", left));
  ASSERT_TRUE(db->erase(id, "asked for").ok());
  EXPECT_EQ(files_with(world.memory, kSecret), std::vector<std::string>());
  EXPECT_EQ(db.complaints(), "");
}

}  // namespace
}  // namespace gs::engine::testing
