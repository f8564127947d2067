// Goal: a split loop is really worked on by two, in whatever order they come, and a helper that
// comes too late does no harm.
#include "gs/engine/database/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

namespace gs::engine {
namespace {

// Keeps what is posted until the test runs it.
class Held final : public platform::Executor {
 public:
  void post(std::function<void()> task) override { tasks.push_back(std::move(task)); }
  std::vector<std::function<void()>> tasks;
};

TEST(Parallel, AHelperTakesWhatTheCallerHasNotBegun) {
  Held executor;
  const auto parallel = make_parallel(&executor, [] { return true; });
  std::set<std::uint32_t> by_caller;
  std::set<std::uint32_t> by_helper;
  const std::thread::id caller = std::this_thread::get_id();
  parallel(8, [&](std::uint32_t begin, std::uint32_t end) {
    const bool first = std::this_thread::get_id() == caller && by_caller.empty();
    for (std::uint32_t i = begin; i < end; ++i) {
      (std::this_thread::get_id() == caller ? by_caller : by_helper).insert(i);
    }
    // The helper comes while the caller works on its first piece, and has time for all others.
    if (first) std::thread(executor.tasks.at(0)).join();
  });
  EXPECT_EQ(by_caller, (std::set<std::uint32_t>{0}));
  EXPECT_EQ(by_helper.size(), 7u);
}

TEST(Parallel, AHelperThatComesTooLateFindsNothing) {
  Held executor;
  const auto parallel = make_parallel(&executor, [] { return true; });
  std::atomic<std::uint32_t> worked{0};
  parallel(5, [&](std::uint32_t begin, std::uint32_t end) { worked += end - begin; });
  EXPECT_EQ(worked, 5u);
  executor.tasks.at(0)();
  EXPECT_EQ(worked, 5u);
}

TEST(Parallel, ABusyExecutorIsNotAsked) {
  Held executor;
  const auto parallel = make_parallel(&executor, [] { return false; });
  std::uint32_t worked = 0;
  parallel(5, [&](std::uint32_t begin, std::uint32_t end) { worked += end - begin; });
  EXPECT_EQ(worked, 5u);
  EXPECT_TRUE(executor.tasks.empty());
  EXPECT_FALSE(make_parallel(nullptr, [] { return true; }));
}

}  // namespace
}  // namespace gs::engine
