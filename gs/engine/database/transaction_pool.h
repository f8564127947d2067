// Transactions that ended, kept for reuse, so that their buffers and shape caches stay warm. Any
// thread.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "gs/engine/database/transaction.h"
#include "gs/platform/mutex.h"

namespace gs::engine {

class TransactionPool {
 public:
  // Null: none is left.
  std::unique_ptr<TransactionState> take() {
    const std::lock_guard lock(mutex_);
    if (all_.empty()) return nullptr;
    std::unique_ptr<TransactionState> state = std::move(all_.back());
    all_.pop_back();
    return state;
  }

  // One that was cleared. It goes when there are enough, or it is large.
  void keep(std::unique_ptr<TransactionState> state) {
    if (state->memory_bytes() > kBytesMax) return;
    const std::lock_guard lock(mutex_);
    if (all_.size() < kMax) all_.push_back(std::move(state));
  }

  std::size_t memory_bytes() const {
    const std::lock_guard lock(mutex_);
    std::size_t bytes = 0;
    for (const auto& state : all_) bytes += state->memory_bytes();
    return bytes;
  }

 private:
  static constexpr std::size_t kMax = 16;
  // Staging memory above this is given back.
  static constexpr std::size_t kBytesMax = std::size_t{4} << 20;

  mutable platform::Mutex mutex_;
  std::vector<std::unique_ptr<TransactionState>> all_;
};

}  // namespace gs::engine
