// Writes closed changes on the executor while the next one is filled.
//
// The log keeps one change that is not written yet. Whoever needs it in the file writes it, so an
// executor that is busy costs nothing and nobody waits for a thread that has not begun.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "gs/platform/environment.h"
#include "gs/platform/mutex.h"
#include "gs/storage/log/log.h"

namespace gs::engine {

class LogWriting {
 public:
  // `executor` may be null: then changes are written where they are closed.
  explicit LogWriting(platform::Executor* executor) : executor_(executor) {}
  ~LogWriting() { stop(); }
  LogWriting(const LogWriting&) = delete;
  LogWriting& operator=(const LogWriting&) = delete;

  // Before the first write. `log` must live until stop().
  void start(log::Log& log) {
    const std::lock_guard lock(shared_->mutex);
    log_ = shared_->log = &log;
  }

  // The change that lies in the log's space is finished. Called with the engine's commit lock,
  // never waits for a task.
  Error write(std::size_t change_bytes) {
    if (executor_ == nullptr) return log_->write(change_bytes);
    GS_TRY_OK(log_->write_later(change_bytes));
    if (shared_->asked.exchange(true)) return {};
    executor_->post([shared = shared_] {
      const std::lock_guard lock(shared->mutex);
      shared->asked = false;
      // The log remembers a failure and tells its writer.
      if (shared->log != nullptr) shared->log->write_pending().ignore();
    });
    return {};
  }

  // The log is not touched any more when this returns.
  void stop() noexcept {
    const std::lock_guard lock(shared_->mutex);
    shared_->log = nullptr;
  }

 private:
  // Held by tasks that the executor has not run yet, which may outlive this object.
  struct Shared {
    platform::Mutex mutex;
    log::Log* log = nullptr;
    std::atomic<bool> asked{false};  // a task is on its way
  };

  platform::Executor* executor_;
  log::Log* log_ = nullptr;
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace gs::engine
