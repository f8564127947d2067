// Goal: verify() notices every bit that is not what was written, and says where.
#include <gtest/gtest.h>

#include <map>

#include "gs/base/test_share.h"
#include "gs/platform/memory/memory_file_system.h"
#include "gs/platform/sim/sim_file_system.h"
#include "gs/storage/log/frame.h"
#include "gs/storage/log/log_harness.h"

namespace gs::log {
namespace {

using harness::append;
using harness::change;
using platform::MemoryFileSystem;

constexpr std::size_t kFrames = 6;
constexpr std::size_t kSmallChange = 40;
constexpr std::size_t kSmallFrame = kFrameBytes + kSmallChange;

// Two segments of three frames, closed.
std::map<std::string, Buffer> small_log() {
  MemoryFileSystem files;
  Options options;
  options.segment_bytes = kSegmentHeaderBytes + 3 * kSmallFrame;
  auto opened = harness::open(files, options);
  for (std::size_t i = 0; i < kFrames; ++i) {
    EXPECT_FALSE(append(*opened.log, change(i, kSmallChange)));
  }
  EXPECT_EQ(opened.log->segment_count(), 2u);
  EXPECT_FALSE(opened.log->close());
  std::map<std::string, Buffer> all;
  const auto names = files.list("log");
  for (const std::string& name : names.value())
    all[name] = harness::read_file(files, "log/" + name);
  return all;
}

void restore(platform::FileSystem& files, const std::map<std::string, Buffer>& all) {
  ASSERT_FALSE(files.make_directory("log"));
  for (const auto& [name, bytes] : all) harness::write_file(files, "log/" + name, bytes);
}

std::vector<Damage> damage_of(platform::FileSystem& files, std::size_t* visited = nullptr) {
  auto opened = harness::open(files);
  EXPECT_TRUE(opened.log) << opened.error.text();
  std::vector<Damage> damage;
  std::vector<harness::Seen> seen;
  if (!opened.log) return damage;
  EXPECT_FALSE(opened.log->verify(harness::collect(seen), damage));
  if (visited != nullptr) *visited = seen.size();
  return damage;
}

TEST(Verify, FindsNothingInAWholeLogAndVisitsEveryFrame) {
  MemoryFileSystem files;
  restore(files, small_log());
  std::size_t visited = 0;
  EXPECT_TRUE(damage_of(files, &visited).empty());
  EXPECT_EQ(visited, kFrames);
}

TEST(Verify, EverySingleBitChangeIsNoticedAndLocated) {
  const auto whole = small_log();
  std::uint32_t segment = 0;
  for (const auto& [name, bytes] : whole) {
    if (name == "mark") continue;
    ++segment;
    MemoryFileSystem files;
    restore(files, whole);
    const auto file = files.open("log/" + name, platform::OpenMode::write);
    Options options;
    options.segment_bytes = kSegmentHeaderBytes + 3 * kSmallFrame;
    options.read_only = true;  // changes nothing, so one copy of the log serves all bits
    for (std::size_t bit = 0; bit < bytes.size() * 8; bit += testing::kSanitizedStep) {
      const std::size_t byte = bit / 8;
      if (byte >= 64 && byte < kSegmentHeaderBytes - 8 && bit % 61 != 0) continue;  // all zeros
      const std::uint8_t flipped = bytes[byte] ^ static_cast<std::uint8_t>(1u << (bit % 8));
      ASSERT_FALSE(file.value()->write(byte, {&flipped, 1}));
      Recovery recovery;
      const auto log = Log::open(files, "log", harness::storage_id(), options, 0, 0, {}, recovery);
      ASSERT_TRUE(log.ok()) << log.error().text();
      EXPECT_FALSE(recovery.damage.empty());
      std::vector<Damage> damage;
      std::vector<harness::Seen> seen;
      ASSERT_FALSE((*log)->verify(harness::collect(seen), damage));
      ASSERT_EQ(damage.size(), 1u) << name << " bit " << bit;
      const bool header = byte < kSegmentHeaderBytes;
      const std::size_t frame = header ? 0 : byte - (byte - kSegmentHeaderBytes) % kSmallFrame;
      ASSERT_EQ(damage[0].segment, segment) << name << " bit " << bit;
      ASSERT_EQ(damage[0].offset, frame) << name << " bit " << bit;
      ASSERT_EQ(seen.size(), header ? kFrames : kFrames - 1) << name << " bit " << bit;
      ASSERT_FALSE(file.value()->write(byte, {&bytes[byte], 1}));
    }
  }
}

TEST(Verify, TruncationAtEveryByteIsNoticed) {
  const auto whole = small_log();
  for (const std::string name : {"00000001.gsl", "00000002.gsl"}) {
    const Buffer& bytes = whole.at(name);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      if (size > 64 && size < kSegmentHeaderBytes - 8 && size % 61 != 0) continue;
      MemoryFileSystem files;
      auto cut = whole;
      cut[name].resize(size);
      restore(files, cut);
      const auto opened = harness::open(files);
      ASSERT_TRUE(opened.log) << opened.error.text();
      ASSERT_FALSE(opened.recovery.damage.empty()) << name << " at " << size;
      ASSERT_EQ(harness::read_file(files, "log/" + name).size(), size);
      ASSERT_FALSE(damage_of(files).empty()) << name << " at " << size;
    }
  }
}

TEST(Verify, NamesABitThatRotsUnderAnOpenLog) {
  platform::SimFileSystem files(1);
  auto opened = harness::open(files);
  for (std::size_t i = 0; i < 20; ++i) ASSERT_FALSE(append(*opened.log, change(i, kSmallChange)));
  ASSERT_FALSE(opened.log->sync());
  ASSERT_FALSE(files.flip_bit("log/00000002.gsl", kSegmentHeaderBytes + kSmallFrame + 30, 3));
  std::vector<Damage> damage;
  ASSERT_FALSE(opened.log->verify({}, damage));
  ASSERT_EQ(damage.size(), 1u);
  EXPECT_EQ(damage[0].segment, 2u);
  EXPECT_EQ(damage[0].offset, kSegmentHeaderBytes + kSmallFrame);
}

TEST(Verify, NamesBytesAfterTheEnd) {
  MemoryFileSystem files;
  auto opened = harness::open(files);
  ASSERT_FALSE(append(*opened.log, change(0, kSmallChange)));
  const auto file = files.open("log/00000001.gsl", platform::OpenMode::write);
  const std::uint8_t one = 1;
  ASSERT_FALSE(file.value()->write(kSegmentHeaderBytes + kSmallFrame + 5, {&one, 1}));
  std::vector<Damage> damage;
  ASSERT_FALSE(opened.log->verify({}, damage));
  ASSERT_EQ(damage.size(), 1u);
  EXPECT_EQ(damage[0].offset, kSegmentHeaderBytes + kSmallFrame + 5);
  EXPECT_NE(damage[0].what.find("after the end"), std::string::npos);
}

TEST(Verify, NamesMissingAndRepeatedFrames) {
  auto log = small_log();
  Buffer& first = log["00000001.gsl"];
  const auto frame = first.begin() + kSegmentHeaderBytes;
  const Buffer removed(frame + kSmallFrame, frame + 2 * kSmallFrame);
  {
    auto missing = log;
    auto& bytes = missing["00000001.gsl"];
    bytes.erase(bytes.begin() + kSegmentHeaderBytes + kSmallFrame,
                bytes.begin() + kSegmentHeaderBytes + 2 * kSmallFrame);
    MemoryFileSystem files;
    restore(files, missing);
    const auto damage = damage_of(files);
    ASSERT_EQ(damage.size(), 1u);
    EXPECT_EQ(damage[0].offset, kSegmentHeaderBytes + kSmallFrame);
    EXPECT_NE(damage[0].what.find("2 where 1 belongs"), std::string::npos) << damage[0].what;
  }
  first.insert(first.begin() + kSegmentHeaderBytes + 2 * kSmallFrame, removed.begin(),
               removed.end());
  MemoryFileSystem files;
  restore(files, log);
  std::size_t visited = 0;
  const auto damage = damage_of(files, &visited);
  ASSERT_EQ(damage.size(), 1u);
  EXPECT_NE(damage[0].what.find("1 where 2 belongs"), std::string::npos) << damage[0].what;
  EXPECT_EQ(visited, kFrames);
}

TEST(Verify, StopsAtAThousandPlaces) {
  MemoryFileSystem files;
  {
    auto opened = harness::open(files, Options{});
    for (std::size_t i = 0; i < 1500; ++i) ASSERT_FALSE(append(*opened.log, change(i, 16)));
    ASSERT_FALSE(opened.log->close());
  }
  Buffer bytes = harness::read_file(files, "log/00000001.gsl");
  for (std::size_t at = kSegmentHeaderBytes + 30; at < bytes.size(); at += 40) bytes[at] ^= 1;
  harness::write_file(files, "log/00000001.gsl", bytes);
  EXPECT_EQ(damage_of(files).size(), 1000u);
}

TEST(Verify, TellsItsProgress) {
  MemoryFileSystem files;
  restore(files, small_log());
  const auto opened = harness::open(files);
  std::uint64_t last = 0;
  std::vector<Damage> damage;
  const auto progress = [&](std::uint64_t done, std::uint64_t total) {
    EXPECT_GE(done, last);
    EXPECT_LE(done, total);
    EXPECT_EQ(total, opened.log->bytes());
    last = done;
  };
  ASSERT_FALSE(opened.log->verify({}, damage, progress));
  EXPECT_EQ(last, opened.log->bytes());
}

TEST(Verify, NamesWhatCannotBeRead) {
  platform::SimFileSystem files(1);
  auto opened = harness::open(files);
  for (std::size_t i = 0; i < 3; ++i) ASSERT_FALSE(append(*opened.log, change(i, kSmallChange)));
  platform::Faults faults;
  faults.read_fails = 1000;
  files.set_faults(faults);
  std::vector<Damage> damage;
  ASSERT_FALSE(opened.log->verify({}, damage));
  ASSERT_FALSE(damage.empty());
  EXPECT_NE(damage[0].what.find("cannot be read"), std::string::npos);
}

}  // namespace
}  // namespace gs::log
