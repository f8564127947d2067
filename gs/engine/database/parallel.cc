#include "gs/engine/database/parallel.h"

#include <condition_variable>
#include <memory>
#include <mutex>

namespace gs::engine {

namespace {

using Work = std::function<void(std::uint32_t, std::uint32_t)>;

// Shared by the caller and helpers; a late helper may outlive the loop, never touch its work.
struct Loop {
  std::mutex mutex;
  std::condition_variable finished;
  const Work* work = nullptr;
  std::uint32_t count = 0;
  std::uint32_t next = 0;  // first index not taken
  std::uint32_t done = 0;  // indexes worked on

  void help() {
    std::unique_lock lock(mutex);
    while (next < count) {
      const std::uint32_t index = next++;
      lock.unlock();
      (*work)(index, index + 1);
      lock.lock();
      ++done;
    }
    if (done == count) finished.notify_all();
  }

  void wait() {
    std::unique_lock lock(mutex);
    finished.wait(lock, [this] { return done == count; });
  }
};

}  // namespace

graph::ChangeBuilder::Parallel make_parallel(platform::Executor* executor,
                                             std::function<bool()> idle) {
  if (executor == nullptr) return {};
  return [executor, idle = std::move(idle)](std::uint32_t count, const Work& work) {
    if (!idle()) {
      work(0, count);
      return;
    }
    const auto loop = std::make_shared<Loop>();
    loop->work = &work;
    loop->count = count;
    executor->post([loop] { loop->help(); });
    loop->help();
    loop->wait();
  };
}

}  // namespace gs::engine
