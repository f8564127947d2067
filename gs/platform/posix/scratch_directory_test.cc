// Goal: a scratch directory is where the user wants it, empty, private, and gone with its object.
#include "gs/platform/posix/scratch_directory.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

namespace gs::platform {
namespace {

class ScratchDirectoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(::mkdtemp(parent.data()), nullptr);
    if (const char* const now = std::getenv("TMPDIR")) before = now;
  }
  void TearDown() override {
    before.empty() ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", before.c_str(), 1);
    std::filesystem::remove_all(parent);
  }
  std::string parent = (std::filesystem::temp_directory_path() / "gs_scratch.XXXXXX").string();
  std::string before;
};

TEST_F(ScratchDirectoryTest, IsMadeWhereTmpdirSaysAndGoesWithAllThatIsInIt) {
  ::setenv("TMPDIR", parent.c_str(), 1);
  {
    const auto files = make_scratch_directory();
    ASSERT_TRUE(files.ok()) << files.error().text();
    EXPECT_TRUE((*files)->list("")->empty());
    ASSERT_TRUE((*files)->make_directory("state").ok());
    ASSERT_TRUE((*files)->write_whole("state/a", Bytes()).ok());
    const std::string made = (*files)->display("");
    EXPECT_TRUE(made.starts_with(parent + "/globalstorage.")) << made;
    struct stat status {};
    ASSERT_EQ(::stat(made.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0700U);
  }
  EXPECT_TRUE(std::filesystem::is_empty(parent));
}

TEST_F(ScratchDirectoryTest, IsMadeElsewhereWhereTmpdirIsNoDirectory) {
  ::setenv("TMPDIR", (parent + "/missing").c_str(), 1);
  const auto files = make_scratch_directory();
  ASSERT_TRUE(files.ok()) << files.error().text();
  EXPECT_FALSE((*files)->display("").starts_with(parent));
}

}  // namespace
}  // namespace gs::platform
