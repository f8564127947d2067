// Goal: a closed change is written by the executor, or earlier by whoever needs it.
#include "gs/engine/database/log_writing.h"

#include <gtest/gtest.h>

#include "gs/platform/memory/memory_file_system.h"
#include "gs/storage/log/log_harness.h"

namespace gs::engine {
namespace {

using log::harness::change;

constexpr std::size_t kBytes = 64;

// Keeps what is posted until the test runs it.
class Held final : public platform::Executor {
 public:
  void post(std::function<void()> task) override { tasks.push_back(std::move(task)); }
  void run_all() {
    for (const auto& task : std::exchange(tasks, {})) task();
  }
  std::vector<std::function<void()>> tasks;
};

void write(LogWriting& writing, log::Log& log, std::uint64_t number) {
  const auto space = log.begin(kBytes);
  ASSERT_TRUE(space.ok());
  const Buffer bytes = change(number, kBytes);
  std::memcpy(space->space.data(), bytes.data(), bytes.size());
  ASSERT_FALSE(writing.write(log, kBytes));
}

TEST(LogWriting, TheExecutorWritesAndIsAskedOnce) {
  platform::MemoryFileSystem files;
  const auto opened = log::harness::open(files);
  Held executor;
  LogWriting writing(&executor);
  for (std::uint64_t i = 0; i < 4; ++i) {
    write(writing, *opened.log, 2 * i);
    EXPECT_EQ(opened.log->next_sequence(), 2 * i);
    write(writing, *opened.log, 2 * i + 1);
    EXPECT_EQ(opened.log->next_sequence(), 2 * i + 1);  // the second one writes the first
    ASSERT_EQ(executor.tasks.size(), 1u);
    executor.run_all();
    EXPECT_EQ(opened.log->next_sequence(), 2 * i + 2);
  }
}

TEST(LogWriting, WithoutAnExecutorChangesAreWrittenAtOnce) {
  platform::MemoryFileSystem files;
  const auto opened = log::harness::open(files);
  LogWriting writing(nullptr);
  write(writing, *opened.log, 0);
  EXPECT_EQ(opened.log->next_sequence(), 1u);
}

TEST(LogWriting, ATaskThatComesTooLateTouchesNothing) {
  platform::MemoryFileSystem files;
  auto opened = log::harness::open(files);
  Held executor;
  {
    LogWriting writing(&executor);
    write(writing, *opened.log, 0);
    ASSERT_EQ(executor.tasks.size(), 1u);
  }
  opened.log.reset();
  executor.run_all();
}

}  // namespace
}  // namespace gs::engine
