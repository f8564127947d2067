// Goal: an erasure beside damaged derived files says so and has done nothing, or has done it all:
// what it says is gone is nowhere.
// Method: runs harmed in one section after the other, before an erasure and in the middle of it.
#include <gtest/gtest.h>

#include <cstring>

#include "gs/engine/database/test_watched_files.h"
#include "gs/engine/database/test_world.h"
#include "gs/storage/state/run_format.h"

namespace gs::engine::testing {
namespace {

constexpr const char* kLetter = "nobody is to read it";
constexpr int kCities = 1500;  // several blocks of hash slots

// One run of full records, closed; the secret is somewhere in the middle.
struct Compacted {
  World world;
  Id id;
  Content content;
  Files files;

  Compacted() {
    world.options.memory_bytes = 16 << 20;
    world.options.checkpoint_log_bytes = 16 << 20;
    const Store db = world.create();
    for (int i = 0; i < kCities; ++i) {
      const std::string json = i == kCities / 2 ? std::string(R"({"secret":")") + kLetter + "\"}"
                                                : "{\"n\":" + std::to_string(i) + "}";
      const Id put = db.put("City", "key " + std::to_string(i), json).value();
      if (i == kCities / 2) id = put;
    }
    EXPECT_TRUE(db->compact().ok());
    content = db.content();
    EXPECT_TRUE(db->close().ok());
    files = read_files(world.memory);
    files.erase("lock");
  }
};

Content without(Content content, const Id& id) {
  content.erase(id);
  return content;
}

std::string run_of(const Files& files) {
  for (const auto& [path, bytes] : files) {
    if (path.ends_with(".gsr")) return path;
  }
  return {};
}

// Flips a bit in each block of a section, but in that of the directory: opening looks at it.
void harm_section(Buffer& run, state::RunPart part) {
  state::RunFooter footer;
  std::memcpy(&footer, run.data() + run.size() - sizeof footer, sizeof footer);
  const state::RunSection& section = footer.sections[part];
  const state::RunSection& directory = footer.sections[state::kDirectory];
  const auto first = state::run_block_of(directory.offset);
  const auto last = state::run_block_of(directory.offset + directory.bytes - 1);
  for (std::uint64_t at = section.offset + 4; at < section.offset + section.bytes;
       at += state::kRunBlockBytes / 2) {
    const std::uint64_t block = state::run_block_of(at);
    if (block < first || block > last) run[static_cast<std::size_t>(at)] ^= 0x10;
  }
}

// It said "1 payload erased", wrote the log again and left the record in the state: a slot that is
// damaged was taken for a record that is not there, and a merge carried its entry on.
TEST(ErasureBesideDamage, SaysSoAndChangesNothing) {
  for (const state::RunPart part : {state::kImages, state::kEntries, state::kSlots}) {
    SCOPED_TRACE(part);
    Compacted compacted;
    World& world = compacted.world;
    platform::MemoryFileSystem disk;
    Files files = compacted.files;
    harm_section(files[run_of(files)], part);
    write_files_at_home(disk, files);
    {
      const Store db = world.open(disk);
      ASSERT_EQ(db->moment().version->runs.size(), 1u);
      const auto erased = db->erase(compacted.id, "asked to");
      EXPECT_EQ(erased.code(), Code::damaged);
      const Error closed = db->close();
      EXPECT_TRUE(closed.ok()) << closed.text();
    }
    for (const auto& [path, bytes] : read_files(disk)) {
      if (path.ends_with(".gsl")) EXPECT_EQ(bytes, files[path]) << path;
    }
    const Store db = world.open(disk);
    EXPECT_EQ(db.content(), compacted.content);
    EXPECT_EQ(db->erase(compacted.id, "asked to").value(), 1u);
    EXPECT_EQ(db.content(), without(compacted.content, compacted.id));
    ASSERT_TRUE(db->compact().ok());
    EXPECT_EQ(db.content(), without(compacted.content, compacted.id));
    EXPECT_EQ(files_with(disk, kLetter), std::vector<std::string>());
    EXPECT_EQ(db.complaints(), "");
  }
}

// The frozen table is written as a run after the erasure was committed; here the disk harms it.
TEST(ErasureBesideDamage, MetInTheMiddleIsAFailureThatTheNextErasureMends) {
  Compacted compacted;
  World& world = compacted.world;
  platform::MemoryFileSystem disk;
  write_files_at_home(disk, compacted.files);
  WatchedFileSystem watched(disk);
  std::string newest;
  bool is_harmed = false;
  watched.on_create = [&](std::string_view path) {
    if (path.ends_with(".gsr")) newest = path;
    if (is_harmed || newest.empty() || !path.ends_with(".gsp")) return;
    is_harmed = true;
    const std::size_t in_an_entry = state::kRunHeaderBytes + 20;
    const auto file = disk.open(newest, platform::OpenMode::write).value();
    std::uint8_t byte = 0;
    ASSERT_EQ(file->read(in_an_entry, {&byte, 1}).value(), 1u);
    byte ^= 1;
    ASSERT_TRUE(file->write(in_an_entry, {&byte, 1}).ok());
  };
  Content others;
  {
    const Store db = world.open(watched);
    // More than fits into the block of the directory, which opening compares.
    for (int i = 0; i < 300; ++i) ASSERT_TRUE(db.insert("Town", "{}").ok());
    others = without(db.content(), compacted.id);
    EXPECT_EQ(db->erase(compacted.id, "asked to").code(), Code::damaged);
    EXPECT_TRUE(is_harmed);
    for (const auto& [path, bytes] : read_files(disk)) {
      if (path.ends_with(".gsl")) EXPECT_EQ(path.find('-'), std::string::npos) << "written again";
    }
    db->close().ignore();
  }
  const Store db = world.open(disk);
  EXPECT_EQ(db.content(), others);
  EXPECT_EQ(db->erase(compacted.id, "asked to").value(), 1u);
  EXPECT_EQ(db.content(), others);
  EXPECT_EQ(files_with(disk, kLetter), std::vector<std::string>());
  EXPECT_EQ(db.complaints(), "");
}

}  // namespace
}  // namespace gs::engine::testing
