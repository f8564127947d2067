// Who is told that something was committed: a reader that keeps an answer up to date.
//
// A watcher is woken once and then not again before it says that it goes to look. Without any a
// commit pays for one load. Any thread; wake() calls out without a lock.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "globalstorage/result.h"

namespace gs::engine {

class Watcher {
 public:
  explicit Watcher(std::function<void()> wake) : wake_(std::move(wake)) {}

  // From here on the next commit wakes again. What was committed before is seen by whoever takes
  // a moment after this.
  void look() noexcept { is_woken_.exchange(false, std::memory_order_acq_rel); }

 private:
  friend class Watchers;
  std::function<void()> wake_;
  std::atomic<bool> is_woken_{false};
};

class Watchers {
 public:
  // Each one costs every commit some nanoseconds.
  static constexpr std::size_t kMax = 4096;

  // With the lock held under which commits become visible: then none is missed by both, the load
  // in wake() and the moment that the watcher takes next. Errors: too_large.
  Error add(std::shared_ptr<Watcher> watcher) {
    std::lock_guard lock(mutex_);
    if (all_.size() >= kMax) {
      return Error(Code::too_large, "a storage has at most " + std::to_string(kMax) +
                                        " live queries at a time. Close some");
    }
    all_.push_back(std::move(watcher));
    count_.store(all_.size(), std::memory_order_relaxed);
    return {};
  }

  // It may be called once more, by a wake() that is under way.
  void remove(const Watcher& watcher) noexcept {
    std::lock_guard lock(mutex_);
    std::erase_if(all_, [&](const auto& each) { return each.get() == &watcher; });
    count_.store(all_.size(), std::memory_order_relaxed);
  }

  // After something became visible, without a lock held.
  void wake() {
    if (count_.load(std::memory_order_relaxed) != 0) wake_all();
  }

  // Wakes when it goes: declared before the locks that must be gone by then.
  struct WakeAtEnd {
    Watchers& watchers;
    ~WakeAtEnd() { watchers.wake(); }
  };

 private:
  void wake_all() {
    std::vector<std::shared_ptr<Watcher>> woken;
    {
      std::lock_guard lock(mutex_);
      for (const auto& each : all_) {
        if (!each->is_woken_.exchange(true, std::memory_order_acq_rel)) woken.push_back(each);
      }
    }
    for (const auto& each : woken) each->wake_();
  }

  std::atomic<std::size_t> count_{0};
  platform::Mutex mutex_;
  std::vector<std::shared_ptr<Watcher>> all_;
};

}  // namespace gs::engine
