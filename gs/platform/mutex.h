// Mutexes that cost nothing where there are no threads (WebAssembly, whose standard library has
// none then), and what waits for others.
//
//   std::lock_guard lock(mutex_);        // works in both worlds
//   platform::UniqueLock lock(mutex_);   // instead of std::unique_lock
//   condition_.wait(lock, is_done);      // without threads it has to be done already
//
// Not recursive.
#pragma once

#include <condition_variable>
#include <mutex>

#include "gs/base/check.h"

namespace gs::platform {

#if defined(__wasm__) && !defined(_REENTRANT)
class Mutex {
 public:
  void lock() noexcept {}
  void unlock() noexcept {}
  bool try_lock() noexcept { return true; }
};
class UniqueLock {
 public:
  explicit UniqueLock(Mutex&) noexcept {}
  void lock() noexcept {}
  void unlock() noexcept {}
};
class Condition {
 public:
  void notify_one() noexcept {}
  void notify_all() noexcept {}
  template <typename Done>
  void wait(UniqueLock&, const Done& is_done) {
    GS_CHECK(is_done());  // nobody else could do it
  }
};
#else
using Mutex = std::mutex;
using UniqueLock = std::unique_lock<std::mutex>;
using Condition = std::condition_variable;
#endif

}  // namespace gs::platform
