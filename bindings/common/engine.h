// One open storage of this process, shared by all its JavaScript threads, and the table of them.
//
// The first thread that opens a directory opens the engine; the others get the same one; the last
// that closes it closes the engine. One thread of its own applies the writes of all, in the order
// in which they came, another one waits for the disk when there is more to apply: so all writes
// that come while the disk is busy share one fdatasync, and each thread of JavaScript sees its own
// in order.
//
// Any thread. Errors: those of Storage.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "globalstorage/live.h"
#include "globalstorage/storage.h"

namespace gs::bindings {

// Bytes of batches that wait to be applied. Who writes faster for long is told so (too_large).
inline constexpr std::size_t kPendingBytesMax = std::size_t{512} << 20;
// A batch that the calling thread may apply itself.
inline constexpr std::size_t kNowBytesMax = std::size_t{16} << 10;

struct EngineOptions {
  Options storage;     // its durability is that of the handles
  bool create = true;  // when there is none
  std::size_t pending_bytes_max = kPendingBytesMax;
};

class Engine {
 public:
  // Opens, or takes the one that is open. Blocks: never on a thread that runs JavaScript.
  static Result<std::shared_ptr<Engine>> open(const std::string& directory,
                                              const EngineOptions& options);
  Engine(Storage storage, std::size_t pending_bytes_max);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  Storage& storage() noexcept { return storage_; }

  // Gives back what open() gave. The last one waits for all writes and closes the storage.
  static Error release(const std::shared_ptr<Engine>& engine);

  using Done = std::function<void(Error error, Buffer outcome)>;
  // `done` is called on a thread of the engine when the batch was applied and, if `is_durable`, is
  // on stable storage. Errors: too_large (too much waits), closed.
  Error write(Buffer batch, bool is_durable, Done done);

  // The turn to commit something on the calling thread, when that waits for nobody: a few
  // microseconds in place of waking two threads. Owns nothing when it would.
  std::unique_lock<std::mutex> turn();
  // Applies a small batch that need not be durable at once, when it is this thread's turn. False:
  // write() it.
  bool write_now(Bytes batch, Error& error, Buffer& outcome);

  // While one is under way, commits may wait for it: nobody has a turn.
  class LongCall {
   public:
    explicit LongCall(Engine& engine) noexcept : engine_(engine) { ++engine_.long_calls_; }
    ~LongCall() { --engine_.long_calls_; }
    LongCall(const LongCall&) = delete;
    LongCall& operator=(const LongCall&) = delete;

   private:
    Engine& engine_;
  };

  // Whoever is told of each commit, on the thread that commits: a number that JavaScript looks at
  // grows, so that it knows what it kept to be old; and a call, which must not wait.
  struct Listener {
    std::uint32_t* counter = nullptr;
    std::function<void()> call = {};
  };
  void add_listener(Listener* listener);
  void remove_listener(Listener* listener) noexcept;  // it is not called any more

 private:
  struct Batch {
    Buffer bytes;
    bool is_durable = true;
    Done done;
    Error error = {};
    Buffer outcome = {};
  };
  struct Slot;
  struct Slots;
  using Batches = std::deque<Batch>;

  // The process ends: all that are open are closed, whoever has them.
  static void close_all();
  Error finish();

  void tell_listeners();
  void apply_all();
  void acknowledge_all();
  void acknowledge_some();
  void stop() noexcept;

  Storage storage_;
  const std::size_t pending_bytes_max_;
  std::shared_ptr<Slot> slot_;

  std::mutex applying_mutex_;  // taken before mutex_
  std::atomic<int> long_calls_{0};

  std::mutex mutex_;
  std::condition_variable came_;
  std::condition_variable applied_some_;
  Batches waiting_;
  Batches applied_;
  std::size_t pending_bytes_ = 0;
  bool stopping_ = false;
  bool all_applied_ = false;
  bool acknowledging_some_ = false;  // one thread does, so that batches are told in their order

  std::mutex listeners_mutex_;
  std::set<Listener*> listeners_;
  CommitListener listener_;

  std::thread applying_;
  std::thread acknowledging_;
};

}  // namespace gs::bindings
