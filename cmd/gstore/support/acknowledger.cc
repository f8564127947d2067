// The thread that waits for the disk.
#include "cmd/gstore/support/acknowledger.h"

#include <utility>

namespace gs::cli {

Acknowledger::Acknowledger(const Imported& begin, std::function<Error(std::uint64_t)> wait,
                           std::function<void(const Imported&)> acknowledged, unsigned threads)
    : wait_(std::move(wait)),
      acknowledged_(std::move(acknowledged)),
      imported_(begin),
      worker_(threads) {}

Acknowledger::~Acknowledger() { finish().ignore(); }

Error Acknowledger::add(std::uint64_t ticket, const Imported& imported) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_.size() < kBatchesWaiting || failure_; });
    if (failure_) return failure_.copy();
    waiting_.push_back({ticket, imported});
    if (std::exchange(busy_, true)) return {};
  }
  worker_.post([this] { run(); });
  return {};
}

Error Acknowledger::finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !busy_; });
  return failure_.copy();
}

Error Acknowledger::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_.copy();
}

Imported Acknowledger::imported() const {
  const std::lock_guard lock(mutex_);
  return imported_;
}

void Acknowledger::run() {
  std::unique_lock lock(mutex_);
  while (!waiting_.empty() && !failure_) {
    // The newest ticket covers those before it: one wait for all.
    const Batch newest = waiting_.back();
    waiting_.clear();
    changed_.notify_all();
    lock.unlock();
    Error error = wait_(newest.ticket);
    if (error.ok()) acknowledged_(newest.imported);
    lock.lock();
    if (error.ok()) {
      imported_ = newest.imported;
    } else {
      failure_ = std::move(error);
    }
  }
  busy_ = false;
  changed_.notify_all();
}

}  // namespace gs::cli
