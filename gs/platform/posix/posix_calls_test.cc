// Goal: what must be durable is brought to the disk, in the right order, and bytes that exist are
// left alone where a file system cannot reserve space.
//
// The linker puts the functions below in the place of the system's (gs/platform/CMakeLists.txt):
// on a machine that keeps running nobody can see that a sync is missing.
#if defined(__linux__)

#include <fcntl.h>
#include <gtest/gtest.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "gs/platform/posix/posix_file_system.h"

namespace {

using Calls = std::vector<std::string>;

// What the calls of one test are noted in; null: nobody looks.
struct Watch {
  std::string root;
  Calls calls;
  bool can_reserve = true;
  off_t lowest_write = 0;
};
Watch* watch = nullptr;

// Of a descriptor below the root of the test, without the random part of temporary names.
std::string name_of(int descriptor) {
  char target[PATH_MAX] = {};
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  if (::readlink(link.c_str(), target, sizeof target - 1) < 0) return "?";
  std::string name = target;
  if (name == watch->root) return ".";
  if (name.starts_with(watch->root + "/")) name.erase(0, watch->root.size() + 1);
  if (name.ends_with(".new")) name = name.substr(0, name.size() - 21) + ".new";
  return name;
}

void note(const char* call, const std::string& name) {
  if (watch != nullptr) watch->calls.push_back(std::string(call) + " " + name);
}

}  // namespace

// The names are the linker's.
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming)
extern "C" {
int __real_fsync(int descriptor);
int __real_fdatasync(int descriptor);
int __real_mkdirat(int in, const char* name, mode_t mode);
int __real_renameat(int from, const char* name, int to, const char* new_name);
int __real_fallocate(int descriptor, int mode, off_t offset, off_t bytes);
ssize_t __real_pwrite(int descriptor, const void* bytes, size_t size, off_t offset);

int __wrap_fsync(int descriptor) {
  if (watch != nullptr) note("fsync", name_of(descriptor));
  return __real_fsync(descriptor);
}

int __wrap_fdatasync(int descriptor) {
  if (watch != nullptr) note("fdatasync", name_of(descriptor));
  return __real_fdatasync(descriptor);
}

int __wrap_mkdirat(int in, const char* name, mode_t mode) {
  note("mkdir", name);
  return __real_mkdirat(in, name, mode);
}

int __wrap_renameat(int from, const char* name, int to, const char* new_name) {
  note("rename to", new_name);
  return __real_renameat(from, name, to, new_name);
}

int __wrap_fallocate(int descriptor, int mode, off_t offset, off_t bytes) {
  if (watch == nullptr || watch->can_reserve) {
    return __real_fallocate(descriptor, mode, offset, bytes);
  }
  errno = EOPNOTSUPP;
  return -1;
}

// glibc reads and writes a byte of each block, from the first one on, where it cannot reserve.
int __wrap_posix_fallocate(int, off_t, off_t) {
  note("posix_fallocate", "");
  return 0;
}

ssize_t __wrap_pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  if (watch != nullptr && offset < watch->lowest_write) note("write into", name_of(descriptor));
  return __real_pwrite(descriptor, bytes, size, offset);
}
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming)

