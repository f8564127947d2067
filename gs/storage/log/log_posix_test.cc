// Goal: on real files the log does what it does in memory, and a reader in another process outlives
// whatever the writer does to them.
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "gs/platform/forwarding_file_system.h"
#include "gs/platform/posix/posix_file_system.h"
#include "gs/storage/log/frame.h"
#include "gs/storage/log/log_harness.h"

namespace gs::log {
namespace {

using harness::append;
using harness::change;

class LogOnDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "gs-log-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  std::filesystem::path root_;
};

constexpr long kKiB = 1 << 10;

// The most memory that this process has had, in KiB.
long most_memory() {
  rusage usage{};
  EXPECT_EQ(::getrusage(RUSAGE_SELF, &usage), 0);
  return usage.ru_maxrss;
}

// Memory of our own now, in KiB.
long own_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::stol(line.substr(8));
  }
  return 0;
}

// Whether pages that are only read are one page of zeros, as systems have it, or one each.
bool zeros_take_no_memory() {
  constexpr std::size_t kBytes = 64 << 20;
  constexpr std::size_t kPage = 4096;
  const long before = own_memory();
  const std::unique_ptr<std::uint8_t, decltype(&std::free)> zeros(
      static_cast<std::uint8_t*>(std::calloc(kBytes, 1)), &std::free);
  const volatile std::uint8_t* const read = zeros.get();
  std::size_t sum = 0;
  for (std::size_t i = 0; i < kBytes; i += kPage) sum += read[i];
  EXPECT_EQ(sum, 0);
  return own_memory() - before < 32 * kKiB;
}

// A file of a few KiB that says it has half a GiB: a reader copied all of it into memory, twice.
TEST_F(LogOnDisk, AHoleInASegmentTakesNoMemory) {
  if (!zeros_take_no_memory()) GTEST_SKIP() << "this system makes a page for each one that is read";
  platform::PosixFileSystem files(root_.string());
  {
    auto opened = harness::open(files);
    for (std::uint64_t i = 0; i < 3; ++i) ASSERT_FALSE(append(*opened.log, change(i, 64)));
    ASSERT_FALSE(opened.log->close());
  }
  {
    const auto file = files.open("log/00000001.gsl", platform::OpenMode::write).value();
    ASSERT_FALSE(file->write(kSegmentHeaderBytes + 100, as_bytes("damage")));
    ASSERT_FALSE(file->write((512 << 20) - 1, as_bytes("x")));
  }
  Options reading = harness::small_options();
  reading.read_only = true;
  const long before = most_memory();
  const auto opened = harness::open(files, reading);
  ASSERT_TRUE(opened.log) << opened.error.text();
  EXPECT_FALSE(opened.recovery.damage.empty());
  EXPECT_LT(most_memory() - before, 64 * kKiB);
}

TEST_F(LogOnDisk, KeepsChangesThroughCloseCrashAndRewrite) {
  platform::PosixFileSystem files(root_.string());
  Options options;
  options.segment_bytes = 64 << 10;
  std::vector<Location> at(200);
  {
    auto opened = harness::open(files, options);
    ASSERT_TRUE(opened.log) << opened.error.text();
    for (std::size_t i = 0; i < at.size(); ++i) {
      ASSERT_FALSE(append(*opened.log, change(i, 1000 + 8 * i), &at[i]));
      const auto view = opened.log->view();
      for (std::size_t k = 0; k <= i; k += 17) {
        ASSERT_TRUE(equal({view->at(at[k]), 1000 + 8 * k}, change(k, 1000 + 8 * k)));
      }
    }
    ASSERT_FALSE(opened.log->sync());
    std::vector<Damage> damage;
    ASSERT_FALSE(opened.log->verify({}, damage));
    EXPECT_TRUE(damage.empty());
  }  // without close(), like a process that was killed
  {
    auto opened = harness::open(files, options);
    ASSERT_TRUE(opened.log) << opened.error.text();
    EXPECT_TRUE(opened.recovery.damage.empty());
    ASSERT_EQ(opened.seen.size(), at.size());
    for (std::size_t i = 0; i < at.size(); ++i) {
      ASSERT_EQ(opened.seen[i].change, change(i, 1000 + 8 * i));
    }
    Buffer kept;
    const auto shorten = [&](Location, Bytes bytes) -> Result<Bytes> {
      kept.assign(bytes.begin(), bytes.begin() + 512);
      return Bytes(kept);
    };
    ASSERT_FALSE(opened.log->rewrite(2, shorten, {}));
    ASSERT_FALSE(append(*opened.log, change(999, 64)));
    ASSERT_FALSE(opened.log->close());
    EXPECT_EQ(std::filesystem::file_size(root_ / "log" / "00000004.gsl") % 8, 0u);
  }
  const auto opened = harness::open(files, options);
  EXPECT_TRUE(opened.recovery.damage.empty());
  EXPECT_EQ(opened.seen.size(), at.size() + 1);
  EXPECT_FALSE(std::filesystem::exists(root_ / "log" / "00000002.gsl"));
  EXPECT_TRUE(std::filesystem::exists(root_ / "log" / "00000002-1.gsl"));
}

