// Goal: a full disk refuses cleanly and loses nothing; a failed write or sync is the last one.
// Method: the simulated disk, with every size of disk and every single call that can fail.
#include <gtest/gtest.h>

#include "gs/platform/forwarding_file_system.h"
#include "gs/platform/sim/sim_file_system.h"
#include "gs/storage/log/log_harness.h"
#include "gs/storage/log/mark.h"

namespace gs::log {
namespace {

using harness::append;
using harness::append_later;
using harness::change;
using platform::Faults;
using platform::SimFileSystem;

TEST(FullDisk, RefusesCleanlyAtEveryAllocation) {
  for (std::uint64_t disk_bytes = 0; disk_bytes < 20'000; disk_bytes += 97) {
    SimFileSystem files(disk_bytes);
    Faults faults;
    faults.disk_bytes = disk_bytes;
    files.set_faults(faults);
    std::vector<Buffer> kept;
    std::size_t refused = 0;
    {
      auto opened = harness::open(files);
      if (!opened.log) {
        ASSERT_EQ(opened.error.code(), Code::no_space) << opened.error.text();
        ASSERT_LT(disk_bytes, 5000u);
        continue;
      }
      for (std::uint64_t i = 0; i < 60 && refused < 5; ++i) {
        const Buffer bytes = change(i, 16 + 8 * (i * 7 % 40));
        const Error error = append(*opened.log, bytes);
        if (error) {
          ASSERT_EQ(error.code(), Code::no_space) << error.text();
          ++refused;
        } else {
          kept.push_back(bytes);
        }
        if (i % 3 == 0) {
          ASSERT_FALSE(opened.log->sync());
        }
      }
      ASSERT_GT(refused, 0u);
      // Somebody makes room: the same log goes on.
      files.set_faults({});
      kept.push_back(change(1000, 64));
      const Error error = append(*opened.log, kept.back());
      ASSERT_FALSE(error) << error.text();
      ASSERT_FALSE(opened.log->sync());
    }
    files.crash();
    const auto again = harness::open(files);
    ASSERT_TRUE(again.log) << again.error.text();
    ASSERT_TRUE(again.recovery.damage.empty()) << again.recovery.damage[0].what;
    ASSERT_EQ(again.seen.size(), kept.size());
    for (std::size_t i = 0; i < kept.size(); ++i) ASSERT_EQ(again.seen[i].change, kept[i]);
  }
}

TEST(FailedSync, IsFinalUntilReopened) {
  SimFileSystem files(3);
  auto opened = harness::open(files);
  ASSERT_FALSE(append(*opened.log, change(0, 64)));
  ASSERT_FALSE(opened.log->sync());
  ASSERT_FALSE(append(*opened.log, change(1, 64)));
  Faults faults;
  faults.sync_fails = 1000;
  files.set_faults(faults);
  EXPECT_EQ(opened.log->sync().code(), Code::io);
  files.set_faults({});  // the disk would say yes now, as Linux does: never believed
  EXPECT_EQ(opened.log->sync().code(), Code::failed);
  EXPECT_EQ(opened.log->begin(16).code(), Code::failed);
  EXPECT_EQ(opened.log->rewrite(1, {}, {}).code(), Code::failed);
  EXPECT_EQ(opened.log->close().code(), Code::failed);
  opened.log.reset();
  files.crash();
  const auto again = harness::open(files);
  EXPECT_TRUE(again.recovery.damage.empty());
  EXPECT_GE(again.seen.size(), 1u);
}

// Linux keeps what a failed sync has lost readable, and the next sync says yes. The log was opened
// again, believed what it read, and confirmed changes above a hole.
TEST(FailedSync, WhatItLeftReadableIsWrittenAgainByTheNextOpen) {
  for (const bool marked : {false, true}) {
    SimFileSystem files(3);
    auto opened = harness::open(files);
    ASSERT_FALSE(append(*opened.log, change(0, 64)));
    ASSERT_FALSE(opened.log->sync());
    if (marked) ASSERT_FALSE(opened.log->mark());
    ASSERT_FALSE(append(*opened.log, change(1, 64)));
    Faults faults;
    faults.sync_fails = faults.lost_is_seen = faults.write_dropped = 1000;
    faults.write_kept = 0;
    files.set_faults(faults);
    EXPECT_EQ(opened.log->sync().code(), Code::io);
    opened.log.reset();
    files.kill_process();
    files.set_faults({});
    opened = harness::open(files);
    ASSERT_EQ(opened.seen.size(), 2u);  // confirmed, as they were seen
    ASSERT_FALSE(append(*opened.log, change(2, 64)));
    ASSERT_FALSE(opened.log->sync());
    opened.log.reset();
    files.crash();
    const auto after = harness::open(files);
    EXPECT_TRUE(after.recovery.damage.empty());
    EXPECT_EQ(after.seen.size(), 3u) << "marked: " << marked;
  }
}

// The system may give up its memory of lost frames at any time; then the disk's older bytes are read.
TEST(FailedSync, WhatIsForgottenWhileItIsWrittenAgainIsNotConfirmed) {
  struct Forgetting final : platform::ForwardingFile {
    using ForwardingFile::ForwardingFile;
    Result<std::size_t> read(std::uint64_t offset, MutableBytes out) override {
      GS_TRY(const std::size_t got, ForwardingFile::read(offset, out));
      if (got > 80) std::memset(out.data() + got - 80, 0, 80);
      return got;
    }
  };
  struct ForgettingFiles final : platform::ForwardingFileSystem {
    using ForwardingFileSystem::ForwardingFileSystem;
    Result<std::unique_ptr<platform::File>> open(std::string_view path,
                                                 platform::OpenMode mode) override {
      auto file = ForwardingFileSystem::open(path, mode);
      if (mode != platform::OpenMode::write || !file.ok()) return file;
      return std::unique_ptr<platform::File>(std::make_unique<Forgetting>(std::move(file).value()));
    }
  };
  SimFileSystem files(3);
  auto opened = harness::open(files);
  for (int i = 0; i < 3; ++i) ASSERT_FALSE(append(*opened.log, change(i, 64)));
  opened.log.reset();
  files.kill_process();
  ForgettingFiles forgetting(files);
  EXPECT_EQ(harness::open(forgetting).error.code(), Code::io);
  EXPECT_EQ(harness::open(files).seen.size(), 2u);  // which says what is there
}

// A generation whose header did not reach the disk stood for its segment, and the old one went.
TEST(FailedSync, OfAGenerationsHeaderCostsNotTheOldOne) {
  struct HeaderLost final : platform::ForwardingFile {
    HeaderLost(std::unique_ptr<platform::File> file, SimFileSystem& of)
        : ForwardingFile(std::move(file)), disk(of) {}
    Error sync() override {
      Faults faults;
      if (++syncs == 2) faults.sync_fails = faults.lost_is_seen = faults.write_dropped = 1000;
      faults.write_kept = 0;
      disk.set_faults(faults);
      Error error = ForwardingFile::sync();
      disk.set_faults({});
      return error;
    }
    SimFileSystem& disk;
    int syncs = 0;
  };
  struct BadDisk final : platform::ForwardingFileSystem {
    explicit BadDisk(SimFileSystem& of) : ForwardingFileSystem(of), disk(of) {}
    Result<std::unique_ptr<platform::File>> open(std::string_view path,
                                                 platform::OpenMode mode) override {
      auto file = ForwardingFileSystem::open(path, mode);
      if (path != "log/00000001-1.gsl" || !file.ok()) return file;
      return std::unique_ptr<platform::File>(
          std::make_unique<HeaderLost>(std::move(file).value(), disk));
    }
    Error remove(std::string_view) override { return Error(Code::io, "bad disk"); }
    Error sync_directory(std::string_view path) override { return disk.sync_directory(path); }
    SimFileSystem& disk;
  };
  SimFileSystem files(3);
  auto opened = harness::open(files);
  for (int i = 0; i < 3; ++i) ASSERT_FALSE(append(*opened.log, change(i, 64)));
  ASSERT_FALSE(opened.log->close());
  BadDisk bad(files);
  opened = harness::open(bad);
  const auto same = [](Location, Bytes bytes) -> Result<Bytes> { return bytes; };
  EXPECT_EQ(opened.log->rewrite(1, same, {}).code(), Code::io);
  opened.log.reset();
  files.kill_process();
  ASSERT_TRUE(files.exists("log/00000001-1.gsl").value());
  ASSERT_FALSE(files.sync_directory("log"));
  ASSERT_EQ(harness::open(files).seen.size(), 3u);
  files.crash();
  const auto after = harness::open(files);
  EXPECT_EQ(after.seen.size(), 3u);
  EXPECT_TRUE(after.recovery.damage.empty());
}

struct BadFile final : platform::ForwardingFile {
  using ForwardingFile::ForwardingFile;
  Error write(std::uint64_t, Bytes) override { return Error(Code::io, "bad sector"); }
  Result<std::size_t> read(std::uint64_t, MutableBytes) override {
    return Error(Code::io, "bad sector");
  }
};
struct BadMark final : platform::ForwardingFileSystem {
  using ForwardingFileSystem::ForwardingFileSystem;
  bool bad = true;
  Result<std::unique_ptr<platform::File>> open(std::string_view path,
                                               platform::OpenMode mode) override {
    auto file = ForwardingFileSystem::open(path, mode);
    if (!bad || path != "log/mark" || !file.ok()) return file;
    return std::unique_ptr<platform::File>(std::make_unique<BadFile>(std::move(file).value()));
  }
  Error remove(std::string_view path) override {
    bad &= path != "log/mark";
    return ForwardingFileSystem::remove(path);
  }
};

// The mark is a hint; a bad sector below it stopped the open, though every frame was there.
TEST(UnreadableMark, IsNoneAndIsMadeAnew) {
  SimFileSystem files(3);
  auto opened = harness::open(files);
  ASSERT_FALSE(append(*opened.log, change(0, 64)));
  ASSERT_FALSE(opened.log->close());
  opened.log.reset();

  BadMark bad(files);
  Options reading = harness::small_options();
  reading.read_only = true;
  auto reader = harness::open(bad, reading);
  ASSERT_TRUE(reader.log) << reader.error.text();
  EXPECT_TRUE(bad.bad);  // a reader removes nothing
  reader.log.reset();

  opened = harness::open(bad);
  ASSERT_TRUE(opened.log) << opened.error.text();
  EXPECT_EQ(opened.seen.size(), 1u);
  EXPECT_FALSE(opened.recovery.marked);
  ASSERT_FALSE(append(*opened.log, change(1, 64)));
  ASSERT_FALSE(opened.log->close());
  opened = harness::open(files);
  EXPECT_TRUE(opened.recovery.marked);
  EXPECT_EQ(opened.seen.size(), 2u);
}

TEST(FailedWrite, IsFinalUntilReopened) {
  SimFileSystem files(3);
  auto opened = harness::open(files);
  ASSERT_FALSE(append(*opened.log, change(0, 64)));
  Faults faults;
  faults.write_fails = 1000;
  files.set_faults(faults);
  EXPECT_EQ(append(*opened.log, change(1, 64)).code(), Code::io);
  files.set_faults({});
  const Error after = append(*opened.log, change(2, 64));
  EXPECT_EQ(after.code(), Code::failed);
  EXPECT_NE(after.message().find("io"), std::string::npos) << after.message();
}

TEST(FailedWrite, OfAChangeThatWaitedIsToldToTheWriter) {
  SimFileSystem files(3);
  auto opened = harness::open(files);
  ASSERT_FALSE(append_later(*opened.log, change(0, 64)));
  Faults faults;
  faults.write_fails = 1000;
  files.set_faults(faults);
  EXPECT_EQ(opened.log->write_pending().code(), Code::io);
  files.set_faults({});
  EXPECT_EQ(append(*opened.log, change(1, 64)).code(), Code::failed);
  EXPECT_EQ(opened.log->sync().code(), Code::failed);
}

TEST(FullDisk, ABeginThatFailsLeavesNothingWaiting) {
  SimFileSystem files(3);
  auto opened = harness::open(files);
  ASSERT_FALSE(append_later(*opened.log, change(0, 64)));
  EXPECT_EQ(opened.log->next_sequence(), 0u);
  Faults faults;
  faults.disk_bytes = 1;
  files.set_faults(faults);
  EXPECT_EQ(opened.log->begin(4096).code(), Code::no_space);
  EXPECT_EQ(opened.log->next_sequence(), 1u);
}

// Runs a fixed script; every change whose sync succeeded is in `confirmed`.
void run_script(SimFileSystem& files, std::size_t& confirmed, std::size_t& given) {
  auto opened = harness::open(files);
  if (!opened.log) return;
  for (std::uint64_t i = 0; i < 12; ++i) {
    const bool later = i % 3 == 2;
    if (later ? append_later(*opened.log, change(i, 80)) : append(*opened.log, change(i, 80))) {
      return;
    }
    given = i + 1;
    if (i % 2 == 1) {
      if (opened.log->sync()) return;
      confirmed = i + 1;
    }
  }
  if (opened.log->close()) return;
}

TEST(EveryCall, MayFailOnceWithoutLosingWhatWasConfirmed) {
  SimFileSystem counting(1);
  std::size_t all = 0;
  std::size_t ignored = 0;
  run_script(counting, all, ignored);
  ASSERT_EQ(all, 12u);
  const std::uint64_t calls = counting.calls();
  for (std::uint64_t call = 1; call <= calls; ++call) {
    for (const bool power : {false, true}) {
      SimFileSystem files(call);
      Faults faults;
      faults.fail_call = call;
      files.set_faults(faults);
      std::size_t confirmed = 0;
      std::size_t given = 0;
      run_script(files, confirmed, given);
      files.set_faults({});
      if (power) {
        files.crash();
      } else {
        files.kill_process();
      }
      const auto opened = harness::open(files);
      ASSERT_TRUE(opened.log) << "call " << call << ": " << opened.error.text();
      ASSERT_TRUE(opened.recovery.damage.empty())
          << "call " << call << ": " << opened.recovery.damage[0].what;
      ASSERT_GE(opened.seen.size(), confirmed) << "call " << call;
      ASSERT_LE(opened.seen.size(), given + 1) << "call " << call;
      for (std::size_t i = 0; i < opened.seen.size(); ++i) {
        ASSERT_EQ(opened.seen[i].change, change(i, 80));
      }
    }
  }
}

// Without it a confirmed frame that was damaged looks like one that was not finished.
TEST(UnreadableMark, KeepsATornTailFromBeingCut) {
  SimFileSystem files(3);
  auto opened = harness::open(files);
  for (const std::uint64_t i : {0, 1}) ASSERT_FALSE(append(*opened.log, change(i, 64)));
  const Location end = opened.log->end();
  ASSERT_FALSE(opened.log->close());
  opened.log.reset();
  auto file = files.open("log/00000001.gsl", platform::OpenMode::write).value();
  const Buffer harm(8, 0x55);
  ASSERT_FALSE(file->write(offset_of(end) - 16, harm));
  const Buffer before = files.read_whole("log/00000001.gsl", 1 << 20).value();
  BadMark bad(files);
  const auto refused = harness::open(bad);
  EXPECT_FALSE(refused.log);
  EXPECT_EQ(refused.error.code(), Code::io);
  EXPECT_TRUE(bad.bad);
  EXPECT_EQ(files.read_whole("log/00000001.gsl", 1 << 20).value(), before);
  const auto judged = harness::open(files);  // it can be read again
  EXPECT_EQ(judged.recovery.damage.size(), 1u);
}

// Two copies of a storage went on, each for itself; then somebody put files of both together.
TEST(UnsyncedFrames, AMarkOfAnotherLogIsNotBelieved) {
  SimFileSystem files(3);
  auto opened = harness::open(files);
  for (const std::uint64_t i : {0, 1, 2}) ASSERT_FALSE(append(*opened.log, change(i, 64)));
  Mark mark;
  mark.turn = 1000;
  mark.end = opened.log->end() - 8;
  mark.next_sequence = 2;
  ASSERT_FALSE(opened.log->close());
  opened.log.reset();
  const auto file = files.open("log/mark", platform::OpenMode::write).value();
  ASSERT_FALSE(file->write(0, encode_mark(mark)));
  ASSERT_FALSE(file->sync());
  opened = harness::open(files);
  ASSERT_TRUE(opened.log) << opened.error.text();
  EXPECT_EQ(opened.seen.size(), 3u);
  ASSERT_FALSE(append(*opened.log, change(3, 64)));
  ASSERT_FALSE(opened.log->close());
}

}  // namespace
}  // namespace gs::log
