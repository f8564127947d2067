// Goal: real files keep the common contract, stay below the root, and have the modes, errors and
// reserved blocks that they should.

#include "gs/platform/posix/posix_file_system.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "gs/platform/file_system_contract.h"
#include "gs/platform/posix/os_error.h"
#include "gs/platform/posix/posix_file.h"

namespace gs::platform {
namespace {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "gs_posix_XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct PosixWorld {
  FileSystem& files() { return files_; }
  Folder folder_;
  PosixFileSystem files_{folder_.path()};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Posix, FileSystemContract, PosixWorld);

mode_t mode_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 0777;
}

TEST(PosixFileSystem, PrivateFilesAndDirectoriesAreForTheirOwnerOnly) {
  PosixWorld world;
  ASSERT_FALSE(world.files().write_whole("key", as_bytes("secret"), true));
  ASSERT_FALSE(world.files().make_directory("keys/more", true));
  EXPECT_EQ(mode_of(world.folder_.path() + "/key"), 0600u);
  EXPECT_EQ(mode_of(world.folder_.path() + "/keys"), 0700u);
  EXPECT_EQ(mode_of(world.folder_.path() + "/keys/more"), 0700u);
}

TEST(PosixFileSystem, APrivateFileReplacesAnOpenOneByAPrivateOne) {
  PosixWorld world;
  ASSERT_FALSE(world.files().write_whole("key", as_bytes("public")));
  ASSERT_FALSE(world.files().write_whole("key", as_bytes("secret"), true));
  EXPECT_EQ(mode_of(world.folder_.path() + "/key"), 0600u);
}

TEST(PosixFileSystem, TheRootIsMadeWithItsParents) {
  const Folder folder;
  PosixFileSystem files(folder.path() + "/a/b/c/");
  EXPECT_EQ(files.list("").code(), Code::not_found);
  ASSERT_FALSE(files.make_directory(""));
  ASSERT_FALSE(files.write_whole("x", as_bytes("1")));
  EXPECT_TRUE(std::filesystem::exists(folder.path() + "/a/b/c/x"));
  EXPECT_EQ(files.display("x"), folder.path() + "/a/b/c/x");
  EXPECT_EQ(files.display(""), folder.path() + "/a/b/c");
}

TEST(PosixFileSystem, TheRootIsShownAsPeopleWriteIt) {
  const Folder folder;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const std::string here = std::filesystem::current_path().string();
  for (const char* root : {"", ".", "./", "././/.", "gs/.."}) {
    const std::string shown = here + (std::string(root) == "gs/.." ? "/gs/.." : "");
    EXPECT_EQ(PosixFileSystem(root).display(""), shown) << root;
  }
  for (const char* root : {"gs", "./gs", ".//gs//", "./gs/./"}) {
    EXPECT_EQ(PosixFileSystem(root).display("log"), here + "/gs/log") << root;
  }
  EXPECT_EQ(PosixFileSystem(".hidden/...").display("x"), here + "/.hidden/.../x");
  EXPECT_EQ(PosixFileSystem("//a/./b").display("x"), "/a/b/x");
  std::filesystem::current_path(before);
}

TEST(PosixFileSystem, ARelativeRootStaysWhereItWasWhenTheProcessMoves) {
  const Folder folder;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  PosixFileSystem files("here");
  std::filesystem::current_path(before);
  ASSERT_FALSE(files.make_directory(""));
  EXPECT_TRUE(std::filesystem::exists(folder.path() + "/here"));
}

TEST(PosixFileSystem, TheRootOfTheMachineIsARootLikeAnyOther) {
  PosixFileSystem files("/");
  EXPECT_EQ(files.display("etc/passwd"), "/etc/passwd");
  EXPECT_TRUE(files.exists("etc").value());
  EXPECT_TRUE(files.list("").ok());
  EXPECT_FALSE(files.make_directory(""));
}

TEST(PosixFileSystem, AllocationReservesBlocks) {
  PosixWorld world;
  const auto file = world.files().open("a", OpenMode::create).value();
  ASSERT_FALSE(file->allocate(1 << 20));
  struct stat status {};
  ASSERT_EQ(::stat((world.folder_.path() + "/a").c_str(), &status), 0);
  EXPECT_GE(status.st_blocks * 512, 1 << 20);
}

