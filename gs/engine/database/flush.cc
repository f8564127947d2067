// Group commit: many transactions, one change, one signature, one fdatasync.
//
// Whoever waits first becomes the leader: it closes the open change, writes it and syncs, while
// others keep committing into the next change; when it is done, everybody whose transaction was
// covered goes on, and one of the rest leads next. No timer, no thread of our own.

#include "gs/engine/database/commit_scratch.h"

namespace gs::engine {

namespace {

// Ticks without a commit, about a second, that make a quiet moment.
constexpr unsigned kQuietTicks = 4;

}  // namespace

Error Database::fail(Error error) {
  // Called with or without commit_mutex_ by the one that saw the failure; the first one stays.
  if (!failed_.exchange(true)) {
    report(Event::Level::error, "write_failed", error.text());
    failure_ = error.copy();
  }
  return error;
}

Error Database::flush() {
  Sequence target = 0;
  {
    std::lock_guard lock(commit_mutex_);
    if (failure_) return Error(Code::failed, "an earlier write failed: " + failure_.text());
    if (builder_.is_open()) GS_TRY_OK(close_change(true));
    target = written_;
    if (wants_checkpoint()) freeze();
  }
  start_background();
  Error error = log_->sync();
  if (error) {
    std::lock_guard lock(commit_mutex_);
    return fail(std::move(error));
  }
  std::lock_guard lock(flush_mutex_);
  durable_ = std::max(durable_, target);
  return {};
}

Error Database::wait(Sequence sequence) {
  std::unique_lock lock(flush_mutex_);
  while (durable_ < sequence) {
    if (flushing_) {
      flushed_.wait(lock);
      continue;
    }
    flushing_ = true;
    lock.unlock();
    Error error = flush();
    lock.lock();
    flushing_ = false;
    flushed_.notify_all();
    if (error) return error;
  }
  return {};
}

Error Database::sync() {
  if (read_only_) return {};
  return wait(visible_.load(std::memory_order_acquire));
}

void Database::tick() {
  if (failed_.load() || read_only_) return;
  // A failure of either is remembered and given to the next writer.
  sync().ignore();
  log_->mark().ignore();
  const Sequence now = visible_.load(std::memory_order_acquire);
  quiet_ticks_ = now == tick_seen_ ? quiet_ticks_ + 1 : 0;
  tick_seen_ = now;
  if (quiet_ticks_ == kQuietTicks) merge_when_idle();
}

}  // namespace gs::engine
