// Goal: a log that says much more than memory may hold is replayed, by its owner, a reader and
// verification, to the state that its commits had; and whatever is cut off can be done again.
// Method: a small limit; updates, deletions and keyed records, their results many times the limit.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "gs/base/test_share.h"
#include "gs/engine/database/open.h"
#include "gs/engine/database/test_world.h"
#include "gs/platform/forwarding_file_system.h"
#include "gs/platform/sim/sim_file_system.h"

namespace gs::engine::testing {
namespace {

constexpr int kRecords = 500;
constexpr int kRounds = 20;
constexpr std::size_t kLimit = std::size_t{64} << 10;

struct ReplayedWorld : World {
  ReplayedWorld() { options.memory_bytes = kLimit; }
};

std::string text_of(int number, int round) {
  const std::string padding(static_cast<std::size_t>(100 + number % 7 * 100), 'x');
  return "{\"n\":" + std::to_string(number) + ",\"round\":" + std::to_string(round) +
         ",\"padding\":\"" + padding + "\"}";
}

// About 8 MB of images.
void write(const Store& db) {
  for (int round = 0; round < kRounds; ++round) {
    Batch batch(db.db);
    for (int n = 0; n < kRecords; ++n) {
      const Id id = id_of_key("City", std::to_string(n));
      if (round == 0 || (round + n) % 11 == 1) {
        ASSERT_TRUE(batch.put("City", std::to_string(n), text_of(n, round)).ok());
      } else if ((round + n) % 11 == 0) {
        ASSERT_TRUE(batch.remove(id).ok());
      } else {
        ASSERT_TRUE(batch.update(id, "{\"round\":" + std::to_string(round) + '}').ok());
      }
    }
    ASSERT_TRUE(batch.commit().ok());
  }
}

class ReplayRunsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Store db = world.create();
    write(db);
    expected = db.content();
    digest = db.digest();
    ASSERT_LT(expected.size(), std::size_t{kRecords});
    ASSERT_TRUE(db->close().ok());
    lose_state(world.memory);
  }
  void expect_all(const Store& db) const {
    EXPECT_EQ(db.content(), expected);
    EXPECT_EQ(db.digest(), digest);
    EXPECT_EQ(db->stats()->records, expected.size());
    EXPECT_EQ(db.complaints(), "");
    EXPECT_LT(db->stats()->memory_bytes, 3 * kLimit);
  }

  ReplayedWorld world;
  Content expected;
  Digest digest;
};

TEST_F(ReplayRunsTest, TheOwnerHasTheStateAndNeedsNoReplayAgain) {
  Store db = world.open();
  expect_all(db);
  EXPECT_GT(db->recovery().changes_replayed, 0u);
  ASSERT_TRUE(db.put("City", "0", text_of(0, -1)).ok());
  expected = db.content();
  digest = db.digest();
  ASSERT_TRUE(db->close().ok());
  db = world.open();
  EXPECT_LE(db->recovery().changes_replayed, 1u);
  expect_all(db);
}

TEST_F(ReplayRunsTest, FilesOfAnotherStateAreNotInTheWay) {
  for (int number = 1; number < 40; ++number) {
    for (const char* suffix : {".gsr", ".gsp"}) {
      ASSERT_FALSE(world.memory.write_whole(state_path(static_cast<std::uint64_t>(number), suffix),
                                            as_bytes("junk")));
    }
  }
  expect_all(world.open());
}

// Deletions have to hide what the runs of the checkpoint have.
TEST_F(ReplayRunsTest, ACheckpointIsGoneOnFrom) {
  Store db = world.open();
  ASSERT_TRUE(db->checkpoint().ok());
  write(db);
  expected = db.content();
  digest = db.digest();
  ASSERT_TRUE(db->close().ok());
  for (const bool read_only : {true, false}) {
    world.options.read_only = read_only;
    db = world.open();
    EXPECT_LT(db->recovery().changes_replayed, db->stats()->changes);
    expect_all(db);
    ASSERT_TRUE(db->close().ok());
  }
}

TEST_F(ReplayRunsTest, AReaderHasTheStateAndWritesNothing) {
  const Files before = read_files(world.memory);
  world.options.read_only = true;
  const Store db = world.open();
  expect_all(db);
  EXPECT_EQ(read_files(world.memory), before);
}

TEST_F(ReplayRunsTest, ADamagedLogLeavesNoFilesBehind) {
  Files files = read_files(world.memory);
  Buffer& segment = files.lower_bound("log/")->second;
  segment[segment.size() / 2] ^= 1;
  platform::MemoryFileSystem copy;
  write_files_at_home(copy, files);
  world.files = &copy;
  const Store db = world.open();
  EXPECT_TRUE(db->read_only());
  for (const auto& [path, bytes] : read_files(copy))
    EXPECT_FALSE(path.starts_with("state/")) << path;
}

