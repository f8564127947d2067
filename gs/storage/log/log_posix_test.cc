// Goal: on real files the log does what it does in memory.
#include <gtest/gtest.h>

#include <filesystem>

#include "gs/platform/posix/posix_file_system.h"
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

}  // namespace
}  // namespace gs::log
