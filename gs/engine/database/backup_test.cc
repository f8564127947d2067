// Goal: a backup that does not lead to the state of its storage is noticed when it is restored.
// Method: the note of a good backup is changed, as if replay had led elsewhere. What is said to be
// copied is there after a power cut.
#include <gtest/gtest.h>

#include "gs/engine/database/test_world.h"
#include "gs/platform/sim/sim_file_system.h"

namespace gs::engine::testing {
namespace {

struct Backup : World {
  platform::MemoryFileSystem copy;
  Content content;
  Digest digest;

  Backup() {
    Store db = create();
    const Id id = db.insert("City", R"({"name":"Kyiv"})").value();
    db.put("City", "lviv", R"({"name":"Lviv"})").value();
    EXPECT_FALSE(db.update(id, R"({"capital":true})"));
    content = db.content();
    digest = db.digest();
    EXPECT_FALSE(db->backup(copy));
  }
  std::string note() { return std::string(as_text(copy.read_whole("backup.json", 4096).value())); }
  // As the restore of the public interface: opened for reading, then copied.
  Error restore(platform::FileSystem& target) {
    options.read_only = true;
    GS_TRY(const Store source, try_open(copy));
    options.read_only = false;
    Error lacking;
    GS_TRY_OK(source->restore(target, lacking));
    return lacking;
  }
};

TEST(BackupNote, SaysToWhichStateTheLogLeads) {
  Backup backup;
  const Store db = backup.open();
  EXPECT_EQ(backup.note(), "{\"format\":1,\"frontier\":[\"" + db.head().text() +
                               "\"],\"digest\":\"" + backup.digest.text() + "\"}\n");
}

TEST(BackupNote, ABackupIsRestoredWithoutIt) {
  Backup backup;
  platform::MemoryFileSystem target;
  ASSERT_FALSE(backup.restore(target));
  EXPECT_FALSE(target.exists("backup.json").value());
  const Store db = backup.open(target);
  EXPECT_EQ(db.content(), backup.content);
  EXPECT_EQ(db.digest(), backup.digest);
}

TEST(BackupNote, AnotherStateIsRefused) {
  Backup backup;
  std::string note = backup.note();
  char& nibble = note[note.size() - 4];
  nibble = nibble == '0' ? '1' : '0';
  ASSERT_FALSE(backup.copy.write_whole("backup.json", as_bytes(note)));
  platform::MemoryFileSystem target;
  const Error error = backup.restore(target);
  EXPECT_EQ(error.code(), Code::damaged);
  EXPECT_NE(error.text().find("leads to another state"), std::string::npos) << error.text();
  EXPECT_FALSE(target.exists("storage.json").value());
}

// Backups of before had no note.
TEST(BackupNote, NoNoteIsNoMistake) {
  Backup backup;
  ASSERT_FALSE(backup.copy.remove("backup.json"));
  platform::MemoryFileSystem target;
  ASSERT_FALSE(backup.restore(target));
  EXPECT_EQ(backup.open(target).content(), backup.content);
}

TEST(BackupNote, IsAboutItsMomentOnly) {
  Backup backup;
  {
    const Store db = backup.open(backup.copy);
    db.insert("City", R"({"name":"Odesa"})").value();
    ASSERT_FALSE(db->close());
  }
  platform::MemoryFileSystem target;
  ASSERT_FALSE(backup.restore(target));
  EXPECT_EQ(backup.open(target).content().size(), backup.content.size() + 1);
}

// The digest of a state with a flipped bit was noted, and a backup that was good was refused for
// it. Compacting gave that bit a checksum.
TEST(BackupNote, OfADamagedStateIsLeftOutAndTheBackupIsGood) {
  Backup backup;
  std::string run;
  {
    const Store db = backup.open();
    ASSERT_FALSE(db->compact());
    ASSERT_FALSE(db->close());
  }
  const auto names = backup.memory.list("state");
  for (const std::string& name : names.value()) {
    if (name.ends_with(".gsr")) run = "state/" + name;
  }
  const Store db = backup.open();
  {
    auto file = backup.memory.open(run, platform::OpenMode::write);
    ASSERT_TRUE(file.ok());
    Buffer byte(1);
    const std::uint64_t inside_the_first_record = 4096 + 40;
    ASSERT_TRUE((*file)->read(inside_the_first_record, byte).ok());
    byte[0] ^= 1;
    ASSERT_FALSE((*file)->write(inside_the_first_record, byte));
  }
  EXPECT_EQ(db->compact().code(), Code::damaged);
  platform::MemoryFileSystem again;
  const Error told = db->backup(again);
  EXPECT_EQ(told.code(), Code::damaged);
  EXPECT_NE(told.text().find("is a whole backup all the same"), std::string::npos) << told.text();
  EXPECT_FALSE(again.exists("backup.json").value());
  EXPECT_EQ(backup.open(again).content(), backup.content);
}

// The files of blobs were synced, and their names were not.
TEST(BackupPower, WhatIsWholeHasItsBlobsWhereverThePowerGoes) {
  Backup backup;
  const Store db = backup.open();
  std::vector<BlobRef> blobs;
  for (std::uint8_t i = 0; i < 6; ++i) blobs.push_back(db->put_blob(Buffer(100, i)).value());
  std::uint64_t whole = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    platform::Faults faults;
    for (bool done = false; !done;) {
      ++faults.power_cut_call;
      SCOPED_TRACE(::testing::Message() << "seed=" << seed << " " << faults.text());
      platform::SimFileSystem disk(seed, faults);
      done = db->backup(disk).ok();
      disk.set_faults({});
      disk.crash();
      if (!disk.exists("storage.json").value()) {
        ASSERT_FALSE(done);
        continue;
      }
      ++whole;
      backup.options.read_only = true;
      const Store copy = backup.open(disk);
      backup.options.read_only = false;
      EXPECT_EQ(copy.content(), backup.content);
      for (const BlobRef& blob : blobs) ASSERT_TRUE(copy->get_blob(blob).ok());
    }
    ASSERT_GT(faults.power_cut_call, 30U);
  }
  EXPECT_GT(whole, 3U);
}

}  // namespace
}  // namespace gs::engine::testing
