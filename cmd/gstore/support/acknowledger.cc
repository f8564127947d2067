// The thread that waits for the disk.
#include "cmd/gstore/support/acknowledger.h"

namespace gs::cli {

Acknowledger::Acknowledger(const Imported& begin, std::function<Error(std::uint64_t)> wait,
                           std::function<void(const Imported&)> acknowledged)
    : wait_(std::move(wait)),
      acknowledged_(std::move(acknowledged)),
      imported_(begin),
      thread_([this] { run(); }) {}

Acknowledger::~Acknowledger() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Error Acknowledger::add(std::uint64_t ticket, const Imported& imported) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.size() < kBatchesWaiting || failure_; });
  if (failure_) return failure_.copy();
  waiting_.push_back({ticket, imported});
  changed_.notify_all();
  return {};
}

Error Acknowledger::finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return (waiting_.empty() && !busy_) || failure_; });
  return failure_.copy();
}

Imported Acknowledger::imported() const {
  const std::lock_guard lock(mutex_);
  return imported_;
}

void Acknowledger::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return !waiting_.empty() || ended_; });
    if (waiting_.empty() || failure_) return;
    // The newest ticket covers those before it: one wait for all.
    const Batch newest = waiting_.back();
    waiting_.clear();
    busy_ = true;
    changed_.notify_all();
    lock.unlock();
    Error error = wait_(newest.ticket);
    if (error.ok()) acknowledged_(newest.imported);
    lock.lock();
    busy_ = false;
    if (error.ok()) {
      imported_ = newest.imported;
    } else {
      failure_ = std::move(error);
    }
    changed_.notify_all();
  }
}

}  // namespace gs::cli
