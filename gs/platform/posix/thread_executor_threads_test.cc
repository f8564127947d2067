// Goal: every posted task runs exactly once, the queue stays bounded, and nothing waits for itself.

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "gs/platform/posix/thread_executor.h"

namespace gs::platform {
namespace {

// Holds tasks back until it is opened.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    wake_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    wake_.notify_all();
    wake_.wait(lock, [this] { return open_; });
  }
  void await(int arrived) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return arrived_ >= arrived; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool open_ = false;
  int arrived_ = 0;
};

TEST(ThreadExecutor, EveryTaskRunsOnceBeforeTheDestructorReturns) {
  std::vector<std::atomic<int>> runs(2'000);
  {
    ThreadExecutor executor(3, 16);
    std::vector<std::thread> posters;
    for (std::size_t part = 0; part < 4; ++part) {
      posters.emplace_back([&, part] {
        for (std::size_t i = part * 500; i < (part + 1) * 500; ++i) {
          executor.post([&runs, i] { ++runs[i]; });
        }
      });
    }
    for (std::thread& poster : posters) poster.join();
  }
  for (const std::atomic<int>& count : runs) EXPECT_EQ(count.load(), 1);
}

TEST(ThreadExecutor, TasksRunBesideTheCallerAndBesideEachOther) {
  Gate gate;
  ThreadExecutor executor(2);
  std::atomic<int> elsewhere{0};
  const auto caller = std::this_thread::get_id();
  for (int i = 0; i < 2; ++i) {
    executor.post([&] {
      if (std::this_thread::get_id() != caller) ++elsewhere;
      gate.pass();
    });
  }
  gate.await(2);  // both are inside at the same time
  EXPECT_EQ(elsewhere.load(), 2);
  gate.open();
}

TEST(ThreadExecutor, AFullQueueMakesThePosterWork) {
  std::atomic<int> queued{0};
  Gate gate;
  ThreadExecutor executor(1, 2);
  executor.post([&] { gate.pass(); });
  gate.await(1);  // the only thread is busy
  executor.post([&] { ++queued; });
  executor.post([&] { ++queued; });
  std::thread::id where;
  executor.post([&] { where = std::this_thread::get_id(); });
  EXPECT_EQ(where, std::this_thread::get_id());
  EXPECT_EQ(queued.load(), 0);
  gate.open();
}

TEST(ThreadExecutor, TasksMayPostTasksAlsoWhenTheQueueIsFullAndWhileItStops) {
  std::atomic<int> left{50'000};
  std::atomic<int> deepest{0};
  static thread_local int depth = 0;
  ThreadExecutor* target = nullptr;
  const std::function<void()> step = [&] {
    if (++depth > deepest) deepest = depth;
    if (--left > 0) target->post(step);
    --depth;
  };
  {
    ThreadExecutor executor(1, 1);
    target = &executor;
    executor.post(step);
    executor.post([] {});
  }
  EXPECT_EQ(left.load(), 0);
  EXPECT_EQ(deepest.load(), 1) << "a task never runs inside another";
}

TEST(ThreadExecutor, WithoutThreadsTasksRunAtOnce) {
  ThreadExecutor executor(0);
  bool ran = false;
  executor.post([&] { ran = true; });
  EXPECT_TRUE(ran);
  EXPECT_EQ(executor.threads(), 0u);
}

TEST(ThreadExecutor, SignalsStayWithTheThreadsOfTheHost) {
  sigset_t worker;
  sigemptyset(&worker);
  {
    ThreadExecutor executor(1);
    executor.post([&] { pthread_sigmask(SIG_SETMASK, nullptr, &worker); });
  }
  EXPECT_EQ(sigismember(&worker, SIGTERM), 1);
  sigset_t ours;
  pthread_sigmask(SIG_SETMASK, nullptr, &ours);
  EXPECT_EQ(sigismember(&ours, SIGTERM), 0);
}

}  // namespace
}  // namespace gs::platform
