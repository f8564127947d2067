// The thread that waits for the disk.
#include "cmd/gstore/support/acknowledger.h"

namespace gs::cli {

Acknowledger::Acknowledger(std::function<Error(std::uint64_t)> wait,
                           std::function<void(std::uint64_t)> acknowledged)
    : wait_(std::move(wait)), acknowledged_(std::move(acknowledged)), thread_([this] { run(); }) {}

Acknowledger::~Acknowledger() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Error Acknowledger::add(std::uint64_t ticket, std::uint64_t rows) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.size() < kBatchesWaiting || failure_; });
  if (failure_) return failure_.copy();
  waiting_.push_back({ticket, rows});
  changed_.notify_all();
  return {};
}

Error Acknowledger::finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return (waiting_.empty() && !busy_) || failure_; });
  return failure_.copy();
}

std::uint64_t Acknowledger::rows() const {
  const std::lock_guard lock(mutex_);
  return rows_;
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
    if (error.ok()) acknowledged_(newest.rows);
    lock.lock();
    busy_ = false;
    if (error.ok()) {
      rows_ = newest.rows;
    } else {
      failure_ = std::move(error);
    }
    changed_.notify_all();
  }
}

}  // namespace gs::cli
