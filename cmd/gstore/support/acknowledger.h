// Waits for durable batches beside the work that makes the next one.
//
// An import commits lazily and hands each ticket in here; a thread of its own waits for the newest
// one and then reports all rows up to it. So reading and encoding rows overlaps with hashing,
// signing and the disk. At most kBatchesWaiting batches are not durable: commit() blocks beyond.
// add() and finish() belong to one thread; `wait` and `acknowledged` are called on the other.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "globalstorage/error.h"

namespace gs::cli {

class Acknowledger {
 public:
  // wait(ticket): until it is durable. acknowledged(rows): cumulative, after that.
  Acknowledger(std::function<Error(std::uint64_t ticket)> wait,
               std::function<void(std::uint64_t rows)> acknowledged);
  ~Acknowledger();

  // `rows`: cumulative, with this batch. Returns the failure of an earlier batch.
  Error add(std::uint64_t ticket, std::uint64_t rows);
  // Returns when every batch is durable, or the first failure.
  Error finish();
  // Rows known to be durable.
  std::uint64_t rows() const;

 private:
  // Each batch is about 1 MiB: enough to keep the disk busy, little to hold in memory.
  static constexpr std::size_t kBatchesWaiting = 8;

  struct Batch {
    std::uint64_t ticket;
    std::uint64_t rows;
  };
  void run();

  std::function<Error(std::uint64_t)> wait_;
  std::function<void(std::uint64_t)> acknowledged_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> waiting_;
  bool busy_ = false;
  bool ended_ = false;
  std::uint64_t rows_ = 0;
  Error failure_;
  std::thread thread_;
};

}  // namespace gs::cli
