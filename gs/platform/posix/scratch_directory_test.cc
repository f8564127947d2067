// Goal: a scratch directory is where the user wants it, empty, private, and gone with its object.
#include "gs/platform/posix/scratch_directory.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace gs::platform {
namespace {

class ScratchDirectoryTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(::mkdtemp(parent.data()), nullptr); }
  void TearDown() override { std::filesystem::remove_all(parent); }
  std::string parent = (std::filesystem::temp_directory_path() / "gs_scratch.XXXXXX").string();
};

TEST_F(ScratchDirectoryTest, IsMadeWhereTheUserWantsItAndGoesWithAllThatIsInIt) {
  {
    const auto files = make_scratch_directory(parent);
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

TEST_F(ScratchDirectoryTest, StaysWhereItIsWhenTheCurrentDirectoryChanges) {
  const std::string here = std::filesystem::current_path().string();
  std::filesystem::current_path(parent);
  {
    const auto files = make_scratch_directory(".");
    std::filesystem::current_path(here);
    ASSERT_TRUE(files.ok()) << files.error().text();
    ASSERT_TRUE((*files)->make_directory("state").ok());
    EXPECT_FALSE(std::filesystem::is_empty(parent));
  }
  EXPECT_TRUE(std::filesystem::is_empty(parent));
}

TEST_F(ScratchDirectoryTest, OfASystemIsWhereItKeepsThem) {
  const auto files = make_scratch_directory("");
  ASSERT_TRUE(files.ok()) << files.error().text();
  EXPECT_NE((*files)->display("").find("tmp/globalstorage."), std::string::npos);
}

// Readers that were killed left theirs in /var/tmp, which nobody empties for weeks.
TEST_F(ScratchDirectoryTest, OfAProcessThatWasKilledGoesWithTheNext) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto files = make_scratch_directory(parent);
    const bool made = files.ok() && (*files)->make_directory("state").ok() &&
                      (*files)->write_whole("state/a", Bytes()).ok();
    std::_Exit(made ? 0 : 1);  // without its end, as a kill is
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  ASSERT_FALSE(std::filesystem::is_empty(parent));
  const auto next = make_scratch_directory(parent);
  ASSERT_TRUE(next.ok());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(parent), {}), 1);
}

TEST_F(ScratchDirectoryTest, ThatIsUsedStaysAndSoDoesWhatIsNone) {
  const auto first = make_scratch_directory(parent);
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE((*first)->write_whole("a", Bytes()).ok());
  const std::string outside = parent + "/outside";
  std::filesystem::create_directory(outside);
  std::ofstream(outside + "/file") << "mine";
  std::filesystem::create_directory_symlink(outside, parent + "/globalstorage.linked");
  std::filesystem::create_directory(parent + "/globalstorage.longer-name");
  std::ofstream(parent + "/globalstorage.afile1") << "mine";
  const auto second = make_scratch_directory(parent);
  ASSERT_TRUE(second.ok());
  EXPECT_TRUE((*first)->exists("a").value());
  EXPECT_TRUE(std::filesystem::exists(parent + "/globalstorage.linked/file"));
  EXPECT_TRUE(std::filesystem::exists(parent + "/globalstorage.longer-name"));
  EXPECT_TRUE(std::filesystem::exists(parent + "/globalstorage.afile1"));
}

TEST_F(ScratchDirectoryTest, SaysWhereItCannotBeMade) {
  const auto files = make_scratch_directory(parent + "/missing");
  ASSERT_FALSE(files.ok());
  EXPECT_NE(files.error().text().find(parent + "/missing"), std::string::npos);
}

}  // namespace
}  // namespace gs::platform