TEST(PosixFileSystem, PipesAndDevicesAreRefusedWithoutWaiting) {
  PosixWorld world;
  ASSERT_EQ(::mkfifo((world.folder_.path() + "/pipe").c_str(), 0600), 0);
  for (const OpenMode mode : {OpenMode::read, OpenMode::write, OpenMode::open_or_create}) {
    EXPECT_EQ(world.files().open("pipe", mode).code(), Code::invalid);
  }
  EXPECT_EQ(world.files().lock("pipe").code(), Code::invalid);
  PosixFileSystem devices("/dev");
  EXPECT_EQ(devices.read_whole("zero", 10).code(), Code::invalid);
}

// A directory from somebody else had links where files of ours should be; the lock and the log were
// written through them.
TEST(PosixFileSystem, NoLinkBelowTheRootIsFollowed) {
  const Folder outside;
  std::filesystem::create_directory(outside.path() + "/d");
  std::ofstream(outside.path() + "/d/file") << "mine";
  for (const char* target : {"/d/file", "/d", "/none"}) {
    SCOPED_TRACE(target);
    PosixWorld world;
    FileSystem& files = world.files();
    std::filesystem::create_symlink(outside.path() + target, world.folder_.path() + "/link");
    const auto refused = [](const Error& error) {
      EXPECT_EQ(error.code(), Code::invalid);
      EXPECT_NE(error.message().find("/link: is a symbolic link"), std::string_view::npos)
          << error.text();
    };
    // As the last name, and as a directory on the way.
    for (const std::string& path : {std::string("link"), std::string("link/file")}) {
      SCOPED_TRACE(path);
      for (const OpenMode mode :
           {OpenMode::read, OpenMode::write, OpenMode::create, OpenMode::open_or_create}) {
        refused(files.open(path, mode).error());
      }
      refused(files.read_whole(path, 10).error());
      refused(files.lock(path).error());
      refused(files.is_locked(path).error());
      refused(files.identity(path).error());
      refused(files.list(path).error());
      refused(files.sync_directory(path));
      refused(files.make_directory(path));
    }
    refused(files.make_directory("link/a/b"));
    refused(files.remove("link/file"));
    refused(files.write_whole("link/file", as_bytes("lost")));
    EXPECT_EQ(files.exists("link/file").code(), Code::invalid);
    EXPECT_TRUE(files.exists("link").value());
    EXPECT_EQ(files.list("").value(), std::vector<std::string>{"link"});
    // Replacing and removing a link are no ways out.
    EXPECT_FALSE(files.write_whole("link", as_bytes("ours")));
    EXPECT_EQ(as_text(files.read_whole("link", 10).value()), "ours");
    std::filesystem::create_symlink(outside.path() + target, world.folder_.path() + "/again");
    EXPECT_FALSE(files.remove("again"));
    std::ifstream kept(outside.path() + "/d/file");
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(kept), {}), "mine");
    EXPECT_EQ(PosixFileSystem(outside.path()).list("").value(), std::vector<std::string>{"d"});
    EXPECT_EQ(PosixFileSystem(outside.path()).list("d").value(), std::vector<std::string>{"file"});
  }
}

TEST(PosixFileSystem, TheRootMayBeALinkAndLieBehindOne) {
  const Folder folder;
  std::filesystem::create_directories(folder.path() + "/real/inner");
  std::filesystem::create_symlink("real", folder.path() + "/link");
  std::filesystem::create_symlink("inner", folder.path() + "/real/second");
  for (const char* root : {"/link", "/link/inner", "/link/second/", "/link/new"}) {
    SCOPED_TRACE(root);
    PosixFileSystem files(folder.path() + root);
    EXPECT_FALSE(files.make_directory("d"));
    EXPECT_FALSE(files.write_whole("d/x", as_bytes("1")));
    EXPECT_TRUE(files.lock("lock").ok());
    EXPECT_EQ(files.list("d").value(), std::vector<std::string>{"x"});
    EXPECT_FALSE(files.sync_directory(""));
  }
  EXPECT_TRUE(std::filesystem::exists(folder.path() + "/real/new/d/x"));
}

