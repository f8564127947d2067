// A mutex also where there are no threads: WebAssembly's standard library then has none.
#pragma once

#include <mutex>

namespace gs::record {

#if defined(__wasm__) && !defined(_REENTRANT)
struct Mutex {
  void lock() noexcept {}
  void unlock() noexcept {}
};
#else
using Mutex = std::mutex;
#endif

}  // namespace gs::record
