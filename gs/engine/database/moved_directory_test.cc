// Goal: a directory that was moved or copied never costs its owner a key, and goes on as the same
// writer only when the owner says so.
#include <gtest/gtest.h>

#include "gs/engine/database/test_world.h"
#include "gs/platform/sim/sim_file_system.h"

namespace gs::engine {
namespace {

using platform::MemoryFileSystem;
using testing::Files;
using testing::read_files;
using testing::Store;
using testing::World;
using testing::write_files;

constexpr const char* kWriterKey = "keys/writer";

// A closed storage with one record, in a directory that is gone now.
struct Moved {
  World world;
  Files files;
  Digest writer;
  MemoryFileSystem here;  // where it was moved to

  explicit Moved(Policy policy) {
    const Store db{Database::create(world.setup(world.memory), {policy}).value()};
    writer = db->writer();
    EXPECT_TRUE(db.put("City", "kyiv", R"({"n":1})").ok());
    EXPECT_TRUE(db->close().ok());
    files = read_files(world.memory);
    write_files(here, files);
  }
  Store open() { return world.open(here); }
  Store keep() {
    world.options.keep_writer = true;
    Store db = open();
    world.options.keep_writer = false;
    return db;
  }
};

// The directory got a new key before anybody looked whether it may write. It may not, so the
// storage was read-only for ever, and the owner's only key was gone.
TEST(MovedDirectory, OfAnOwnerWritesNothingAndSaysWhatToDo) {
  Moved moved(Policy::closed);
  const Store db = moved.open();
  EXPECT_TRUE(db->read_only());
  const Error refused = db.insert("City", "{}").error().copy();
  EXPECT_EQ(refused.code(), Code::read_only);
  EXPECT_NE(refused.message().find("keep_writer"), std::string_view::npos) << refused.text();
  EXPECT_EQ(db.content().size(), 1u);
  ASSERT_FALSE(db->close());
  Files after = read_files(moved.here);
  for (const char* const path : {kWriterKey, "keys/instance"}) {
    EXPECT_EQ(after[path], moved.files[path]) << path;
  }
  for (const auto& [path, bytes] : after) {
    EXPECT_TRUE(moved.files.contains(path) || path == "lock") << path;
  }
}

TEST(MovedDirectory, IsKeptByItsOwnerOnce) {
  Moved moved(Policy::closed);
  ASSERT_FALSE(moved.open()->close());
  {
    const Store db = moved.keep();
    EXPECT_EQ(db->writer(), moved.writer);
    EXPECT_TRUE(db.insert("City", "{}").ok());
    EXPECT_EQ(db.complaints(), "");
    ASSERT_FALSE(db->close());
  }
  const Store db = moved.open();  // it is at home now
  EXPECT_EQ(db->writer(), moved.writer);
  EXPECT_TRUE(db.insert("City", "{}").ok());
  EXPECT_EQ(db.content().size(), 3u);
}

TEST(MovedDirectory, WithoutAnyKeyIsNotKept) {
  Moved moved(Policy::closed);
  ASSERT_FALSE(moved.here.remove(kWriterKey));
  const Store db = moved.keep();
  const Error refused = db.insert("City", "{}").error().copy();
  EXPECT_EQ(refused.code(), Code::read_only);
  EXPECT_NE(refused.message().find("no key"), std::string_view::npos) << refused.text();
}

TEST(MovedDirectory, ThatEverybodyMayWriteGetsANewKeyAndKeepsTheOldOne) {
  Moved moved(Policy::open);
  {
    const Store db = moved.open();
    EXPECT_NE(db->writer(), moved.writer);
    EXPECT_TRUE(db.insert("City", "{}").ok());
    ASSERT_FALSE(db->close());
  }
  Files after = read_files(moved.here);
  EXPECT_NE(after[kWriterKey], moved.files[kWriterKey]);
  const std::string kept = std::string(kWriterKey) + "." + moved.writer.text().substr(0, 16);
  ASSERT_TRUE(after.contains(kept));
  EXPECT_EQ(after[kept], moved.files[kWriterKey]);
}

// A crash between keys/writer and keys/instance looks like a move. The key was never used.
TEST(MovedDirectory, AKeyWhoseMarkIsMissingIsReplacedAndKept) {
  World world;
  const Store db = world.create();
  const Digest writer = db->writer();
  ASSERT_FALSE(db->close());
  ASSERT_FALSE(world.memory.remove("keys/instance"));
  EXPECT_NE(world.open()->writer(), writer);
  EXPECT_TRUE(read_files(world.memory)
                  .contains(std::string(kWriterKey) + "." + writer.text().substr(0, 16)));
}

// A look at a name that failed was taken for "there is none", and the key was replaced.
TEST(MovedDirectory, NoCallThatFailsOnceCostsTheKey) {
  platform::SimFileSystem disk(7);
  World world;
  world.files = &disk;
  const Store made = world.create();
  const Digest writer = made->writer();
  ASSERT_FALSE(made->close());
  std::uint64_t call = 0;
  for (bool met = true; met;) {
    platform::Faults faults;
    faults.fail_call = ++call;
    disk.set_faults(faults);
    if (const auto db = world.try_open(); db.ok()) {
      EXPECT_EQ(db.value()->writer(), writer) << "call " << call;
    }
    met = disk.calls() >= call;
    disk.set_faults({});
    disk.kill_process();
    EXPECT_EQ(world.open()->writer(), writer) << "call " << call;
    disk.kill_process();
  }
  EXPECT_GT(call, 30u);
}

TEST(MovedDirectory, AnotherCreationKeepsTheKeyOfTheOneBefore) {
  World world;
  ASSERT_FALSE(world.create()->close());
  Files before = read_files(world.memory);
  for (const auto& [path, bytes] : before) {
    if (path.starts_with("log/") || path == "storage.json") ASSERT_FALSE(world.memory.remove(path));
  }
  ASSERT_FALSE(world.memory.write_whole("creating", {}));  // one that stopped before its key
  ASSERT_FALSE(world.create()->close());
  bool kept = false;
  for (const auto& [path, bytes] : read_files(world.memory)) {
    kept |= path.starts_with("keys/writer.") && bytes == before[kWriterKey];
  }
  EXPECT_TRUE(kept);
}

}  // namespace
}  // namespace gs::engine
