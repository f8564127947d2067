// A mutex that costs nothing where there are no threads (WebAssembly without std::mutex).
//
//   std::lock_guard lock(mutex_);    // works in both worlds; std::unique_lock does not
//
// Not recursive.
#pragma once

#include <mutex>

namespace gs::platform {

#if defined(__wasm__) && !defined(_REENTRANT)
class Mutex {
 public:
  void lock() noexcept {}
  void unlock() noexcept {}
  bool try_lock() noexcept { return true; }
};
#else
using Mutex = std::mutex;
#endif

}  // namespace gs::platform
