// Waits for durable batches beside the work that makes the next one.
//
// An import commits lazily and hands each ticket in here; a thread of its own waits for the newest
// one and then reports all rows up to it, and where to go on after it. So reading and encoding
// rows overlaps with hashing, signing and the disk. At most kBatchesWaiting batches are not
// durable: add() blocks beyond.
// add() and finish() belong to one thread; `wait` and `acknowledged` are called on the other.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "globalstorage/error.h"

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
               std::function<void(const Imported&)> acknowledged);
  ~Acknowledger();

  // `imported`: with this batch. Returns the failure of an earlier batch.
  Error add(std::uint64_t ticket, const Imported& imported);
  // Returns when every batch is durable, or the first failure.
  Error finish();
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
  bool busy_ = false;
  bool ended_ = false;
  Imported imported_;
  Error failure_;
  std::thread thread_;
};

}  // namespace gs::cli
