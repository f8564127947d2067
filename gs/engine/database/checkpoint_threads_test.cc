// Goal: nothing is written into a directory whose lock was given back: it may be another process's.
// Run under the thread sanitizer.
// Method: a checkpoint that an earlier failure left to be saved waits for a job, beside a close
// that waits for the same one, which fails as well. Where it is saved, it lingers, so that the
// other gets ahead.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "gs/engine/database/test_world.h"
#include "gs/platform/forwarding_file_system.h"

namespace gs::engine::testing {
namespace {

class LentFileSystem final : public platform::ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  std::thread::id refused = std::this_thread::get_id();  // its checkpoints
  std::atomic<bool> is_ours{false};
  std::atomic<int> late{0};  // files that were made without the lock

  Result<std::unique_ptr<platform::FileLock>> lock(std::string_view path) override {
    GS_TRY(auto held, ForwardingFileSystem::lock(path));
    is_ours = true;
    return std::unique_ptr<platform::FileLock>(new Lock(*this, std::move(held)));
  }
  Result<std::unique_ptr<platform::File>> open(std::string_view path,
                                               platform::OpenMode mode) override {
    if (path.ends_with(".gsp") && mode == platform::OpenMode::create) {
      if (std::this_thread::get_id() == refused) return Error(Code::io, "it does not work");
      constexpr int kLonger = 1000;  // than a close takes
      for (int i = 0; i < kLonger && is_ours; ++i) std::this_thread::yield();
    }
    if (mode != platform::OpenMode::read && !is_ours) ++late;
    return ForwardingFileSystem::open(path, mode);
  }

 private:
  class Lock final : public platform::FileLock {
   public:
    Lock(LentFileSystem& files, std::unique_ptr<platform::FileLock> held)
        : files_(files), held_(std::move(held)) {}
    ~Lock() override { files_.is_ours = false; }

   private:
    LentFileSystem& files_;
    std::unique_ptr<platform::FileLock> held_;
  };
};

// Works at once, until it is to keep what comes.
struct LatchedExecutor final : platform::Executor {
  bool holds = false;
  std::function<void()> held;
  void post(std::function<void()> task) override {
    if (!holds) return task();
    held = std::move(task);
  }
};

TEST(CheckpointThreads, NothingIsWrittenOnceTheLockWasGivenBack) {
  for (int round = 0; round < 50; ++round) {
    World world;
    LentFileSystem files(world.memory);
    LatchedExecutor background;
    world.files = &files;
    world.background = &background;
    const Store db = world.create();
    ASSERT_TRUE(db.insert("City", "{}").ok());
    EXPECT_EQ(db->checkpoint().code(), Code::io);
    background.holds = true;
    while (!background.held) db->tick();  // merges when it is quiet

    std::atomic<int> began{0};
    std::thread saves([&] {
      ++began;
      const Error error = db->checkpoint();
      EXPECT_TRUE(!error || error.code() == Code::closed) << error.text();
    });
    std::thread closes([&] {
      ++began;
      EXPECT_TRUE(db->close().ok());
    });
    while (began < 2) std::this_thread::yield();
    for (int i = 0; i < 100; ++i) std::this_thread::yield();  // both wait, most often
    background.held();
    saves.join();
    closes.join();
    ASSERT_EQ(files.late, 0) << "round " << round;
  }
}

// Without an executor whoever commits does what waits, before it asks whether it may commit.
TEST(CheckpointThreads, ACommitThatComesTooLateSavesNothing) {
  World world;
  LentFileSystem files(world.memory);
  world.files = &files;
  world.options.checkpoint_log_bytes = 4 << 10;
  const Store db = world.create();
  ASSERT_TRUE(db.insert("City", "{}").ok());
  EXPECT_EQ(db->checkpoint().code(), Code::io);
  ASSERT_TRUE(db.insert("City", "{\"t\":\"" + std::string(8 << 10, 'x') + "\"}").ok());  // freezes
  ASSERT_TRUE(db->close().ok());
  files.refused = {};
  EXPECT_EQ(db.insert("City", "{}").code(), Code::closed);
  EXPECT_EQ(files.late, 0);
}

}  // namespace
}  // namespace gs::engine::testing
