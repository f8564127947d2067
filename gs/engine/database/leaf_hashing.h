// Hashes the operations of the open change while more are appended.
//
// Chunks of operations that are finished may be hashed by anybody: the executor's threads while
// transactions commit, the committing thread itself for what is left when the change is closed.
// Who comes too late finds nothing to do, so a busy executor costs nothing, and nobody waits for a
// thread that has not begun.
//
// Threads: begin, offer, finish and stop by one thread at a time (the engine's commit lock).
#pragma once

#include <memory>
#include <mutex>

#include "gs/core/graph/change.h"
#include "gs/platform/environment.h"
#include "gs/platform/mutex.h"

namespace gs::engine {

class LeafHashing {
 public:
  // `executor` may be null. `builder` is hashed for as long as this lives.
  LeafHashing(graph::ChangeBuilder& builder, platform::Executor* executor);
  ~LeafHashing() { stop(); }
  LeafHashing(const LeafHashing&) = delete;
  LeafHashing& operator=(const LeafHashing&) = delete;

  // The builder has begun a change.
  void begin();
  // It has got operations that will not change any more.
  void offer();
  // No more will come. Hashes what nobody has, waits for who is hashing; returns the number of
  // chunks, all of which are hashed: for ChangeBuilder::close().
  std::uint32_t finish();
  // Nobody touches the builder any more when this returns.
  void stop() noexcept;

 private:
  // Also held by tasks that the executor has not run yet, which may outlive this object.
  struct Shared {
    platform::Mutex mutex;
    platform::Condition idle;
    graph::ChangeBuilder* builder = nullptr;
    std::uint32_t next = 0;        // first chunk that nobody has taken
    std::uint32_t available = 0;   // chunks before this one may be taken
    std::uint32_t operations = 0;  // of the change, as far as chunks are available
    std::uint32_t working = 0;     // threads at work
    bool asked = false;            // a task is on its way or at work
    void work();
  };
  void ask();

  std::shared_ptr<Shared> shared_;
  platform::Executor* executor_;
};

}  // namespace gs::engine
