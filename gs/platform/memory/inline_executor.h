// Runs every task inside post(): no threads, one order.
//
// A task posted by a task runs after it, not inside it, so chains of tasks need no stack. With
// several threads, the one that is running tasks takes over what the others post meanwhile.
#pragma once

#include <deque>
#include <functional>

#include "gs/platform/environment.h"
#include "gs/platform/mutex.h"

namespace gs::platform {

class InlineExecutor final : public Executor {
 public:
  void post(std::function<void()> task) override;

 private:
  // Takes the next task into `task`; false, and nobody is running tasks any more, when there is
  // none.
  bool take(std::function<void()>& task);

  Mutex mutex_;
  std::deque<std::function<void()>> waiting_;
  bool running_ = false;
};

}  // namespace gs::platform