TEST(PosixFileSystem, WhenTheSystemTakesOnlyAPartTheWriteFails) {
  PosixWorld world;
  const auto file = world.files().open("a", OpenMode::create).value();
  // A limit on file sizes makes pwrite() fall short once and fail the next time.
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 10'000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Error error = file->write(0, Buffer(25'000, 'x'));
  const Error whole = world.files().write_whole("b", Buffer(25'000, 'x'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(error.code(), Code::too_large) << error.text();
  EXPECT_EQ(file->size().value(), 10'000u) << "the part that was taken";
  EXPECT_EQ(whole.code(), Code::too_large);
  EXPECT_EQ(world.files().list("").value(), std::vector<std::string>{"a"}) << "no leftovers";
}

// Whoever cannot look does not know: a key that "was not there" was made anew.
TEST(PosixFileSystem, NamesThatCannotBeLookedAtAreNotMissing) {
  PosixWorld world;
  ASSERT_FALSE(world.files().write_whole("a", as_bytes("x")));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto looked = world.files().exists("a");
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(looked.code(), Code::io) << looked.error().text();
  EXPECT_TRUE(world.files().exists("a").value());
  EXPECT_FALSE(world.files().exists("a/b").value());
  EXPECT_FALSE(world.files().exists("none/b").value());
}

TEST(PosixFileSystem, AFailedReplacementLeavesTheOldContent) {
  PosixWorld world;
  ASSERT_FALSE(world.files().make_directory("d"));
  ASSERT_FALSE(world.files().write_whole("d/x", as_bytes("1")));
  EXPECT_TRUE(world.files().write_whole("d", as_bytes("2")));
  EXPECT_EQ(as_text(world.files().read_whole("d/x", 9).value()), "1");
  EXPECT_EQ(world.files().list("").value(), std::vector<std::string>{"d"}) << "no leftovers";
}

// The kernel reports a failed write-back once and then forgets it.
TEST(PosixFile, AfterAFailedSyncNothingSucceedsAnyMore) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const Descriptor other(ends[0]);
  PosixFile file(Descriptor(ends[1]), "pipe", true);  // a pipe cannot be synced
  EXPECT_EQ(file.sync().code(), Code::io);
  for (const Error& error : {file.write(0, as_bytes("x")), file.sync(), file.resize(1)}) {
    EXPECT_EQ(error.code(), Code::io);
    EXPECT_NE(error.message().find("earlier sync"), std::string_view::npos) << error.text();
  }
}

TEST(PosixFileSystem, RenamingKeepsTheIdentityAndCopyingDoesNot) {
  PosixWorld world;
  const std::string root = world.folder_.path();
  ASSERT_FALSE(world.files().write_whole("a", as_bytes("x")));
  const Buffer first = world.files().identity("a").value();
  if (first.empty()) GTEST_SKIP() << "no birth times on this file system";
  EXPECT_EQ(first.size(), 28u);
  std::filesystem::copy(root + "/a", root + "/copy");
  std::filesystem::rename(root + "/a", root + "/b");
  EXPECT_EQ(world.files().identity("b").value(), first);
  EXPECT_NE(world.files().identity("copy").value(), first);
  // Also when the copy takes over inode numbers: the original is gone.
  ASSERT_FALSE(world.files().remove("b"));
  std::filesystem::copy(root + "/copy", root + "/a");
  EXPECT_NE(world.files().identity("a").value(), first);
}

TEST(OsError, CodesSayWhatACallerCanDo) {
  struct Case {
    int number;
    Attempt attempt;
    Code code;
  };
  for (const Case& one :
       {Case{ENOENT, Attempt::read, Code::not_found}, Case{ENOTDIR, Attempt::read, Code::not_found},
        Case{EEXIST, Attempt::write, Code::exists}, Case{ENOSPC, Attempt::write, Code::no_space},
        Case{EDQUOT, Attempt::write, Code::no_space}, Case{EROFS, Attempt::write, Code::read_only},
        Case{EACCES, Attempt::write, Code::read_only}, Case{EACCES, Attempt::read, Code::io},
        Case{EIO, Attempt::write, Code::io}, Case{EMFILE, Attempt::read, Code::io},
        Case{ENAMETOOLONG, Attempt::read, Code::invalid},
        Case{EFBIG, Attempt::write, Code::too_large}}) {
    EXPECT_EQ(os_error(one.number, "p", "open", one.attempt).code(), one.code) << one.number;
  }
}

TEST(OsError, MessagesCarryPathOperationReasonAndAdvice) {
  EXPECT_EQ(os_error(ENOSPC, "/db/log/1", "write", Attempt::write).message(),
            "/db/log/1: cannot write: No space left on device; free some space and try again");
  EXPECT_EQ(os_error(EIO, "/db/log/1", "sync", Attempt::write).message(),
            "/db/log/1: cannot sync: Input/output error");
}

}  // namespace
}  // namespace gs::platform
