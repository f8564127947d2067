// Goal: a closed change is written by the executor, or earlier by whoever needs it.
#include "gs/engine/database/log_writing.h"

#include <gtest/gtest.h>

#include "gs/engine/database/held_executor.h"
#include "gs/platform/memory/memory_file_system.h"
#include "gs/storage/log/log_harness.h"

namespace gs::engine {
namespace {

using log::harness::change;
using testing::HeldExecutor;

constexpr std::size_t kBytes = 64;

void write(LogWriting& writing, log::Log& log, std::uint64_t number) {
  const auto space = log.begin(kBytes);
  ASSERT_TRUE(space.ok());
  const Buffer bytes = change(number, kBytes);
  std::memcpy(space->space.data(), bytes.data(), bytes.size());
  ASSERT_FALSE(writing.write(kBytes));
}

TEST(LogWriting, TheExecutorWritesAndIsAskedOnce) {
  platform::MemoryFileSystem files;
  const auto opened = log::harness::open(files);
  HeldExecutor executor;
  LogWriting writing(&executor);
  writing.start(*opened.log);
  for (std::uint64_t i = 0; i < 4; ++i) {
    write(writing, *opened.log, 2 * i);
    EXPECT_EQ(opened.log->next_sequence(), 2 * i);
    write(writing, *opened.log, 2 * i + 1);
    EXPECT_EQ(opened.log->next_sequence(), 2 * i + 1);  // the second one writes the first
    ASSERT_EQ(executor.waiting(), 1u);
    executor.run_all();
    EXPECT_EQ(opened.log->next_sequence(), 2 * i + 2);
  }
}

TEST(LogWriting, WithoutAnExecutorChangesAreWrittenAtOnce) {
  platform::MemoryFileSystem files;
  const auto opened = log::harness::open(files);
  LogWriting writing(nullptr);
  writing.start(*opened.log);
  write(writing, *opened.log, 0);
  EXPECT_EQ(opened.log->next_sequence(), 1u);
}

TEST(LogWriting, ATaskThatComesTooLateTouchesNothing) {
  platform::MemoryFileSystem files;
  auto opened = log::harness::open(files);
  HeldExecutor executor;
  {
    LogWriting writing(&executor);
    writing.start(*opened.log);
    write(writing, *opened.log, 0);
    ASSERT_EQ(executor.waiting(), 1u);
  }
  opened.log.reset();
  executor.run_all();
}

TEST(LogWriting, WhatStillWaitsWhenItStopsIsWrittenByTheLogItself) {
  platform::MemoryFileSystem files;
  auto opened = log::harness::open(files);
  HeldExecutor executor;
  LogWriting writing(&executor);
  writing.start(*opened.log);
  write(writing, *opened.log, 0);
  writing.stop();
  executor.run_all();
  EXPECT_EQ(opened.log->next_sequence(), 0u);
  ASSERT_FALSE(opened.log->close());
  EXPECT_EQ(log::harness::open(files).seen.size(), 1u);
}

}  // namespace
}  // namespace gs::engine