TEST_F(LogOnDisk, CutsATornTail) {
  platform::PosixFileSystem files(root_.string());
  {
    auto opened = harness::open(files);
    ASSERT_FALSE(append(*opened.log, change(0, 64)));
    ASSERT_FALSE(opened.log->sync());
    ASSERT_FALSE(append(*opened.log, change(1, 64)));
  }
  const auto path = root_ / "log" / "00000001.gsl";
  std::filesystem::resize_file(path, kSegmentHeaderBytes + 2 * (kFrameBytes + 64) - 20);
  auto opened = harness::open(files);
  ASSERT_TRUE(opened.log) << opened.error.text();
  EXPECT_TRUE(opened.recovery.cut);
  EXPECT_EQ(opened.recovery.cut_bytes, kFrameBytes + 44u);
  EXPECT_EQ(opened.seen.size(), 1u);
  ASSERT_FALSE(append(*opened.log, change(2, 64)));
  ASSERT_FALSE(opened.log->close());
}

// --- readers beside a writer ---

// Runs `work` in a process of its own; what it returns, or "signal n".
std::string in_a_process(const std::function<std::string()>& work) {
  int ends[2];
  if (::pipe(ends) != 0) return "no pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string said = work();
    const bool told =
        ::write(ends[1], said.data(), said.size()) == static_cast<ssize_t>(said.size());
    ::_exit(told ? 0 : 1);
  }
  ::close(ends[1]);
  char text[1024];
  const ssize_t got = ::read(ends[0], text, sizeof text);
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
  return std::string(text, got > 0 ? static_cast<std::size_t>(got) : 0);
}

// The system's files, of which one becomes shorter, or is gone, as soon as something was mapped
// `maps` times.
class ShrinkingFiles final : public platform::ForwardingFileSystem {
 public:
  static constexpr std::uint64_t kGone = ~std::uint64_t{0};

  ShrinkingFiles(platform::FileSystem& files, std::filesystem::path path, std::uint64_t bytes,
                 int maps)
      : ForwardingFileSystem(files), path_(std::move(path)), bytes_(bytes), maps_(maps) {}

  Result<std::unique_ptr<platform::File>> open(std::string_view path,
                                               platform::OpenMode mode) override {
    GS_TRY(auto file, ForwardingFileSystem::open(path, mode));
    return std::unique_ptr<platform::File>(std::make_unique<Shrinking>(std::move(file), *this));
  }

 private:
  class Shrinking final : public platform::ForwardingFile {
   public:
    Shrinking(std::unique_ptr<platform::File> file, ShrinkingFiles& files)
        : ForwardingFile(std::move(file)), files_(files) {}
    Result<std::unique_ptr<platform::Mapping>> map(std::uint64_t bytes) override {
      auto mapping = ForwardingFile::map(bytes);
      if (--files_.maps_ == 0) files_.shrink();
      return mapping;
    }

   private:
    ShrinkingFiles& files_;
  };

  void shrink() const {
    if (bytes_ == kGone) {
      std::filesystem::remove(path_);
    } else {
      std::filesystem::resize_file(path_, bytes_);
    }
  }

  std::filesystem::path path_;
  std::uint64_t bytes_;
  int maps_;
};

Options reader() {
  Options options;
  options.read_only = true;
  return options;
}

