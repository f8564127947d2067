// Goal: whatever happens to the mark, the keys or the manifest, verification says so in their
// section and nowhere else; and the next open for writing mends what it may.
// Method: each byte of each file flipped, files cut, filled with noise and removed.
#include "gs/engine/database/verify_files.h"
#include "gs/base/test_share.h"

#include <gtest/gtest.h>

#include <functional>

#include "gs/engine/database/test_world.h"

namespace gs::engine::testing {
namespace {

constexpr const char* kMark = "log/mark";
constexpr const char* kKey = "keys/writer";
constexpr const char* kInstance = "keys/instance";
constexpr const char* kManifest = "manifest";

struct Looked : World {
  Looked() {
    const Store db = create();
    for (int i = 0; i < 3; ++i) {  // both slots of the manifest
      EXPECT_TRUE(db.insert("City", R"({"name":"Kyiv"})").ok());
      EXPECT_FALSE(db->checkpoint());
    }
    EXPECT_FALSE(db->close());
  }

  void change(const std::string& path, const std::function<void(Buffer&)>& how) {
    auto file = memory.open(path, platform::OpenMode::write);  // keeps its identity
    ASSERT_TRUE(file.ok());
    Buffer bytes = memory.read_whole(path, kFileBytesMax).value();
    how(bytes);
    ASSERT_FALSE((*file)->resize(bytes.size()));
    ASSERT_FALSE((*file)->write(0, bytes));
  }

  // "name: failure" or "name? note" of each section that has something to say.
  std::string told() {
    options.read_only = true;
    const Store db = open();
    options.read_only = false;
    const auto report = db->verify({});
    if (!report.ok()) return report.error().text();
    std::string all;
    for (const VerifySection& section : report->sections) {
      if (section.detail.empty()) continue;
      all += section.name + (section.ok ? "? " : ": ") + section.detail + "\n";
    }
    return all;
  }

  // A life of a writer.
  void mend() {
    const Store db = open();
    ASSERT_TRUE(db.insert("City", R"({"name":"Lviv"})").ok());
    ASSERT_FALSE(db->close());
  }
};

TEST(VerifyFiles, AWholeStorageHasNothingToSay) {
  Looked world;
  EXPECT_EQ(world.told(), "");
  const Store db = world.open();
  std::map<std::string, std::uint64_t> checked;
  const auto report = db->verify({});
  for (const VerifySection& section : report->sections) {
    checked[section.name] = section.checked;
  }
  EXPECT_EQ(checked["mark"], 1U);
  EXPECT_EQ(checked["keys"], 2U);
  EXPECT_EQ(checked["manifest"], 3U);  // two slots, and the checkpoint
}

TEST(VerifyFiles, EveryFlippedByteIsTold) {
  const std::pair<const char*, std::string> files[] = {
      {kMark, "mark? "}, {kKey, "keys: "}, {kInstance, "keys? "}, {kManifest, "manifest? "}};
  for (const auto& [path, begins] : files) {
    Looked world;
    const std::size_t size = world.memory.read_whole(path, kFileBytesMax)->size();
    // Primes: all fields are met.
    const std::size_t stride = (size < 200 ? 1 : 13) * (gs::testing::kSanitizedShare == 1 ? 1 : 5);
    for (std::size_t at = 0; at < size; at += stride) {
      SCOPED_TRACE(std::string(path) + " byte " + std::to_string(at));
      const auto flip = [&](Buffer& bytes) { bytes[at] ^= 4; };
      world.change(path, flip);
      const std::string told = world.told();
      EXPECT_TRUE(told.starts_with(begins)) << told;
      EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), 1) << told;
      world.change(path, flip);
      if (HasFailure()) return;
    }
    EXPECT_EQ(world.told(), "");
  }
}

TEST(VerifyFiles, NoiseIsDamageThatAWriterMends) {
  for (const char* path : {kMark, kManifest}) {
    Looked world;
    world.change(path, [](Buffer& bytes) { std::fill(bytes.begin(), bytes.end(), 0x67); });
    const std::string told = world.told();
    EXPECT_TRUE(told.find(std::string(path).substr(std::string(path).rfind('/') + 1) + ": ") == 0)
        << told;
    world.mend();
    EXPECT_EQ(world.told(), "") << path;
  }
}

TEST(VerifyFiles, AShorterOrLongerMarkIsTold) {
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{64}, std::size_t{129}, std::size_t{1} << 21}) {
    Looked world;
    world.change(kMark, [&](Buffer& bytes) { bytes.resize(size); });
    EXPECT_TRUE(world.told().starts_with(size == 64 || size == 129 ? "mark? " : "mark: "))
        << size << world.told();
  }
}

TEST(VerifyFiles, ACheckpointThatTheManifestDoesNotMeanIsDamage) {
  Looked world;
  const auto names = world.memory.list("state");
  std::string newest;
  for (const std::string& name : names.value()) {
    if (name.ends_with(".gsp")) newest = "state/" + name;
  }
  world.change(newest, [](Buffer& bytes) { bytes[100] ^= 1; });
  EXPECT_EQ(world.told(), "manifest: " + newest + " does not match the manifest\n");
  ASSERT_FALSE(world.memory.remove(newest));
  EXPECT_EQ(world.told(),
            "manifest? " + newest + " is gone: the state is made again from the log\n");
  world.mend();
  EXPECT_EQ(world.told(), "");
}

TEST(VerifyFiles, WhatIsGoneIsNoDamage) {
  Looked world;
  ASSERT_FALSE(world.memory.remove(kManifest));
  EXPECT_EQ(world.told(), "");  // as before the first checkpoint
  ASSERT_FALSE(world.memory.remove(kMark));
  EXPECT_TRUE(world.told().starts_with("mark? there is no mark")) << world.told();
  world.mend();
  ASSERT_FALSE(world.memory.remove(kInstance));
  EXPECT_TRUE(world.told().starts_with("keys? they were made in another directory"));
  ASSERT_FALSE(world.memory.remove(kKey));
  EXPECT_TRUE(world.told().starts_with("keys? there are none")) << world.told();
}

// The blobs and the state are looked at all the same: they do not depend on these files.
TEST(VerifyFiles, DamageOfOneKeepsNobodyFromTheOthers) {
  Looked world;
  world.change(kMark, [](Buffer& bytes) { std::fill(bytes.begin(), bytes.end(), 0x67); });
  world.change(kKey, [](Buffer& bytes) { bytes[20] ^= 1; });
  world.options.read_only = true;
  const Store db = world.open();
  const auto report = db->verify({});
  for (const VerifySection& section : report->sections) {
    EXPECT_TRUE(section.complete) << section.name;
  }
}

}  // namespace
}  // namespace gs::engine::testing
