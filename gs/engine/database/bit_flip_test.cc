// Every single-bit flip of a small storage's log: verify() notices each, and names the segment and
// an offset in the header or frame that holds the bit. Each third flip, unless all are asked for.
#include <gtest/gtest.h>

#include "gs/base/test_share.h"
#include "gs/engine/database/test_world.h"
#include "gs/storage/log/log.h"

namespace gs::engine::testing {
namespace {

constexpr const char* kOnlySegment = "log/00000001.gsl";
constexpr std::size_t kByteStep = gs::testing::kSanitizedShare == 1 ? 1 : 3;

// Header and frames of the segment: where each begins, and the end.
std::vector<std::size_t> parts_of(const Buffer& segment) {
  std::vector<std::size_t> parts{0, log::kSegmentHeaderBytes};
  while (parts.back() + log::kFrameBytes <= segment.size()) {
    std::uint32_t bytes = 0;
    for (int i = 3; i >= 0; --i) bytes = bytes << 8 | segment[parts.back() + 4 + i];
    parts.push_back(parts.back() + log::kFrameBytes + bytes);
  }
  return parts;
}

// A genesis and three changes, closed cleanly.
Files small_storage(World& world) {
  const Store db = world.create();
  const Id id = db.put("City", "kyiv", R"({"name":"Kyiv","lat":50.45})").value();
  EXPECT_TRUE(db.update(id, R"({"lat":50.5})").ok());
  EXPECT_TRUE(db.remove(id).ok());
  EXPECT_TRUE(db->close().ok());
  return read_files(world.memory);
}

// True when `place` ("segment 1 offset N: ...") lies in the part that holds `at`.
bool names_part(const std::string& place, const std::vector<std::size_t>& parts, std::size_t at) {
  constexpr std::string_view kBegin = "segment 1 offset ";
  if (!place.starts_with(kBegin)) return false;
  const std::size_t offset = std::strtoull(place.c_str() + kBegin.size(), nullptr, 10);
  std::size_t part = 0;
  while (parts[part + 1] <= at) ++part;
  return parts[part] <= offset && offset < parts[part + 1];
}

TEST(BitFlip, IsNoticedByVerifyAndNamedWhereverItIs) {
  World world;
  const Files files = small_storage(world);
  const Buffer& segment = files.at(kOnlySegment);
  const auto parts = parts_of(segment);
  ASSERT_EQ(parts.size(), 6u);  // header, four frames, end
  ASSERT_EQ(parts.back(), segment.size());
  world.options.read_only = true;
  const Store db = world.open();
  const auto file = world.memory.open(kOnlySegment, platform::OpenMode::write).value();
  VerifyOptions options;
  options.full = false;
  for (std::size_t flip = 0; flip < segment.size() * 8; flip += gs::testing::search_step(3)) {
    SCOPED_TRACE("bit " + std::to_string(flip));
    const std::size_t at = flip / 8;
    const std::uint8_t byte = static_cast<std::uint8_t>(segment[at] ^ (1u << flip % 8));
    ASSERT_TRUE(file->write(at, {&byte, 1}).ok());
    const auto report = db->verify(options);
    ASSERT_TRUE(report.ok()) << report.error().text();
    ASSERT_FALSE(report->ok);
    ASSERT_FALSE(report->damage.empty());
    ASSERT_TRUE(names_part(report->damage.front(), parts, at)) << report->damage.front();
    const VerifySection& frames = report->sections.front();
    ASSERT_FALSE(frames.ok);
    ASSERT_TRUE(names_part(frames.detail, parts, at)) << frames.detail;
    ASSERT_TRUE(file->write(at, {&segment[at], 1}).ok());
  }
  EXPECT_EQ(db.complaints(), "");
}

TEST(BitFlip, IsNoticedByOpenWithoutACheckpoint) {
  World world;
  Files files = small_storage(world);
  for (auto at = files.begin(); at != files.end();) {
    at = at->first.starts_with("state/") ? files.erase(at) : std::next(at);
  }
  const Buffer segment = files.at(kOnlySegment);
  const auto parts = parts_of(segment);
  platform::MemoryFileSystem disk;
  write_files(disk, files);
  world.options.read_only = true;
  // Every byte of the frames, one bit each; the header's unused bytes are verify()'s business.
  for (std::size_t at = parts[1]; at < segment.size(); at += kByteStep) {
    Buffer flipped = segment;
    flipped[at] ^= static_cast<std::uint8_t>(1u << (at % 8));
    ASSERT_TRUE(disk.write_whole(kOnlySegment, flipped).ok());
    const auto opened = world.try_open(disk);
    if (!opened.ok()) continue;  // refused, which is notice enough
    const RecoveryReport& recovery = opened.value()->recovery();
    ASSERT_FALSE(recovery.damage.empty()) << "byte " << at;
    ASSERT_TRUE(names_part(recovery.damage.front(), parts, at))
        << "byte " << at << " is reported at " << recovery.damage.front();
    ASSERT_FALSE(recovery.torn_tail_cut) << "byte " << at;
  }
}

TEST(BitFlip, IsNeverCalledAnybodysInputByTheListOfChanges) {
  World world;
  const Files files = small_storage(world);
  const Buffer& segment = files.at(kOnlySegment);
  const std::size_t begin = parts_of(segment)[2] + log::kFrameBytes;  // behind the genesis
  world.options.read_only = true;
  const Store db = world.open();
  const auto file = world.memory.open(kOnlySegment, platform::OpenMode::write).value();
  std::size_t noticed = 0;
  for (std::size_t at = begin; at < segment.size(); ++at) {
    const std::uint8_t byte = static_cast<std::uint8_t>(segment[at] ^ 0x10);
    ASSERT_TRUE(file->write(at, {&byte, 1}).ok());
    const Code code = db->log(10).code();
    // The version of its format may be what flipped.
    EXPECT_TRUE(code == Code::ok || code == Code::damaged || code == Code::newer_format) << at;
    noticed += code == Code::damaged ? 1 : 0;
    ASSERT_TRUE(file->write(at, {&segment[at], 1}).ok());
  }
  EXPECT_GT(noticed, 100u);
}

}  // namespace
}  // namespace gs::engine::testing
