// Goal: a closed change that waits for the executor is in nobody's way, and in nobody's blind spot.
// Method: an executor that never comes in time, and one call after the other.
#include <gtest/gtest.h>

#include "gs/engine/database/held_executor.h"
#include "gs/engine/database/test_world.h"
#include "gs/platform/sim/sim_file_system.h"

namespace gs::engine::testing {
namespace {

using platform::Faults;
using platform::SimFileSystem;

struct LateWorld : World {
  HeldExecutor executor;
  SimFileSystem disk{5};
  Content content;

  LateWorld() {
    background = &executor;
    files = &disk;
  }

  // Lazy commits that close some changes and leave one open.
  Code fill(Store& db, int records) {
    const std::string text(100, 'x');
    for (int i = 0; i < records; ++i) {
      const std::string json = "{\"n\":" + std::to_string(i) + ",\"t\":\"" + text + "\"}";
      Batch batch(db.db);
      const Id id = batch.insert("City", json).value();
      if (Error error = batch.commit(Durability::lazy)) return error.code();
      content[id] = json;
    }
    return Code::ok;
  }
};

// The call, then whether everything is still there, now and after opening again.
void check(const std::function<void(LateWorld&, Store&)>& call) {
  LateWorld world;
  Store db = world.create();
  ASSERT_EQ(world.fill(db, 200), Code::ok);
  ASSERT_GT(world.executor.waiting(), 0u);
  call(world, db);
  EXPECT_EQ(db.complaints(), "");
  EXPECT_EQ(db.content(), world.content);
  world.executor.run_all();
  ASSERT_TRUE(db->close().ok());
  db.db.reset();
  db = world.open();
  EXPECT_EQ(db.content(), world.content);
  EXPECT_EQ(db.complaints(), "");
  world.executor.run_all();
}

TEST(LateWriting, VerifyKnowsTheChange) {
  check([](LateWorld&, Store& db) {
    EXPECT_EQ(db.complaints(), "");
    VerifyOptions more;
    more.incremental = true;
    EXPECT_EQ(db.complaints(more), "");
  });
}

TEST(LateWriting, HistoryHasTheChange) {
  check([](LateWorld&, Store& db) {
    const auto all = db->log(1000);
    ASSERT_TRUE(all.ok());
    EXPECT_EQ(all->size(), db->stats()->changes);
  });
}

TEST(LateWriting, BackupHasTheChange) {
  check([](LateWorld& world, Store& db) {
    platform::MemoryFileSystem target;
    ASSERT_TRUE(db->backup(target).ok());
    Store copy = world.open(target);
    EXPECT_EQ(copy.content(), world.content);
    EXPECT_EQ(copy.complaints(), "");
    world.executor.run_all();
  });
}

TEST(LateWriting, ErasureReachesTheChange) {
  check([](LateWorld& world, Store& db) {
    Batch batch(db.db);
    const Id id = batch.insert("City", R"({"t":"find this marker"})").value();
    ASSERT_TRUE(batch.commit(Durability::lazy).ok());
    ASSERT_EQ(world.fill(db, 40), Code::ok);  // its change is closed, and some more
    ASSERT_TRUE(db->erase(id, "asked for").ok());
    EXPECT_EQ(files_with(world.disk, "find this marker"), std::vector<std::string>());
  });
}

TEST(LateWriting, WhatWasSyncedIsThereAfterAPowerCut) {
  LateWorld world;
  Store db = world.create();
  ASSERT_EQ(world.fill(db, 200), Code::ok);
  ASSERT_TRUE(db->sync().ok());
  const Content synced = world.content;
  ASSERT_EQ(world.fill(db, 100), Code::ok);
  world.disk.crash();
  world.executor.run_all();
  db.db.reset();
  db = world.open();
  const Content found = db.content();
  for (const auto& [id, json] : synced) {
    const auto at = found.find(id);
    ASSERT_NE(at, found.end());
    EXPECT_EQ(at->second, json);
  }
  EXPECT_EQ(db.complaints(), "");
  world.executor.run_all();
}

TEST(LateWriting, AFullDiskLeavesNothingWaiting) {
  LateWorld world;
  Store db = world.create();
  Faults full;
  full.disk_bytes = world.disk.used_bytes() + (std::uint64_t{96} << 10);
  world.disk.set_faults(full);
  ASSERT_EQ(world.fill(db, 5000), Code::no_space);
  EXPECT_EQ(db.complaints(), "");
  EXPECT_EQ(db->log(1000)->size(), db->stats()->changes);
  EXPECT_EQ(db.content(), world.content);
  world.disk.set_faults({});
  EXPECT_EQ(world.fill(db, 10), Code::ok);
  EXPECT_EQ(db.complaints(), "");
  world.executor.run_all();
}

TEST(LateWriting, AFailureIsToldToTheNextWriterAndIsFinal) {
  LateWorld world;
  Store db = world.create();
  ASSERT_EQ(world.fill(db, 200), Code::ok);
  ASSERT_TRUE(db->sync().ok());
  const Content synced = world.content;
  ASSERT_EQ(world.fill(db, 60), Code::ok);
  Faults failing;
  failing.write_fails = 1000;
  world.disk.set_faults(failing);
  world.executor.run_all();
  world.disk.set_faults({});  // a later write would succeed, and leave a gap
  EXPECT_EQ(world.fill(db, 200), Code::failed);
  EXPECT_EQ(db->sync().code(), Code::failed);
  EXPECT_EQ(db->verify({}).code(), Code::failed);
  EXPECT_EQ(db->verify({}).code(), Code::failed);
  EXPECT_EQ(db->close().code(), Code::failed);
  db.db.reset();
  db = world.open();
  const Content found = db.content();
  EXPECT_GE(found.size(), synced.size());
  for (const auto& [id, json] : found) EXPECT_EQ(world.content[id], json);
  EXPECT_EQ(db.complaints(), "");
  world.executor.run_all();
}

// 70,000 records of two collections in turn name two shapes, not 70,000.
TEST(LateWriting, ShapesThatAlternateAreNotTooMany) {
  World world;
  Store db = world.create();
  Batch batch(db.db);
  for (int i = 0; i < 35'000; ++i) {
    ASSERT_TRUE(batch.insert("City", R"({"n":1})").ok());
    ASSERT_TRUE(batch.insert("Country", R"({"c":1})").ok());
  }
  const Error error = batch.commit();
  EXPECT_TRUE(error.ok()) << error.text();
}

}  // namespace
}  // namespace gs::engine::testing
