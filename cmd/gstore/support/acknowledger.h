// Waits for durable batches beside the work that makes the next one.
//
// An import commits lazily and hands each ticket in here; a thread of its own waits for the newest
// one and then reports all rows up to it, and where to go on after it. So reading and encoding
// rows overlaps with hashing, signing and the disk. At most kBatchesWaiting batches are not
// durable: add() blocks beyond. Where no thread is to be had, add() waits itself.
// add(), finish() and failure() belong to one thread; `wait` and `acknowledged` are called on the
// other.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

#include "globalstorage/error.h"
#include "gs/platform/posix/thread_executor.h"

namespace gs::cli {

// How far an input was imported: cumulative.
struct Imported {
  std::uint64_t rows = 0;
  std::uint64_t skipped = 0;   // bad rows before next_row
  std::uint64_t next_row = 1;  // of the input, counted from 1: to go on with
};

class Acknowledger {
 public:
  // `begin`: before the first batch. wait(ticket): until it is durable. acknowledged(): after that.
  Acknowledger(const Imported& begin, std::function<Error(std::uint64_t ticket)> wait,
               std::function<void(const Imported&)> acknowledged, unsigned threads = 1);
  // Waits for the batches that were added.
  ~Acknowledger();

  // `imported`: with this batch. Returns the failure of an earlier batch.
  Error add(std::uint64_t ticket, const Imported& imported);
  // Returns when every batch is durable, or the first failure.
  Error finish();
  // Of any batch so far.
  Error failure() const;
  // What is known to be durable.
  Imported imported() const;

 private:
  // Each batch is about 1 MiB: enough to keep the disk busy, little to hold in memory.
  static constexpr std::size_t kBatchesWaiting = 8;

  struct Batch {
    std::uint64_t ticket;
    Imported imported;
  };
  void run();

  std::function<Error(std::uint64_t)> wait_;
  std::function<void(const Imported&)> acknowledged_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> waiting_;
  bool busy_ = false;  // run() is on its way
  Imported imported_;
  Error failure_;
  platform::ThreadExecutor worker_;
};

}  // namespace gs::cli
