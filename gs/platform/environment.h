// Everything the engine asks of the outside world, handed in when a storage is opened.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "globalstorage/bytes.h"
#include "gs/platform/file_system.h"

namespace gs::platform {

class Clock {
 public:
  virtual ~Clock() = default;
  // Milliseconds since 1970-01-01 00:00 UTC; may jump in either direction.
  virtual std::uint64_t wall_ms() = 0;
  // Nanoseconds from an arbitrary start; never goes back. For measuring only.
  virtual std::uint64_t monotonic_ns() = 0;
  // Returns when so much of monotonic time has passed, or a little more.
  virtual void sleep_ms(std::uint64_t time_ms) = 0;
};

class Random {
 public:
  virtual ~Random() = default;
  // Fills `out` with bytes fit for keys and salts. Safe to call from any thread.
  virtual void fill(MutableBytes out) = 0;
};

// Runs work beside the caller. `post` may run the task on another thread, or at once on this one
// (simulator, WebAssembly); an executor of several threads that runs tasks at once must not run one
// thread's tasks on another, which may hold a lock that they need. Tasks never block on each other.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual void post(std::function<void()> task) = 0;
};

// Pointers are never owned; all of them outlive the storage. `background` may be null: then
// checkpoints and merges run inside the calls that trigger them.
struct Environment {
  FileSystem* files = nullptr;
  Clock* clock = nullptr;
  Random* random = nullptr;
  Executor* background = nullptr;
  // An empty file system for files that nobody needs any more when it goes. Empty: in memory.
  std::function<Result<std::unique_ptr<FileSystem>>()> make_scratch = {};
};

}  // namespace gs::platform