// A full disk must not keep its owner out. Whatever comes first then saves what was replayed: no
// checkpoint may name runs whose rows lie behind its place in the log.
TEST_F(ReplayRunsTest, WhereRunsCannotBeWrittenMemoryHasToDo) {
  struct Full final : platform::ForwardingFileSystem {
    using ForwardingFileSystem::ForwardingFileSystem;
    int runs = 0;  // that can still be made
    Result<std::unique_ptr<platform::File>> open(std::string_view path,
                                                 platform::OpenMode mode) override {
      const bool makes = mode != platform::OpenMode::read && path.ends_with(".gsr");
      if (makes && runs-- <= 0) return Error(Code::no_space, "the disk is full");
      return ForwardingFileSystem::open(path, mode);
    }
  };
  using Step = std::function<Error(const Store&)>;
  const Id some = id_of_key("City", "7");
  const std::vector<Step> steps = {
      [](const Store& db) { return db->checkpoint(); },
      [](const Store& db) { return db->compact(); },
      [&](const Store& db) { return db->erase(some, "asked to").error().copy(); },
      [](const Store& db) { return db.insert("City", "{}").error().copy(); },
      [](const Store& db) {
        for (int quiet = 0; quiet < 20; ++quiet) db->tick();  // runs are merged
        return Error();
      },
  };
  world.options.memory_bytes = std::uint64_t{2} << 20;
  const Files files = read_files(world.memory);
  constexpr int kMany = 1000;
  int made = 0;  // by an open that can make all it wants
  {
    platform::MemoryFileSystem disk;
    write_files_at_home(disk, files);
    Full full(disk);
    full.runs = kMany;
    world.open(full);
    made = kMany - full.runs;
  }
  ASSERT_GT(made, 2);
  for (int runs = 0; runs < made; runs += gs::testing::kSanitizedShare) {
    for (const Step& step : steps) {
      platform::MemoryFileSystem disk;
      write_files_at_home(disk, files);
      Full full(disk);
      full.runs = runs;
      Store db = world.open(full);
      EXPECT_FALSE(db->read_only());
      EXPECT_EQ(db.content(), expected);
      // Only the table behind it could not be written: a checkpoint to come will name this run.
      if (runs == made - 1) EXPECT_EQ(disk.list("state").value().size(), 1u);
      full.runs = kMany;
      const Error error = step(db);
      EXPECT_TRUE(error.ok()) << error.text();
      EXPECT_EQ(db.complaints(), "");
      const Content content = db.content();
      const std::uint64_t records = db->stats()->records;
      ASSERT_TRUE(db->close().ok());
      db = world.open(disk);
      EXPECT_EQ(db.content(), content) << runs << " runs";
      EXPECT_EQ(db->stats()->records, records);
      EXPECT_EQ(db.complaints(), "");
    }
  }
}

// Openings that were cut off left files, each some more, until the disk was full.
TEST_F(ReplayRunsTest, WhatCutOffOpeningsLeftGoesBeforeMoreIsWritten) {
  struct Watching final : platform::ForwardingFileSystem {
    using ForwardingFileSystem::ForwardingFileSystem;
    std::size_t most = 0;  // names below state/ when a run was made
    Result<std::unique_ptr<platform::File>> open(std::string_view path,
                                                 platform::OpenMode mode) override {
      if (mode != platform::OpenMode::read && path.ends_with(".gsr")) {
        most = std::max(most, list("state").value().size());
      }
      return ForwardingFileSystem::open(path, mode);
    }
  };
  platform::MemoryFileSystem disk;
  write_files_at_home(disk, read_files(world.memory));
  ASSERT_TRUE(disk.make_directory("state", true).ok());
  for (int i = 100; i < 300; ++i) {
    const char* const suffix = i % 2 == 0 ? ".gsr" : ".gsr.entries";
    ASSERT_TRUE(disk.write_whole("state/00000" + std::to_string(i) + suffix, {}).ok());
  }
  Watching watching(disk);
  const Store db = world.open(watching);
  EXPECT_EQ(db.content(), expected);
  EXPECT_GT(watching.most, 0u);
  EXPECT_LT(watching.most, 20u);
}

TEST_F(ReplayRunsTest, WhereNothingCanBeWrittenAsideVerificationSaysThatAndNotDamage) {
  const auto none = []() -> Result<std::unique_ptr<platform::FileSystem>> {
    return Error(Code::not_found, "there is no such directory");
  };
  DatabaseSetup setup = world.setup(world.memory);
  setup.env.make_scratch = none;
  const Store db{Database::open(setup).value()};
  const auto report = db->verify({});
  EXPECT_EQ(report.code(), Code::io);
  EXPECT_NE(report.error().text().find("no such directory"), std::string::npos);
  setup.options.read_only = true;
  setup.options.memory_bytes = 4096;
  EXPECT_EQ(Database::open(setup).value()->stats()->records, expected.size());  // has the state
}

// The power goes at every moment of such an opening.
TEST_F(ReplayRunsTest, AnOpeningThatIsCutOffIsDoneAgain) {
  const Files files = read_files(world.memory);
  std::uint64_t calls = 1;
  int cut = 0;
  for (bool done = false; !done; calls += gs::testing::kSanitizedShare * (1 + calls / 8)) {
    platform::SimFileSystem disk(calls);
    write_files_at_home(disk, files);
    world.files = &disk;
    platform::Faults faults;
    faults.power_cut_call = disk.calls() + calls;
    disk.set_faults(faults);
    done = world.try_open().ok() && disk.calls() < faults.power_cut_call;
    if (!done) ++cut;
    disk.set_faults({});
    disk.crash();
    const Store db = world.open();
    EXPECT_EQ(db.content(), expected) << "cut at call " << calls;
    EXPECT_EQ(db.complaints(), "");
    ASSERT_TRUE(db->close().ok());
  }
  EXPECT_GT(cut, 20 / gs::testing::kSanitizedShare);
}

}  // namespace
}  // namespace gs::engine::testing