namespace gs::platform {
namespace {

class PosixCalls : public ::testing::Test {
 protected:
  PosixCalls() {
    std::string name = (std::filesystem::temp_directory_path() / "gs_calls_XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    watched_.root = std::filesystem::canonical(name).string();
    watch = &watched_;
  }
  ~PosixCalls() override {
    watch = nullptr;
    std::filesystem::remove_all(watched_.root);
  }

  // What was called below the root since the last time; what lies above is noted by its full path.
  Calls calls() {
    Calls below = std::exchange(watched_.calls, {});
    std::erase_if(below, [](const std::string& call) { return call.find(" /") != call.npos; });
    return below;
  }
  PosixFileSystem again() const { return PosixFileSystem(watched_.root); }

  Watch watched_;
};

TEST_F(PosixCalls, AFileIsSyncedBeforeItTakesItsNameAndTheNameAfterIt) {
  PosixFileSystem files(watched_.root);
  ASSERT_FALSE(files.make_directory("d"));
  calls();
  ASSERT_FALSE(files.write_whole("d/x", as_bytes("1")));
  EXPECT_EQ(calls(), (Calls{"fdatasync d/x.new", "rename to x", "fsync d"}));
  ASSERT_FALSE(files.write_whole("y", as_bytes("1")));
  EXPECT_EQ(calls(), (Calls{"fdatasync y.new", "rename to y", "fsync ."}));
}

TEST_F(PosixCalls, SyncsReachTheSystem) {
  PosixFileSystem files(watched_.root);
  const auto file = files.open("a", OpenMode::create).value();
  ASSERT_FALSE(file->write(0, as_bytes("x")));
  EXPECT_EQ(calls(), Calls{});
  ASSERT_FALSE(file->sync());
  EXPECT_EQ(calls(), Calls{"fdatasync a"});
  ASSERT_FALSE(files.sync_directory(""));
  EXPECT_EQ(calls(), Calls{"fsync ."});
}

// Also what is there: whoever made it may have ended before it was durable. But not each time.
TEST_F(PosixCalls, DirectoriesAreDurableWhoeverMadeThem) {
  PosixFileSystem files(watched_.root);
  ASSERT_FALSE(files.make_directory("a/b"));
  EXPECT_EQ(calls(), (Calls{"mkdir a", "fsync .", "mkdir b", "fsync a"}));
  ASSERT_FALSE(files.make_directory("a/b"));
  EXPECT_EQ(calls(), Calls{});

  PosixFileSystem later = again();
  ASSERT_FALSE(later.make_directory("a/b"));
  EXPECT_EQ(calls(), (Calls{"fsync .", "fsync a"}));
  std::filesystem::remove(watched_.root + "/a/b");
  ASSERT_FALSE(later.make_directory("a/b"));
  EXPECT_EQ(calls(), (Calls{"mkdir b", "fsync a"}));
}

TEST_F(PosixCalls, TheRootIsDurableToo) {
  PosixFileSystem files(watched_.root + "/new/root");
  ASSERT_FALSE(files.make_directory(""));
  EXPECT_EQ(calls(), (Calls{"mkdir new", "fsync .", "mkdir root", "fsync new"}));
  PosixFileSystem later(watched_.root + "/new/root");
  ASSERT_FALSE(later.make_directory(""));
  EXPECT_EQ(calls(), Calls{"fsync new"});  // before there was a root, what it lies in was durable
}

// Beside a thread that writes frames below the file's end, glibc's way wrote old bytes over them.
TEST_F(PosixCalls, WhereSpaceCannotBeReservedOnlyNewBytesAreWritten) {
  PosixFileSystem files(watched_.root);
  const auto file = files.open("a", OpenMode::create).value();
  ASSERT_FALSE(file->write(0, Buffer(100'000, 'x')));
  watched_.can_reserve = false;
  watched_.lowest_write = 100'000;
  ASSERT_FALSE(file->allocate(300'000));
  EXPECT_EQ(file->size().value(), 300'000u);
  ASSERT_FALSE(file->allocate(200'000));
  EXPECT_EQ(file->size().value(), 300'000u);
  EXPECT_EQ(calls(), Calls{});
  struct stat status {};
  ASSERT_EQ(::stat((watched_.root + "/a").c_str(), &status), 0);
  EXPECT_GE(status.st_blocks * 512, 300'000) << "written, not a hole";
  Buffer all(300'000);
  ASSERT_EQ(file->read(0, all).value(), all.size());
  EXPECT_EQ(all[99'999], 'x');
  EXPECT_EQ(all[100'000], 0);
}

}  // namespace
}  // namespace gs::platform

#endif