TEST_F(LogOnDisk, AReaderOutlivesAWriterThatCloses) {
  // Closing truncates the space that was reserved, which a reader may have just mapped.
  platform::PosixFileSystem files(root_.string());
  constexpr std::uint64_t kEnd = kSegmentHeaderBytes + 20 * (kFrameBytes + 4096);
  const auto path = root_ / "log" / "00000001.gsl";
  for (const bool torn : {false, true}) {
    std::filesystem::remove_all(root_ / "log");
    {
      auto opened = harness::open(files, {});
      for (std::size_t i = 0; i < 20; ++i) ASSERT_FALSE(append(*opened.log, change(i, 4096)));
      ASSERT_FALSE(opened.log->sync());
    }
    if (torn) {  // the begin of a frame of many pages: the next writer cuts it
      auto file = files.open("log/00000001.gsl", platform::OpenMode::write).value();
      Buffer frame(kFrameBytes + 100'000);
      put_frame_head(frame.data(), {100'000, 20, 0});
      frame.back() ^= 1;
      ASSERT_FALSE(file->write(kEnd, frame));
    }
    ASSERT_GT(std::filesystem::file_size(path), kEnd + 100'000);
    const std::string said = in_a_process([&]() -> std::string {
      ShrinkingFiles shrinking(files, path, kEnd, 1);
      const auto opened = harness::open(shrinking, reader());
      if (!opened.log) return opened.error.text();
      std::vector<Damage> damage;
      opened.log->verify({}, damage).ignore();
      const bool beyond = opened.log->view()->at(location(1, kEnd)) != nullptr;
      return std::to_string(opened.seen.size()) + " seen, " +
             std::to_string(damage.size() + opened.recovery.damage.size()) + " damaged" +
             (beyond ? ", and more" : "");
    });
    EXPECT_EQ(said, "20 seen, 0 damaged") << torn;
  }
}

TEST_F(LogOnDisk, AReaderOutlivesAWriterWhoLeavesASegmentThatIsNotBegun) {
  // It was made, and has no header yet, when the reader maps it.
  platform::PosixFileSystem files(root_.string());
  {
    auto opened = harness::open(files, {});
    for (std::size_t i = 0; i < 20; ++i) ASSERT_FALSE(append(*opened.log, change(i, 4096)));
    ASSERT_FALSE(opened.log->close());
  }
  const auto path = root_ / "log" / "00000002.gsl";
  for (const std::uint64_t end :
       {std::uint64_t{0}, std::uint64_t{kSegmentHeaderBytes}, ShrinkingFiles::kGone}) {
    std::ofstream(path).close();
    std::filesystem::resize_file(path, 256 << 10);
    const std::string said = in_a_process([&]() -> std::string {
      ShrinkingFiles shrinking(files, path, end, 2);
      const auto opened = harness::open(shrinking, reader());
      if (!opened.log) return opened.error.text();
      return std::to_string(opened.seen.size()) + " seen, " +
             std::to_string(opened.recovery.damage.size()) + " damaged";
    });
    EXPECT_EQ(said, "20 seen, 0 damaged") << end;
  }
}

TEST_F(LogOnDisk, AReaderOfDamageOutlivesAWriterThatCloses) {
  platform::PosixFileSystem files(root_.string());
  constexpr std::uint64_t kEnd = kSegmentHeaderBytes + 20 * (kFrameBytes + 4096);
  {
    auto opened = harness::open(files, {});
    for (std::size_t i = 0; i < 20; ++i) ASSERT_FALSE(append(*opened.log, change(i, 4096)));
    ASSERT_FALSE(opened.log->sync());
    ASSERT_FALSE(opened.log->mark());
  }
  const auto path = root_ / "log" / "00000001.gsl";
  {
    auto file = files.open("log/00000001.gsl", platform::OpenMode::write).value();
    ASSERT_FALSE(file->write(kEnd - 100, Buffer(8)));  // the last frame rots
  }
  const std::uint64_t size = std::filesystem::file_size(path);
  for (int maps = 1; maps <= 3; ++maps) {
    std::filesystem::resize_file(path, size);
    const std::string said = in_a_process([&]() -> std::string {
      ShrinkingFiles shrinking(files, path, kEnd, maps);
      const auto opened = harness::open(shrinking, reader());
      if (!opened.log) return opened.error.text();
      if (opened.recovery.damage.empty()) return "no damage";
      return std::to_string(opened.seen.size()) + " seen, " + opened.recovery.damage.front().what;
    });
    EXPECT_EQ(said, "19 seen, frame: wrong checksum (frame 19)") << maps;
  }
}

TEST_F(LogOnDisk, ReadersAndAWriterInTwoProcesses) {
  platform::PosixFileSystem files(root_.string());
  Options options;
  options.segment_bytes = 256 << 10;  // sealed now and then
  ASSERT_FALSE(harness::open(files, options).log->close());
  constexpr int kLives = 150;
  constexpr std::size_t kChanges = 3;
  const pid_t writer = ::fork();
  if (writer == 0) {
    for (int life = 0; life < kLives; ++life) {
      auto opened = harness::open(files, options);
      bool good = opened.log != nullptr && opened.recovery.damage.empty();
      for (std::size_t i = 0; good && i < kChanges; ++i) {
        good = !append(*opened.log, change(opened.seen.size() + i, 5000)) && !opened.log->sync() &&
               !opened.log->mark();
      }
      if (!good || opened.log->close()) ::_exit(1);
    }
    ::_exit(0);
  }
  const std::string said = in_a_process([&]() -> std::string {
    constexpr int kOpensMax = 100'000;  // a thousand are enough
    std::size_t before = 0;
    for (int opens = 0; before < kLives * kChanges; ++opens) {
      if (opens == kOpensMax) return "the writer did not get on";
      const auto opened = harness::open(files, reader());
      if (!opened.log) return opened.error.text();
      std::vector<Damage> damage = opened.recovery.damage;
      if (opened.log->verify({}, damage)) return "verify failed";
      if (!damage.empty()) {
        return "damage in segment " + std::to_string(damage[0].segment) + " at " +
               std::to_string(damage[0].offset) + ": " + damage[0].what;
      }
      if (opened.seen.size() < before) return "fewer changes than before";
      before = opened.seen.size();
      for (std::size_t i = 0; i < before; ++i) {
        const auto* at = opened.log->view()->at(opened.seen[i].at);
        if (!equal({at, 5000}, change(i, 5000))) return "other bytes in " + std::to_string(i);
      }
    }
    return "all";
  });
  EXPECT_EQ(said, "all");
  int status = 0;
  ::waitpid(writer, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace gs::log
