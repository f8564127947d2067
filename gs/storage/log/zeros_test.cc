// Goal: small frames mostly go into blocks that were written before, and nothing else changes.
// Method: a file system that notes each write; zeros that fail; every kind of frame in turns.
#include <gtest/gtest.h>

#include <algorithm>

#include "gs/platform/forwarding_file_system.h"
#include "gs/platform/memory/memory_file_system.h"
#include "gs/storage/log/log_harness.h"

namespace gs::log {
namespace {

using harness::append;
using harness::append_later;
using harness::change;

constexpr std::uint64_t kBlock = 4096;

bool is_zeros(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

class NotingFileSystem final : public platform::ForwardingFileSystem {
 public:
  struct Write {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    bool zeros = false;
  };
  using File = platform::File;
  using ForwardingFileSystem::ForwardingFileSystem;

  std::vector<Write> writes;  // to segments
  bool zeros_fail = false;

  Result<std::unique_ptr<File>> open(std::string_view path, platform::OpenMode mode) override {
    GS_TRY(auto file, ForwardingFileSystem::open(path, mode));
    if (path.find(".gsl") == std::string_view::npos) return file;
    return std::unique_ptr<File>(new NotingFile(*this, std::move(file)));
  }

 private:
  class NotingFile final : public platform::ForwardingFile {
   public:
    NotingFile(NotingFileSystem& files, std::unique_ptr<File> file)
        : ForwardingFile(std::move(file)), files_(files) {}
    Error write(std::uint64_t offset, Bytes bytes) override {
      const bool zeros = is_zeros(bytes);
      if (zeros && files_.zeros_fail) return Error(Code::io, "zeros cannot be written");
      files_.writes.push_back({offset, offset + bytes.size(), zeros});
      return ForwardingFile::write(offset, bytes);
    }

   private:
    NotingFileSystem& files_;
  };
};

struct World {
  platform::MemoryFileSystem memory;
  NotingFileSystem files{memory};
  Options options;  // those of real storages
};

std::size_t count_zeros(const World& world) {
  return static_cast<std::size_t>(
      std::count_if(world.files.writes.begin(), world.files.writes.end(),
                    [](const NotingFileSystem::Write& write) { return write.zeros; }));
}

TEST(ZerosBehindFrames, MostSmallFramesFindTheirBlocksWritten) {
  World world;
  auto opened = harness::open(world.files, world.options);
  world.files.writes.clear();
  std::uint64_t written = kSegmentHeaderBytes;  // no byte at or behind it was
  std::size_t first_in_a_block = 0;
  std::uint64_t zeros = 0;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    ASSERT_FALSE(append(*opened.log, change(i, 680)));
    for (const auto& write : world.files.writes) {
      if (!write.zeros && write.end > written) ++first_in_a_block;
      if (write.zeros) {
        zeros += write.end - write.begin;
        ASSERT_EQ(write.begin % kBlock, 0u);
        ASSERT_GE(write.begin, offset_of(opened.log->end()));
      }
      written = std::max(written, write.end);
    }
    world.files.writes.clear();
  }
  // 3.5 MB: 16 KiB, 32 KiB, and so on up to 512 KiB. Without zeros nearly a thousand.
  EXPECT_GE(first_in_a_block, 6u);
  EXPECT_LE(first_in_a_block, 12u);
  EXPECT_LE(zeros, offset_of(opened.log->end()) + world.options.zeros_bytes_max);
}

TEST(ZerosBehindFrames, AreNotWrittenForLargeFrames) {
  World world;
  auto opened = harness::open(world.files, world.options);
  for (std::uint64_t i = 0; i < 50; ++i) {
    ASSERT_FALSE(append(*opened.log, change(i, 8192)));
    ASSERT_FALSE(append_later(*opened.log, change(i, 64)));  // the executor's
  }
  EXPECT_EQ(count_zeros(world), 0u);
}

TEST(ZerosBehindFrames, StayInTheSpaceThatIsReserved) {
  World world;
  world.options.allocate_bytes_first = 20'000;
  world.options.allocate_bytes_max = 20'000;
  auto opened = harness::open(world.files, world.options);
  for (std::uint64_t i = 0; i < 500; ++i) {
    ASSERT_FALSE(append(*opened.log, change(i, 680)));
    auto file = world.memory.open("log/00000001.gsl", platform::OpenMode::read);
    const std::uint64_t reserved = file.value()->size().value();
    for (const auto& write : world.files.writes) ASSERT_LE(write.end, reserved);
    ASSERT_LE(reserved, offset_of(opened.log->end()) + 20'000);
  }
  EXPECT_GT(count_zeros(world), 0u);
}

TEST(ZerosBehindFrames, MayFailAndNothingIsLost) {
  World world;
  world.files.zeros_fail = true;
  {
    auto opened = harness::open(world.files, world.options);
    for (std::uint64_t i = 0; i < 100; ++i) {
      ASSERT_FALSE(append(*opened.log, change(i, 680)));
      ASSERT_FALSE(opened.log->sync());
    }
  }
  const auto again = harness::open(world.memory, world.options);
  EXPECT_TRUE(again.recovery.damage.empty());
  EXPECT_EQ(again.seen.size(), 100u);
}

TEST(ZerosBehindFrames, LeaveFramesOfEverySizeAlone) {
  World world;
  std::vector<Buffer> kept;
  {
    auto opened = harness::open(world.files, world.options);
    for (std::uint64_t i = 0; i < 400; ++i) {
      const std::size_t bytes = i % 7 == 0 ? 20'000 + 8 * i : 64 + 8 * (i * 37 % 500);
      kept.push_back(change(i, bytes));
      ASSERT_FALSE(i % 3 == 0 ? append_later(*opened.log, kept.back())
                              : append(*opened.log, kept.back()));
    }
    ASSERT_FALSE(opened.log->sync());
  }
  EXPECT_GT(count_zeros(world), 0u);
  const auto again = harness::open(world.memory, world.options);
  EXPECT_TRUE(again.recovery.damage.empty());
  ASSERT_EQ(again.seen.size(), kept.size());
  for (std::size_t i = 0; i < kept.size(); ++i) ASSERT_EQ(again.seen[i].change, kept[i]);
}

}  // namespace
}  // namespace gs::log
