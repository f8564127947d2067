#include "gs/platform/memory/inline_executor.h"

#include <mutex>
#include <utility>

namespace gs::platform {

void InlineExecutor::post(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(task));
    if (running_) return;
    running_ = true;
  }
  std::function<void()> next;
  while (take(next)) next();
}

bool InlineExecutor::take(std::function<void()>& task) {
  task = nullptr;  // what it captured goes before the next one starts
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) {
    running_ = false;
    return false;
  }
  task = std::move(waiting_.front());
  waiting_.pop_front();
  return true;
}

}  // namespace gs::platform
