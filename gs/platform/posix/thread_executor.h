// Runs tasks on a fixed number of threads.
//
// The queue is bounded: when it is full, post() from outside runs the task itself, which slows down
// whoever posts faster than the threads work. A task's own posts always go to the queue: running
// them inside the task could nest without end, waiting for room could wait for itself. So the queue
// holds at most `queue_tasks_max` and what running tasks add.
//
// Every posted task is run: the destructor works off the queue, then joins. No post() from outside
// may be under way by then. The threads block all signals, which stay with the host's threads. When
// the system gives no thread at all, post() runs tasks itself.
#pragma once

#include <pthread.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "gs/platform/environment.h"

namespace gs::platform {

class ThreadExecutor final : public Executor {
 public:
  // Many times what a storage has under way at once: a checkpoint, a merge, a few block writes.
  static constexpr std::size_t kQueueTasksMax = 1024;

  explicit ThreadExecutor(unsigned threads, std::size_t queue_tasks_max = kQueueTasksMax);
  ~ThreadExecutor() override;
  ThreadExecutor(const ThreadExecutor&) = delete;
  ThreadExecutor& operator=(const ThreadExecutor&) = delete;

  void post(std::function<void()> task) override;
  std::size_t threads() const noexcept { return threads_.size(); }

 private:
  static void* run(void* executor);
  void work();
  void start(unsigned threads);

  const std::size_t queue_tasks_max_;
  std::vector<pthread_t> threads_;  // changes only in the constructor and the destructor

  std::mutex mutex_;
  std::condition_variable wake_;  // a task came, or stopping_
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
};

}  // namespace gs::platform
