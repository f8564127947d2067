#include "gs/platform/posix/thread_executor.h"

#include <sched.h>
#include <signal.h>

#include <utility>

namespace gs::platform {
namespace {

// The executor whose task this thread is running, if any.
thread_local const ThreadExecutor* this_worker = nullptr;

// A thread that wakes up to help must not interrupt the one that it helps: a load of many records
// is a tenth faster. Where the system has no such class, or refuses, nothing is lost.
void let_callers_go_first() noexcept {
#if defined(SCHED_BATCH)
  const sched_param none{};
  ::pthread_setschedparam(::pthread_self(), SCHED_BATCH, &none);
#endif
}

}  // namespace

ThreadExecutor::ThreadExecutor(unsigned threads, std::size_t queue_tasks_max)
    : queue_tasks_max_(queue_tasks_max) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);  // new threads inherit it
  start(threads);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void ThreadExecutor::start(unsigned threads) {
  threads_.reserve(threads);
  for (unsigned i = 0; i < threads; ++i) {
    pthread_t thread;
    // pthread_create, not std::thread: it says no with a number instead of an exception.
    if (::pthread_create(&thread, nullptr, &ThreadExecutor::run, this) != 0) return;
    threads_.push_back(thread);
  }
}

ThreadExecutor::~ThreadExecutor() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (const pthread_t thread : threads_) ::pthread_join(thread, nullptr);
}

void ThreadExecutor::post(std::function<void()> task) {
  if (!threads_.empty()) {
    const std::lock_guard lock(mutex_);
    if (queue_.size() < queue_tasks_max_ || this_worker == this) {
      queue_.push_back(std::move(task));
      wake_.notify_one();
      return;
    }
  }
  task();
}

void* ThreadExecutor::run(void* executor) {
  static_cast<ThreadExecutor*>(executor)->work();
  return nullptr;
}

void ThreadExecutor::work() {
  this_worker = this;
  let_callers_go_first();
  for (;;) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    task();
  }
}

}  // namespace gs::platform
