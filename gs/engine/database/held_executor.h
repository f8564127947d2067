// For tests: an executor that keeps what is posted until the test runs it.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "gs/platform/environment.h"

namespace gs::engine::testing {

class HeldExecutor final : public platform::Executor {
 public:
  void post(std::function<void()> task) override { tasks_.push_back(std::move(task)); }
  std::size_t waiting() const noexcept { return tasks_.size(); }
  std::vector<std::function<void()>> take() { return std::exchange(tasks_, {}); }
  void run_all() {
    for (const auto& task : take()) task();
  }

 private:
  std::vector<std::function<void()>> tasks_;
};

}  // namespace gs::engine::testing
