// Goal: one process at a time, whoever dies lets go, and the others learn who it is.

#include "gs/platform/posix/posix_lock.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "gs/platform/posix/posix_file_system.h"

namespace gs::platform {
namespace {

class PosixLockTest : public ::testing::Test {
 protected:
  PosixLockTest() {
    std::string name = (std::filesystem::temp_directory_path() / "gs_lock_XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    path_ = folder_ + "/lock";
  }
  ~PosixLockTest() override { std::filesystem::remove_all(folder_); }

  Result<std::unique_ptr<FileLock>> lock() { return PosixFileSystem(folder_).lock("lock"); }

  std::string folder_;
  std::string path_;
};

TEST_F(PosixLockTest, AnotherProcessIsNamedAndItsDeathLetsGo) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto held = lock();
    const char word = held.ok() ? 'y' : 'n';
    if (::write(ready[1], &word, 1) != 1) ::_exit(1);
    ::pause();  // until it is killed
    ::_exit(0);
  }
  char word = 0;
  ASSERT_EQ(::read(ready[0], &word, 1), 1);
  EXPECT_EQ(word, 'y');
  const auto refused = lock();
  EXPECT_EQ(refused.code(), Code::locked);
  const std::string message(refused.error().message());
  EXPECT_NE(message.find("process " + std::to_string(child) + " on "), std::string::npos)
      << message;
  EXPECT_NE(message.find("close that program"), std::string::npos) << message;
  EXPECT_NE(message.find(path_), std::string::npos) << message;
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ::close(ready[0]);
  ::close(ready[1]);
  EXPECT_TRUE(lock().ok()) << "a lock does not outlive its process";
}

TEST_F(PosixLockTest, OurOwnSecondHandleIsToldSo) {
  const auto held = lock();
  ASSERT_TRUE(held.ok());
  EXPECT_NE(lock().error().message().find("this process"), std::string_view::npos);
}

TEST_F(PosixLockTest, WhatIsLeftInTheFileDoesNotMatter) {
  std::ofstream(path_) << std::string(100'000, 'x');
  const auto held = lock();
  ASSERT_TRUE(held.ok()) << held.error().text();
  std::ifstream file(path_);
  std::string line;
  std::getline(file, line);
  EXPECT_EQ(line.substr(0, line.find(' ')), std::to_string(::getpid()));
  EXPECT_LT(std::filesystem::file_size(path_), 300u);
}

TEST_F(PosixLockTest, AnOddOwnerIsNotRepeated) {
  const auto held = lock();
  ASSERT_TRUE(held.ok());
  std::ofstream(path_) << "7 \x1b[31mred\n";
  const auto refused = lock();
  EXPECT_EQ(refused.code(), Code::locked);
  EXPECT_EQ(refused.error().message().find('\x1b'), std::string_view::npos);
}

TEST(LockOwner, OnlyTheDocumentedFormIsRead) {
  LockOwner owner;
  ASSERT_TRUE(parse_lock_owner("42 host.example\n", owner));
  EXPECT_EQ(owner.pid, 42u);
  EXPECT_EQ(owner.host, "host.example");
  for (const std::string& text :
       {std::string(), std::string("\n"), std::string("42"), std::string("42\n"),
        std::string("42 \n"), std::string("42 host"), std::string("-1 host\n"),
        std::string("x host\n"), std::string("42  host\n"), std::string("42 a b\n"),
        std::string("99999999999999999999999 host\n"), std::string("42 h\0st\n", 8),
        "42 " + std::string(300, 'h') + "\n"}) {
    EXPECT_FALSE(parse_lock_owner(text, owner)) << text;
  }
}

}  // namespace
}  // namespace gs::platform
