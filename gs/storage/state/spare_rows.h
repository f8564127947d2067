// Memory for the rows of row tables: what one table leaves the next one takes, because the first
// touch of fresh pages costs a twentieth of a bulk load.
//
// One chunk at most lies here: a table is written about when the next one is full. Any thread.
#pragma once

#include <mutex>
#include <utility>

#include "gs/base/poison.h"
#include "gs/platform/mutex.h"
#include "gs/storage/state/large_memory.h"

namespace gs::state {

class SpareRows {
 public:
  // All chunks have this size.
  explicit SpareRows(std::size_t bytes) : bytes_(bytes) {}
  ~SpareRows() { trim(); }
  SpareRows(const SpareRows&) = delete;
  SpareRows& operator=(const SpareRows&) = delete;

  // Not initialised; aligned as allocate_aligned() does.
  void* take() {
    void* const spare = exchange(nullptr);
    if (spare == nullptr) return allocate_aligned(bytes_);
    unpoison(spare, bytes_);
    return spare;
  }
  void give(void* chunk) noexcept {
    if (chunk == nullptr) return;
    poison(chunk, bytes_);
    release(exchange(chunk));
  }
  // Gives back what lies here.
  void trim() noexcept { release(exchange(nullptr)); }

 private:
  void* exchange(void* other) noexcept {
    const std::lock_guard lock(mutex_);
    return std::exchange(spare_, other);
  }
  void release(void* chunk) const noexcept {
    if (chunk == nullptr) return;
    unpoison(chunk, bytes_);
    free_aligned(chunk, bytes_);
  }

  const std::size_t bytes_;
  platform::Mutex mutex_;
  void* spare_ = nullptr;
};

}  // namespace gs::state
