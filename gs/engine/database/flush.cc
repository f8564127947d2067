// Group commit: many transactions, one change, one signature, one fdatasync.
//
// Whoever waits first becomes the leader: it closes the open change, writes it and syncs, while
// others keep committing into the next change; when it is done, everybody whose transaction was
// covered goes on, and one of the rest leads next. No timer, no thread of our own.

#include <algorithm>

#include "gs/engine/database/commit_scratch.h"

namespace gs::engine {

namespace {

// Ticks without a commit, about a second, that make a quiet moment.
constexpr unsigned kQuietTicks = 4;
// How long a busy log may go without a mark. Quiet ones are marked by ticks.
constexpr std::uint64_t kMarkEveryMs = 250;

}  // namespace

Error Database::fail(Error error) {
  // Called with or without commit_mutex_ by the one that saw the failure; the first one stays.
  if (!failed_.exchange(true)) {
    report(Event::Level::error, "write_failed", error.text());
    failure_ = error.copy();
  }
  return error;
}

// close() writes and syncs what was committed since its own sync. Whoever comes to do that later
// finds a log that is closed, and nothing is left to do.
bool Database::closed_with(Sequence sequence) const noexcept {
  return closed_ && group_.durable.load(std::memory_order_acquire) >= sequence;
}

Error Database::flush() {
  Sequence target = 0;
  {
    std::lock_guard lock(commit_mutex_);
    if (failure_) return Error(Code::failed, "an earlier write failed: " + failure_.text());
    if (closed_with(written_)) return {};
    if (builder_.is_open()) GS_TRY_OK(close_change(Writing::awaited));
    written_ = visible_.load(std::memory_order_relaxed);  // what no change has is in memory only
    target = written_;
    if (group_.durable.load(std::memory_order_acquire) >= last_logged_) {
      raise_durable(target);
      return {};
    }
    if (wants_checkpoint()) freeze();
  }
  start_background();
  Error error = log_->sync();
  if (error) {
    std::lock_guard lock(commit_mutex_);
    if (closed_with(target)) return {};
    return fail(std::move(error));
  }
  raise_durable(target);
  const std::uint64_t now_ms = env_.clock->wall_ms();
  if (now_ms - group_.marked_ms >= kMarkEveryMs || now_ms < group_.marked_ms) {
    group_.marked_ms = now_ms;
    log_->mark().ignore();  // a hint
  }
  return {};
}

// A flush and an erasure may end in any order.
void Database::raise_durable(Sequence reached) noexcept {
  Sequence before = group_.durable.load(std::memory_order_relaxed);
  while (before < reached &&
         !group_.durable.compare_exchange_weak(before, reached, std::memory_order_release)) {
  }
}

// Waiting is on one number, without a lock that a hundred woken threads would have to take in turn.
Error Database::wait(Sequence sequence) {
  // A number from elsewhere, or of before this storage was opened again, is everything so far.
  sequence = std::min(sequence, visible_.load(std::memory_order_acquire));
  Error error;
  while (!error && group_.durable.load(std::memory_order_acquire) < sequence) {
    const std::uint32_t round = group_.rounds.load(std::memory_order_acquire);
    if (group_.flushing.exchange(true, std::memory_order_acquire)) {
      // That round ends after its number was read, or has ended and the number is another one.
      group_.rounds.wait(round, std::memory_order_acquire);
      continue;
    }
    if (group_.durable.load(std::memory_order_acquire) < sequence) error = flush();
    group_.flushing.store(false, std::memory_order_release);
    group_.rounds.fetch_add(1, std::memory_order_acq_rel);
    group_.rounds.notify_all();
  }
  return error;
}

Error Database::sync() { return wait(~Sequence{0}); }

void Database::tick() {
  if (failed_.load() || read_only_) return;
  sync().ignore();        // a failure is remembered and given to the next writer
  log_->mark().ignore();  // a hint
  const Sequence now = visible_.load(std::memory_order_acquire);
  quiet_ticks_ = now == tick_seen_ ? quiet_ticks_ + 1 : 0;
  tick_seen_ = now;
  if (quiet_ticks_ != kQuietTicks) return;
  current_version()->tables.front()->trim();
  merge_when_idle();
}

}  // namespace gs::engine
