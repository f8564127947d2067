// Goal: a torn tail is cut and reported exactly, damage is never cut, and the two are told apart by
// what is known to have been on stable storage.
// Method: logs made by the writer, then changed byte by byte; each case of the rules in log.h.
#include <gtest/gtest.h>

#include "gs/base/crc32c.h"
#include "gs/platform/forwarding_file_system.h"
#include "gs/platform/memory/memory_file_system.h"
#include "gs/storage/log/frame.h"
#include "gs/storage/log/log_harness.h"
#include "gs/storage/log/mark.h"
#include "gs/storage/log/segment.h"

namespace gs::log {
namespace {

using harness::append;
using harness::change;
using platform::MemoryFileSystem;

constexpr std::size_t kChange = 64;
constexpr std::size_t kFrame = kFrameBytes + kChange;
const std::string kFirst = "log/00000001.gsl";
const std::string kSecond = "log/00000002.gsl";

// `synced` frames, then `unsynced` ones, then the process ends.
void write_log(MemoryFileSystem& files, std::size_t synced, std::size_t unsynced) {
  auto opened = harness::open(files);
  ASSERT_TRUE(opened.log) << opened.error.text();
  for (std::size_t i = 0; i < synced; ++i) ASSERT_FALSE(append(*opened.log, change(i, kChange)));
  ASSERT_FALSE(opened.log->sync());
  ASSERT_FALSE(opened.log->mark());
  for (std::size_t i = 0; i < unsynced; ++i) {
    ASSERT_FALSE(append(*opened.log, change(synced + i, kChange)));
  }
}

void flip(MemoryFileSystem& files, const std::string& path, std::size_t offset) {
  Buffer bytes = harness::read_file(files, path);
  ASSERT_LT(offset, bytes.size());
  bytes[offset] ^= 0x10;
  harness::write_file(files, path, bytes);
}

void forget_mark(MemoryFileSystem& files) { ASSERT_FALSE(files.remove("log/mark")); }

void expect_damage(MemoryFileSystem& files, std::size_t visited, std::uint32_t segment,
                   std::uint64_t offset, std::string_view what) {
  const Buffer before = harness::read_file(files, kFirst);
  auto opened = harness::open(files);
  ASSERT_TRUE(opened.log) << opened.error.text();
  EXPECT_EQ(opened.seen.size(), visited);
  ASSERT_FALSE(opened.recovery.damage.empty());
  const Damage& damage = opened.recovery.damage[0];
  EXPECT_EQ(damage.segment, segment);
  EXPECT_EQ(damage.offset, offset);
  EXPECT_NE(damage.what.find(what), std::string::npos) << damage.what;
  EXPECT_FALSE(opened.recovery.cut);
  EXPECT_EQ(opened.log->begin(16).code(), Code::read_only);
  EXPECT_FALSE(opened.log->close());
  EXPECT_EQ(harness::read_file(files, kFirst), before);
}

TEST(TornTail, IsCutAndReportedExactly) {
  MemoryFileSystem files;
  write_log(files, 2, 2);
  flip(files, kFirst, kSegmentHeaderBytes + 2 * kFrame + 40);  // the first unsynced one
  {
    const auto opened = harness::open(files);
    ASSERT_TRUE(opened.log) << opened.error.text();
    EXPECT_EQ(opened.seen.size(), 2u);
    EXPECT_TRUE(opened.recovery.cut);
    EXPECT_EQ(opened.recovery.cut_at, location(1, kSegmentHeaderBytes + 2 * kFrame));
    EXPECT_EQ(opened.recovery.cut_bytes, 2 * kFrame);
    EXPECT_EQ(harness::read_file(files, kFirst).size(), kSegmentHeaderBytes + 2 * kFrame);
    EXPECT_EQ(opened.log->next_sequence(), 2u);
    ASSERT_FALSE(append(*opened.log, change(99, kChange)));
  }
  const auto again = harness::open(files);
  ASSERT_EQ(again.seen.size(), 3u);
  EXPECT_EQ(again.seen[2].change, change(99, kChange));
  EXPECT_FALSE(again.recovery.cut);
}

TEST(TornTail, IsCutAtEveryByte) {
  MemoryFileSystem whole;
  write_log(whole, 1, 2);
  const Buffer bytes = harness::read_file(whole, kFirst);
  const Buffer mark = harness::read_file(whole, "log/mark");
  const std::size_t begin = kSegmentHeaderBytes + kFrame;
  for (std::size_t size = begin; size < begin + 2 * kFrame; ++size) {
    MemoryFileSystem files;
    ASSERT_FALSE(files.make_directory("log"));
    harness::write_file(files, kFirst, Bytes(bytes).first(size));
    harness::write_file(files, "log/mark", mark);
    const auto opened = harness::open(files);
    ASSERT_TRUE(opened.log);
    ASSERT_TRUE(opened.recovery.damage.empty()) << size;
    const std::size_t frames = (size - begin) / kFrame;
    const std::size_t rest = (size - begin) % kFrame;
    ASSERT_EQ(opened.seen.size(), 1 + frames) << size;
    ASSERT_EQ(opened.recovery.cut, rest != 0) << size;
    ASSERT_EQ(opened.recovery.cut_bytes, nonzero_end(Bytes(bytes).subspan(size - rest, rest)));
  }
}

TEST(TornTail, WithALaterFrameThatWasNotSyncedIsStillATornTail) {
  // Found by simulated power cuts: a disk may keep the second of two unsynced frames and lose the
  // first. A valid later frame is then no sign of damage.
  MemoryFileSystem files;
  write_log(files, 2, 3);
  forget_mark(files);
  Buffer bytes = harness::read_file(files, kFirst);
  std::memset(bytes.data() + kSegmentHeaderBytes + 2 * kFrame, 0, kFrame);
  harness::write_file(files, kFirst, bytes);
  const auto opened = harness::open(files);
  EXPECT_TRUE(opened.recovery.damage.empty());
  EXPECT_EQ(opened.seen.size(), 2u);
  EXPECT_EQ(opened.recovery.cut_bytes, 3 * kFrame);
}

// Two frames, of which the first holds a frame that says to be the third, after a sync.
Buffer forge_third(MemoryFileSystem& files) {
  Buffer holds = change(7, 256);
  put_frame_head(holds.data() + 128, {64, 2, 0});
  auto opened = harness::open(files);
  EXPECT_FALSE(append(*opened.log, change(0, kChange)));
  EXPECT_FALSE(append(*opened.log, holds));
  return Buffer(holds.begin() + 128 + kFrameBytes, holds.begin() + 128 + kFrameBytes + 64);
}

TEST(TornTail, IsToldByTheCallerFromWhatItHolds) {
  // A record that held a copy of a log made damage of a torn tail.
  MemoryFileSystem files;
  const Buffer forged = forge_third(files);
  flip(files, kFirst, kSegmentHeaderBytes + kFrame + 40);
  for (const bool ours : {true, false}) {
    std::vector<std::pair<std::uint64_t, Buffer>> asked;
    const auto opened =
        harness::open(files, harness::small_options(), 0, 0,
                      [&](const harness::Opened&, std::uint64_t ahead, Bytes bytes) {
                        asked.emplace_back(ahead, Buffer(bytes.begin(), bytes.end()));
                        return ours;
                      });
    ASSERT_TRUE(opened.log);
    EXPECT_EQ(opened.seen.size(), 1u);
    EXPECT_EQ(opened.recovery.cut, !ours);
    EXPECT_EQ(opened.recovery.damage.empty(), !ours);
    ASSERT_EQ(asked.size(), 1u);
    EXPECT_EQ(asked[0], std::pair(std::uint64_t{1}, forged));
  }
}

TEST(TornTail, IsNotMadeDamageByTextThatLooksLikeHeads) {
  MemoryFileSystem files;
  Options options;
  {
    auto opened = harness::open(files, options);
    ASSERT_FALSE(append(*opened.log, change(0, kChange)));
    Buffer text = change(1, 38'400);
    for (std::size_t at = 0; at + kFrameBytes <= text.size(); at += 16) {
      std::memcpy(text.data() + at, "gsf1", 4);
      store_u32(text.data() + at + 4, 4096);
      store_u64(text.data() + at + 8, 2);
    }
    ASSERT_FALSE(append(*opened.log, text));
  }
  Buffer bytes = harness::read_file(files, kFirst);
  const std::size_t end = kSegmentHeaderBytes + kFrame + kFrameBytes + 38'400;
  std::memset(bytes.data() + end - 500, 0, 500);
  harness::write_file(files, kFirst, bytes);
  const auto opened = harness::open(files, options);
  EXPECT_TRUE(opened.recovery.damage.empty());
  EXPECT_TRUE(opened.recovery.cut);
  EXPECT_EQ(opened.seen.size(), 1u);
}

TEST(TornTail, IsLeftOutWhenOpenedReadOnly) {
  MemoryFileSystem files;
  write_log(files, 2, 1);
  flip(files, kFirst, kSegmentHeaderBytes + 2 * kFrame + 40);
  const Buffer before = harness::read_file(files, kFirst);
  Options options = harness::small_options();
  options.read_only = true;
  const auto opened = harness::open(files, options);
  ASSERT_TRUE(opened.log);
  EXPECT_FALSE(opened.recovery.cut);
  EXPECT_TRUE(opened.recovery.left_out);
  EXPECT_EQ(opened.recovery.cut_at, location(1, kSegmentHeaderBytes + 2 * kFrame));
  EXPECT_EQ(opened.recovery.cut_bytes, kFrame);
  EXPECT_EQ(opened.seen.size(), 2u);
  EXPECT_EQ(opened.log->view()->at(opened.recovery.cut_at), nullptr);
  std::vector<Damage> damage;
  EXPECT_FALSE(opened.log->verify({}, damage));
  EXPECT_TRUE(damage.empty());
  EXPECT_EQ(harness::read_file(files, kFirst), before);
}

// Files that somebody writes while they are read: `write` is called before read number `at`.
class WrittenWhileRead final : public platform::ForwardingFileSystem {
 public:
  WrittenWhileRead(platform::FileSystem& files, int at, std::function<void()> write)
      : ForwardingFileSystem(files), at_(at), write_(std::move(write)) {}

  Result<std::unique_ptr<platform::File>> open(std::string_view path,
                                               platform::OpenMode mode) override {
    GS_TRY(auto file, ForwardingFileSystem::open(path, mode));
    return std::unique_ptr<platform::File>(std::make_unique<Watched>(std::move(file), *this));
  }

 private:
  class Watched final : public platform::ForwardingFile {
   public:
    Watched(std::unique_ptr<platform::File> file, WrittenWhileRead& files)
        : ForwardingFile(std::move(file)), files_(files) {}
    Result<std::size_t> read(std::uint64_t offset, MutableBytes out) override {
      if (--files_.at_ == 0) files_.write_();
      return ForwardingFile::read(offset, out);
    }

   private:
    WrittenWhileRead& files_;
  };

  int at_;
  std::function<void()> write_;
};

TEST(TornTail, BesideAWriterIsNeverTakenForDamage) {
  // A writer finishes a frame, syncs, and writes the next one, which says so, between two reads.
  MemoryFileSystem files;
  Options options;
  {
    auto opened = harness::open(files, options);
    for (std::size_t i = 0; i < 3; ++i) ASSERT_FALSE(append(*opened.log, change(i, kChange)));
    ASSERT_FALSE(opened.log->sync());
    ASSERT_FALSE(append(*opened.log, change(3, kChange)));
  }
  const Buffer after = harness::read_file(files, kFirst);
  Buffer before = after;
  const std::size_t third = kSegmentHeaderBytes + 2 * kFrame;
  std::fill(before.begin() + third + kFrame / 2, before.begin() + third + 2 * kFrame, 0);
  options.read_only = true;
  for (int at = 1; at <= 8; ++at) {
    const auto file = files.open(kFirst, platform::OpenMode::write);
    ASSERT_FALSE(file.value()->write(0, before));
    bool written = false;
    WrittenWhileRead watched(files, at, [&] {
      written = true;
      file.value()->write(0, after).ignore();
    });
    const auto opened = harness::open(watched, options);
    ASSERT_TRUE(opened.log);
    EXPECT_TRUE(opened.recovery.damage.empty()) << at;
    EXPECT_EQ(opened.seen.size(), written ? 4u : 2u) << at;
    EXPECT_EQ(opened.recovery.left_out, !written) << at;
    if (at == 1) EXPECT_TRUE(written);
  }
}

// Files of which `write` is called before the mark is opened.
class WrittenBeforeTheMark final : public platform::ForwardingFileSystem {
 public:
  WrittenBeforeTheMark(platform::FileSystem& files, std::function<void()> write)
      : ForwardingFileSystem(files), write_(std::move(write)) {}
  Result<std::unique_ptr<platform::File>> open(std::string_view path,
                                               platform::OpenMode mode) override {
    if (path == "log/mark") write_();
    return ForwardingFileSystem::open(path, mode);
  }

 private:
  std::function<void()> write_;
};

TEST(Damage, IsNotWhatAWriterMarksWhileAReaderOpens) {
  // A reader found the files, then a mark that spoke of frames which were written after that.
  MemoryFileSystem files;
  auto writer = harness::open(files);
  ASSERT_FALSE(append(*writer.log, change(0, kChange)));
  ASSERT_FALSE(writer.log->sync());
  WrittenBeforeTheMark watched(files, [&] {
    for (std::size_t i = 1; i < 9; ++i) ASSERT_FALSE(append(*writer.log, change(i, kChange)));
    ASSERT_FALSE(writer.log->sync());
    ASSERT_FALSE(writer.log->mark());
  });
  Options options = harness::small_options();
  options.read_only = true;
  const auto opened = harness::open(watched, options);
  ASSERT_TRUE(opened.log);
  EXPECT_TRUE(opened.recovery.damage.empty());
  EXPECT_EQ(opened.seen.size(), 9u);
}

TEST(Damage, IsABadFrameBelowTheMark) {
  MemoryFileSystem files;
  write_log(files, 3, 0);
  flip(files, kFirst, kSegmentHeaderBytes + 2 * kFrame + 40);  // the last one, but confirmed
  expect_damage(files, 2, 1, kSegmentHeaderBytes + 2 * kFrame, "checksum");
}

TEST(Damage, IsABadFrameBeforeOneThatWasWrittenAfterASync) {
  MemoryFileSystem files;
  write_log(files, 3, 1);
  forget_mark(files);
  flip(files, kFirst, kSegmentHeaderBytes + 1 * kFrame + 40);
  expect_damage(files, 1, 1, kSegmentHeaderBytes + kFrame, "checksum");
}

TEST(Damage, IsABadFrameInASegmentThatIsNotTheNewest) {
  MemoryFileSystem files;
  write_log(files, 0, 8);  // crosses into segment 2
  ASSERT_TRUE(files.exists(kSecond).value());
  forget_mark(files);
  flip(files, kFirst, kSegmentHeaderBytes + 3 * kFrame + 40);
  expect_damage(files, 3, 1, kSegmentHeaderBytes + 3 * kFrame, "checksum");
}

TEST(Damage, IsALogThatEndsBeforeTheMark) {
  MemoryFileSystem files;
  write_log(files, 3, 0);
  Buffer bytes = harness::read_file(files, kFirst);
  std::memset(bytes.data() + kSegmentHeaderBytes + 2 * kFrame, 0, kFrame);
  harness::write_file(files, kFirst, bytes);
  expect_damage(files, 2, 1, kSegmentHeaderBytes + 2 * kFrame, "frames 2 to 2 are missing");
}

TEST(Damage, IsEverySegmentGoneWhenFramesWereConfirmed) {
  MemoryFileSystem files;
  write_log(files, 3, 0);
  ASSERT_FALSE(files.remove(kFirst));
  const auto opened = harness::open(files);
  ASSERT_TRUE(opened.log);
  EXPECT_FALSE(opened.recovery.damage.empty());
  EXPECT_FALSE(files.exists(kFirst).value());
}

TEST(Damage, IsAMissingSegment) {
  MemoryFileSystem files;
  write_log(files, 16, 0);
  ASSERT_TRUE(files.exists("log/00000003.gsl").value());
  ASSERT_FALSE(files.remove(kSecond));
  expect_damage(files, 5, 2, 0, "the segment file is missing");
}

TEST(Damage, IsAMissingFirstSegment) {
  MemoryFileSystem files;
  write_log(files, 16, 0);
  ASSERT_FALSE(files.remove(kFirst));
  const auto opened = harness::open(files);
  ASSERT_TRUE(opened.log);
  EXPECT_TRUE(opened.seen.empty());
  ASSERT_FALSE(opened.recovery.damage.empty());
  EXPECT_EQ(opened.recovery.damage[0].segment, 1u);
}

TEST(Damage, IsABadHeaderOfAnOlderSegmentAlsoWhenItIsNotReplayed) {
  MemoryFileSystem files;
  Location from = 0;
  {
    auto opened = harness::open(files);
    for (std::size_t i = 0; i < 16; ++i) ASSERT_FALSE(append(*opened.log, change(i, kChange)));
    from = opened.log->end();
    ASSERT_FALSE(opened.log->close());
  }
  flip(files, kSecond, 30);
  const auto opened = harness::open(files, harness::small_options(), from, 16);
  ASSERT_TRUE(opened.log);
  ASSERT_EQ(opened.recovery.damage.size(), 1u);
  EXPECT_EQ(opened.recovery.damage[0].segment, 2u);
  EXPECT_EQ(opened.recovery.damage[0].offset, 0u);
}

TEST(Damage, IsABadHeaderOfTheNewestSegmentWhenItHasFrames) {
  MemoryFileSystem files;
  write_log(files, 8, 0);
  forget_mark(files);
  flip(files, kSecond, 30);
  expect_damage(files, 5, 2, 0, "segment header");
}

TEST(Damage, IsReportedBehindTheFirstPlaceToo) {
  MemoryFileSystem files;
  write_log(files, 16, 0);
  flip(files, kFirst, kSegmentHeaderBytes + 1 * kFrame + 40);
  flip(files, kFirst, kSegmentHeaderBytes + 2 * kFrame + 40);
  flip(files, kSecond, kSegmentHeaderBytes + 2 * kFrame + 8);
  const auto opened = harness::open(files);
  ASSERT_EQ(opened.recovery.damage.size(), 3u);
  EXPECT_EQ(opened.recovery.damage[1].offset, kSegmentHeaderBytes + 2 * kFrame);
  EXPECT_EQ(opened.recovery.damage[2].segment, 2u);
  EXPECT_EQ(opened.seen.size(), 1u);
  EXPECT_EQ(opened.log->end(), location(1, kSegmentHeaderBytes + kFrame));
}

TEST(Damage, IsAPlaceToStartFromThatTheLogDoesNotHave) {
  MemoryFileSystem files;
  write_log(files, 3, 0);
  for (const Location from : {location(9, 4096), location(1, 8), location(1, 4100),
                              location(1, 1 << 20), location(0, 4096)}) {
    const auto opened = harness::open(files, harness::small_options(), from, 3);
    ASSERT_TRUE(opened.log);
    EXPECT_EQ(opened.recovery.damage.size(), 1u);
    EXPECT_TRUE(opened.seen.empty());
  }
  // A place that exists, with the wrong number.
  const Location second = location(1, kSegmentHeaderBytes + kFrame);
  const auto opened = harness::open(files, harness::small_options(), second, 2);
  ASSERT_TRUE(opened.log);
  ASSERT_FALSE(opened.recovery.damage.empty());
  EXPECT_NE(opened.recovery.damage[0].what.find("sequence"), std::string::npos);
}

TEST(TornCreation, OfAnySizeIsRemoved) {
  for (const std::size_t bytes : {0u, 1u, 60u, 512u, 4095u, 4096u, 5000u}) {
    MemoryFileSystem files;
    write_log(files, 5, 0);
    ASSERT_FALSE(files.exists(kSecond).value());
    Buffer torn = encode_header({2, 0, 5, harness::storage_id()});
    torn.resize(bytes);
    if (bytes > 512) torn[100] = 7;
    if (bytes == 512) torn.resize(511);
    harness::write_file(files, kSecond, torn);
    auto opened = harness::open(files);
    ASSERT_TRUE(opened.log) << opened.error.text();
    EXPECT_TRUE(opened.recovery.damage.empty()) << bytes;
    EXPECT_EQ(opened.recovery.removed_files, 1u);
    EXPECT_EQ(opened.seen.size(), 5u);
    EXPECT_FALSE(files.exists(kSecond).value());
    Location at = 0;
    ASSERT_FALSE(append(*opened.log, change(5, 16), &at));  // the older segment goes on
    EXPECT_TRUE(equal({opened.log->view()->at(at), 16}, change(5, 16)));
    for (std::size_t i = 6; i < 20; ++i) {
      ASSERT_FALSE(append(*opened.log, change(i, 16), &at));
      EXPECT_TRUE(equal({opened.log->view()->at(at), 16}, change(i, 16)));
    }
  }
}

TEST(TornCreation, OfTheFirstSegmentStartsAgain) {
  MemoryFileSystem files;
  ASSERT_FALSE(files.make_directory("log"));
  harness::write_file(files, kFirst, Buffer(100));
  auto opened = harness::open(files);
  ASSERT_TRUE(opened.log) << opened.error.text();
  EXPECT_EQ(opened.recovery.removed_files, 1u);
  ASSERT_FALSE(append(*opened.log, change(0, 16)));
}

TEST(Segments, OfALaterVersionAreRefused) {
  MemoryFileSystem files;
  write_log(files, 2, 0);
  Buffer bytes = harness::read_file(files, kFirst);
  store_u16(bytes.data() + 4, 2);
  store_u32(bytes.data() + 56, crc32c(Bytes(bytes).first(56)));
  harness::write_file(files, kFirst, bytes);
  EXPECT_EQ(harness::open(files).error.code(), Code::newer_format);
}

TEST(Segments, OfAnotherStorageAreDamage) {
  MemoryFileSystem files;
  write_log(files, 2, 0);
  Digest other;
  Recovery recovery;
  const auto log = Log::open(files, "log", other, harness::small_options(), 0, 0, {}, recovery);
  ASSERT_TRUE(log.ok());
  ASSERT_FALSE(recovery.damage.empty());
  EXPECT_NE(recovery.damage[0].what.find("another storage"), std::string::npos);
}

TEST(Segments, AreNotMixedUpWithOtherFiles) {
  MemoryFileSystem files;
  write_log(files, 2, 0);
  harness::write_file(files, "log/notes.txt", change(1, 64));
  harness::write_file(files, "log/00000001.gsl.bak", change(2, 64));
  const auto opened = harness::open(files);
  EXPECT_EQ(opened.seen.size(), 2u);
  EXPECT_TRUE(opened.recovery.damage.empty());
  EXPECT_TRUE(files.exists("log/notes.txt").value());
}

TEST(Segments, WithWildNumbersCostNothing) {
  MemoryFileSystem files;
  write_log(files, 2, 0);
  harness::write_file(files, "log/99999999.gsl",
                      encode_header({99'999'999, 0, 2, harness::storage_id()}));
  const auto opened = harness::open(files);
  ASSERT_TRUE(opened.log);
  ASSERT_FALSE(opened.recovery.damage.empty());
  EXPECT_EQ(opened.recovery.damage[0].segment, 2u);
  EXPECT_EQ(opened.log->view()->at(location(99'999'999, 4096)), nullptr);
}

TEST(Generations, UnfinishedRewriteIsRemoved) {
  MemoryFileSystem files;
  write_log(files, 8, 0);
  Buffer copy = harness::read_file(files, kFirst);
  std::memset(copy.data(), 0, kSegmentHeaderBytes);  // its header is written last
  harness::write_file(files, "log/00000001-1.gsl", copy);
  const auto opened = harness::open(files);
  EXPECT_TRUE(opened.recovery.damage.empty());
  EXPECT_EQ(opened.recovery.removed_files, 1u);
  EXPECT_EQ(opened.seen.size(), 8u);
  EXPECT_EQ(opened.log->generation_sum(), 0u);
  EXPECT_FALSE(files.exists("log/00000001-1.gsl").value());
}

TEST(Generations, FinishedRewriteReplacesTheOlderOne) {
  MemoryFileSystem files;
  write_log(files, 8, 0);
  Buffer copy = harness::read_file(files, kFirst);
  const Buffer header = encode_header({1, 3, 0, harness::storage_id()});
  std::copy(header.begin(), header.end(), copy.begin());
  harness::write_file(files, "log/00000001-3.gsl", copy);
  const auto opened = harness::open(files);
  EXPECT_TRUE(opened.recovery.damage.empty());
  EXPECT_EQ(opened.log->generation_sum(), 3u);
  EXPECT_EQ(opened.seen.size(), 8u);
  EXPECT_FALSE(files.exists(kFirst).value());
}

TEST(MarkFile, WithAFlippedBitHurtsNobody) {
  MemoryFileSystem whole;
  write_log(whole, 4, 0);
  const Buffer mark = harness::read_file(whole, "log/mark");
  const Buffer segment = harness::read_file(whole, kFirst);
  for (std::size_t bit = 0; bit < mark.size() * 8; ++bit) {
    MemoryFileSystem files;
    ASSERT_FALSE(files.make_directory("log"));
    Buffer flipped = mark;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    harness::write_file(files, "log/mark", flipped);
    harness::write_file(files, kFirst, segment);
    const auto opened = harness::open(files);
    ASSERT_TRUE(opened.recovery.damage.empty()) << bit;
    ASSERT_EQ(opened.seen.size(), 4u);
  }
}

// Verification told of it, with the advice to write; and whoever wrote left it as it was.
TEST(MarkFile, IsCutToItsLengthByItsOwner) {
  MemoryFileSystem files;
  write_log(files, 4, 0);
  Buffer longer = harness::read_file(files, "log/mark");
  longer.resize(std::size_t{2} << 20, 0x67);
  harness::write_file(files, "log/mark", longer);
  Options reader = harness::small_options();
  reader.read_only = true;
  ASSERT_TRUE(harness::open(files, reader).log);
  EXPECT_EQ(harness::read_file(files, "log/mark"), longer) << "a reader changes nothing";
  const auto opened = harness::open(files);
  ASSERT_TRUE(opened.log) << opened.error.text();
  EXPECT_EQ(opened.seen.size(), 4u);
  EXPECT_EQ(mark_fault(harness::read_file(files, "log/mark")), "");
}

}  // namespace
}  // namespace gs::log
