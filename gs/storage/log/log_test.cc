// Goal: what was written comes back, in order and byte for byte, through every door of the log.
// Method: a frozen directory, then borders of segments and limits, then misuse.
#include "gs/storage/log/log.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "gs/base/hex.h"
#include "gs/platform/memory/memory_file_system.h"
#include "gs/storage/log/log_harness.h"

namespace gs::log {
namespace {

using harness::append;
using harness::append_later;
using harness::change;
using harness::Seen;
using platform::MemoryFileSystem;

// Frozen files: lines "offset: hex", rows that are not there are zero.
Buffer read_golden(const std::string& name, std::size_t bytes) {
  Buffer out(bytes);
  std::ifstream file(std::string(GS_TEST_DATA) + "/v1/" + name);
  EXPECT_TRUE(file.good()) << name;
  std::string offset;
  std::string hex;
  while (file >> offset >> hex) {
    const std::size_t at = std::stoul(offset, nullptr, 16);
    EXPECT_TRUE(from_hex(hex, MutableBytes(out).subspan(at, hex.size() / 2)));
  }
  return out;
}

std::string rows(Bytes bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 32) {
    const Bytes row = bytes.subspan(at, std::min<std::size_t>(32, bytes.size() - at));
    char offset[32];
    std::snprintf(offset, sizeof offset, "%08zx: ", at);
    if (to_hex(row).find_first_not_of('0') != std::string::npos)
      text += offset + to_hex(row) + "\n";
  }
  return text;
}

TEST(Log, FilesAreFrozen) {
  MemoryFileSystem files;
  auto opened = harness::open(files);
  ASSERT_FALSE(opened.error) << opened.error.text();
  ASSERT_FALSE(append(*opened.log, change(0, 16)));
  ASSERT_FALSE(append(*opened.log, change(1, 40)));
  ASSERT_FALSE(opened.log->sync());
  ASSERT_FALSE(opened.log->mark());
  ASSERT_FALSE(append(*opened.log, change(2, 24)));
  ASSERT_FALSE(opened.log->close());
  const Buffer segment = harness::read_file(files, "log/00000001.gsl");
  ASSERT_EQ(segment.size(), kSegmentHeaderBytes + 3 * kFrameBytes + 80);
  EXPECT_EQ(rows(segment), rows(read_golden("log_segment.hex", segment.size())));
  const Buffer mark = harness::read_file(files, "log/mark");
  EXPECT_EQ(rows(mark), rows(read_golden("log_mark.hex", mark.size())));
}

TEST(Log, FrozenFilesAreRead) {
  MemoryFileSystem files;
  ASSERT_FALSE(files.make_directory("log"));
  harness::write_file(files, "log/00000001.gsl",
                      read_golden("log_segment.hex", kSegmentHeaderBytes + 3 * kFrameBytes + 80));
  harness::write_file(files, "log/mark", read_golden("log_mark.hex", 128));
  const auto opened = harness::open(files);
  ASSERT_TRUE(opened.log) << opened.error.text();
  EXPECT_TRUE(opened.recovery.damage.empty());
  ASSERT_EQ(opened.seen.size(), 3u);
  EXPECT_EQ(opened.seen[2].change, change(2, 24));
}

TEST(Log, StartsEmpty) {
  MemoryFileSystem files;
  const auto opened = harness::open(files);
  ASSERT_TRUE(opened.log) << opened.error.text();
  EXPECT_EQ(opened.log->end(), opened.log->first());
  EXPECT_EQ(opened.log->next_sequence(), 0u);
  EXPECT_EQ(opened.log->segment_count(), 1u);
  EXPECT_EQ(opened.log->bytes(), kSegmentHeaderBytes);
  EXPECT_TRUE(opened.seen.empty());
}

TEST(Log, WhatWasWrittenComesBackInOrderAcrossSegments) {
  MemoryFileSystem files;
  std::vector<Location> at(40);
  std::uint64_t bytes = 0;
  Location end = 0;
  {
    auto opened = harness::open(files);
    for (std::size_t i = 0; i < at.size(); ++i) {
      ASSERT_FALSE(append(*opened.log, change(i, 16 + 8 * (i % 13)), &at[i]));
      EXPECT_EQ(opened.log->next_sequence(), i + 1);
    }
    EXPECT_GT(opened.log->segment_count(), 3u);
    bytes = opened.log->bytes();
    end = opened.log->end();
    ASSERT_FALSE(opened.log->close());
  }
  const auto opened = harness::open(files);
  ASSERT_TRUE(opened.log) << opened.error.text();
  ASSERT_EQ(opened.seen.size(), at.size());
  const auto view = opened.log->view();
  for (std::size_t i = 0; i < at.size(); ++i) {
    const Buffer expected = change(i, 16 + 8 * (i % 13));
    EXPECT_EQ(opened.seen[i].at, at[i]);
    EXPECT_EQ(opened.seen[i].sequence, i);
    EXPECT_EQ(opened.seen[i].change, expected);
    EXPECT_TRUE(equal({view->at(at[i]), expected.size()}, expected));
  }
  EXPECT_EQ(opened.log->bytes(), bytes);
  EXPECT_EQ(opened.log->end(), end);
  EXPECT_EQ(opened.recovery.frames, at.size());
  EXPECT_FALSE(opened.recovery.cut);
}

TEST(Log, ChangeIsReadableWhileItIsBuiltAndAfter) {
  MemoryFileSystem files;
  auto opened = harness::open(files);
  for (std::uint64_t i = 0; i < 30; ++i) {
    const Buffer bytes = change(i, 64);
    const auto space = opened.log->begin(80);
    ASSERT_TRUE(space.ok());
    EXPECT_EQ(space->space.size(), 80u);
    const auto building = opened.log->view();
    std::memcpy(space->space.data(), bytes.data(), bytes.size());
    EXPECT_EQ(building->at(space->at), space->space.data());
    ASSERT_FALSE(opened.log->write(64));
    EXPECT_TRUE(equal({building->at(space->at), 64}, bytes));
    EXPECT_TRUE(equal({opened.log->view()->at(space->at), 64}, bytes));
  }
}

TEST(Log, OldViewsStayValid) {
  MemoryFileSystem files;
  auto opened = harness::open(files);
  std::vector<std::pair<std::shared_ptr<const View>, Location>> kept;
  for (std::uint64_t i = 0; i < 50; ++i) {
    Location at = 0;
    ASSERT_FALSE(append(*opened.log, change(i, 48), &at));
    kept.emplace_back(opened.log->view(), at);
  }
  opened.log.reset();
  for (std::uint64_t i = 0; i < kept.size(); ++i) {
    EXPECT_TRUE(equal({kept[i].first->at(kept[i].second), 48}, change(i, 48)));
  }
}

TEST(Log, LocationsFromElsewhereAreNull) {
  MemoryFileSystem files;
  const auto opened = harness::open(files);
  const auto view = opened.log->view();
  EXPECT_EQ(view->at(0), nullptr);
  EXPECT_EQ(view->at(location(2, 4096)), nullptr);
  EXPECT_EQ(view->at(location(1, 0xffff'fff8)), nullptr);
  EXPECT_EQ(view->at(~Location{0}), nullptr);
}

TEST(Log, WritingAheadChangesNothingThatIsRead) {
  for (const auto& [begin, bytes] : std::vector<std::pair<std::size_t, std::size_t>>{
           {0, 40'000}, {100, 39'000}, {100, 5'000}, {4'000, 90}, {39'992, 8}, {0, 0}}) {
    MemoryFileSystem files;
    auto opened = harness::open(files);
    ASSERT_FALSE(append(*opened.log, change(1, 24)));
    const Buffer large = change(2, 40'000);
    const auto space = opened.log->begin(40'000);
    std::memcpy(space->space.data(), large.data(), large.size());
    ASSERT_FALSE(opened.log->write_ahead(space->space.subspan(begin, bytes)));
    ASSERT_FALSE(opened.log->write(large.size()));
    ASSERT_FALSE(append(*opened.log, change(3, 24)));
    ASSERT_FALSE(opened.log->close());
    const auto again = harness::open(files);
    ASSERT_EQ(again.seen.size(), 3u);
    EXPECT_EQ(again.seen[1].change, large);
  }
}

TEST(Log, WhatWasWrittenAheadOfALostFrameIsATornTail) {
  MemoryFileSystem files;
  {
    auto opened = harness::open(files);
    ASSERT_FALSE(append(*opened.log, change(1, 24)));
    ASSERT_FALSE(opened.log->sync());
    const Buffer large = change(2, 40'000);
    const auto space = opened.log->begin(40'000);
    std::memcpy(space->space.data(), large.data(), large.size());
    ASSERT_FALSE(opened.log->write_ahead(space->space));
  }
  const auto again = harness::open(files);
  EXPECT_EQ(again.seen.size(), 1u);
  EXPECT_TRUE(again.recovery.cut);
  EXPECT_TRUE(again.recovery.damage.empty());
}

TEST(Log, AChangeThatWaitsIsWrittenByWhoeverNeedsItFirst) {
  using Writes = std::function<Error(Log&)>;
  const std::vector<Writes> all = {
      [](Log& log) { return log.write_pending(); },
      [](Log& log) { return log.sync(); },
      [](Log& log) { return log.close(); },
      [](Log& log) { return append(log, change(2, 24)); },
      [](Log& log) { return append_later(log, change(2, 24)); },
      [](Log& log) { return append(log, change(2, 1000)); },  // a new segment
  };
  for (std::size_t who = 0; who < all.size(); ++who) {
    MemoryFileSystem files;
    auto opened = harness::open(files);
    ASSERT_FALSE(append_later(*opened.log, change(1, 64)));
    EXPECT_EQ(opened.log->next_sequence(), 0u);
    ASSERT_FALSE(all[who](*opened.log));
    EXPECT_GE(opened.log->next_sequence(), 1u);
    opened.log.reset();  // as if the process ended
    const auto again = harness::open(files);
    ASSERT_GE(again.seen.size(), 1u) << who;
    EXPECT_EQ(again.seen[0].change, change(1, 64));
  }
}

TEST(Log, AChangeThatWaitsIsReadFromItsBufferAlsoBesideANewOne) {
  MemoryFileSystem files;
  auto opened = harness::open(files, Options{});
  std::vector<Location> at(4);
  const std::size_t bytes = std::size_t{3} << 20;  // two do not fit in one buffer
  for (std::size_t i = 0; i < at.size(); ++i) {
    ASSERT_FALSE(append_later(*opened.log, change(i, bytes), &at[i]));
    const auto next = opened.log->begin(bytes);
    ASSERT_TRUE(next.ok());
    ASSERT_EQ(opened.log->next_sequence(), 2 * i);  // it still waits
    const auto view = opened.log->view();
    for (std::size_t j = 0; j <= i; ++j) {
      EXPECT_TRUE(equal({view->at(at[j]), bytes}, change(j, bytes))) << j << " of " << i;
    }
    const Buffer small = change(9, 16);
    std::memcpy(next->space.data(), small.data(), small.size());
    ASSERT_FALSE(opened.log->write(small.size()));
  }
}

TEST(Log, FrameLargerThanASegmentGetsOneOfItsOwn) {
  MemoryFileSystem files;
  auto opened = harness::open(files);
  ASSERT_FALSE(append(*opened.log, change(0, 16)));
  ASSERT_FALSE(append(*opened.log, change(1, 100'000)));
  ASSERT_FALSE(append(*opened.log, change(2, 16)));
  EXPECT_EQ(opened.log->segment_count(), 3u);
  ASSERT_FALSE(opened.log->close());
  const auto again = harness::open(files);
  ASSERT_EQ(again.seen.size(), 3u);
  EXPECT_EQ(again.seen[1].change, change(1, 100'000));
}

TEST(Log, ChangeLimitIsExact) {
  MemoryFileSystem files;
  auto opened = harness::open(files, Options{});
  const auto space = opened.log->begin(graph::kChangeBytesMax);
  ASSERT_TRUE(space.ok());
  std::memset(space->space.data(), 1, 16);
  std::memset(space->space.data() + graph::kChangeBytesMax - 16, 2, 16);
  ASSERT_FALSE(opened.log->write(graph::kChangeBytesMax));
  EXPECT_EQ(opened.log->begin(graph::kChangeBytesMax + 1).code(), Code::too_large);
  ASSERT_FALSE(opened.log->close());
  EXPECT_EQ(harness::open(files, Options{}).seen.size(), 1u);
}

TEST(Log, WalkVisitsAnyRange) {
  MemoryFileSystem files;
  auto opened = harness::open(files);
  std::vector<Location> at(20);
  for (std::size_t i = 0; i < at.size(); ++i) {
    ASSERT_FALSE(append(*opened.log, change(i, 56), &at[i]));
  }
  for (std::size_t from = 0; from < at.size(); ++from) {
    for (std::size_t to = from; to < at.size(); ++to) {
      std::vector<Seen> seen;
      ASSERT_FALSE(
          opened.log->walk(at[from] - kFrameBytes, at[to] - kFrameBytes, harness::collect(seen)));
      ASSERT_EQ(seen.size(), to - from);
      for (std::size_t i = 0; i < seen.size(); ++i) ASSERT_EQ(seen[i].change, change(from + i, 56));
    }
  }
  std::vector<Seen> all;
  ASSERT_FALSE(opened.log->walk(0, 0, harness::collect(all)));
  EXPECT_EQ(all.size(), at.size());
}

TEST(Log, VisitorsErrorStopsTheWalkAndTheOpen) {
  MemoryFileSystem files;
  {
    auto opened = harness::open(files);
    ASSERT_FALSE(append(*opened.log, change(0, 16)));
    ASSERT_FALSE(append(*opened.log, change(1, 16)));
    ASSERT_FALSE(opened.log->close());
  }
  int visits = 0;
  Recovery recovery;
  const auto refuse = [&](Location, std::uint64_t, Bytes) -> Error {
    ++visits;
    return Error(Code::broken_chain, "no");
  };
  EXPECT_EQ(Log::open(files, "log", harness::storage_id(), {}, 0, 0, refuse, recovery).code(),
            Code::broken_chain);
  EXPECT_EQ(visits, 1);
}

TEST(Log, ReplayBeginsWhereItIsTold) {
  MemoryFileSystem files;
  std::vector<Location> places;
  {
    auto opened = harness::open(files);
    for (std::uint64_t i = 0; i < 20; ++i) {
      places.push_back(opened.log->end());
      ASSERT_FALSE(append(*opened.log, change(i, 56)));
    }
    places.push_back(opened.log->end());
    ASSERT_FALSE(opened.log->close());
  }
  for (std::size_t from = 0; from < places.size(); ++from) {
    const auto opened = harness::open(files, harness::small_options(), places[from], from);
    ASSERT_TRUE(opened.log) << opened.error.text();
    EXPECT_TRUE(opened.recovery.damage.empty()) << opened.recovery.damage[0].what;
    EXPECT_EQ(opened.seen.size(), 20 - from);
    EXPECT_EQ(opened.log->next_sequence(), 20u);
  }
}

TEST(Log, ReadOnlyChangesNothingAndRefusesWrites) {
  MemoryFileSystem files;
  Options read_only = harness::small_options();
  read_only.read_only = true;
  EXPECT_EQ(harness::open(files, read_only).error.code(), Code::not_found);
  {
    auto opened = harness::open(files);
    ASSERT_FALSE(append(*opened.log, change(0, 16)));
  }
  const Buffer before = harness::read_file(files, "log/00000001.gsl");
  {
    auto opened = harness::open(files, read_only);
    ASSERT_TRUE(opened.log) << opened.error.text();
    EXPECT_EQ(opened.seen.size(), 1u);
    EXPECT_EQ(opened.log->begin(16).code(), Code::read_only);
    EXPECT_EQ(opened.log->sync().code(), Code::read_only);
    EXPECT_EQ(opened.log->rewrite(1, {}, {}).code(), Code::read_only);
    std::vector<Damage> damage;
    EXPECT_FALSE(opened.log->verify({}, damage));
    EXPECT_TRUE(damage.empty());
    EXPECT_FALSE(opened.log->close());
  }
  EXPECT_EQ(harness::read_file(files, "log/00000001.gsl"), before);
}

TEST(Log, ClosedLogSaysSo) {
  MemoryFileSystem files;
  auto opened = harness::open(files);
  Location at = 0;
  ASSERT_FALSE(append(*opened.log, change(0, 16), &at));
  ASSERT_FALSE(opened.log->close());
  EXPECT_FALSE(opened.log->close());
  EXPECT_EQ(opened.log->begin(16).code(), Code::closed);
  EXPECT_EQ(opened.log->sync().code(), Code::closed);
  EXPECT_TRUE(equal({opened.log->view()->at(at), 16}, change(0, 16)));
}

TEST(LogMisuse, WritingWithoutBeginStopsTheProgram) {
  MemoryFileSystem files;
  auto opened = harness::open(files);
  EXPECT_DEATH(opened.log->write(16).ignore(), "open_bytes");
  EXPECT_DEATH(
      {
        opened.log->begin(16).error().ignore();
        opened.log->begin(16).error().ignore();
      },
      "open_bytes");
}

}  // namespace
}  // namespace gs::log
