#include "bindings/common/engine.h"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <utility>

#include "bindings/common/batch.h"

namespace gs::bindings {

// A directory of this process. Whoever opens or closes holds its lock meanwhile, so that a second
// opening finds the engine, or none, and never one that is half-way.
struct Engine::Slot {
  std::mutex mutex;
  std::shared_ptr<Engine> engine;
  std::size_t users = 0;
};

namespace {

// By what the file system calls the directory, whatever way leads to it; the same before it is
// there as behind that.
std::string name_of(const std::string& directory, bool read_only) {
  namespace fs = std::filesystem;
  std::error_code failed;
  const fs::path from_root = fs::absolute(directory, failed);
  fs::path path = fs::weakly_canonical(from_root, failed);
  if (failed) path = directory;
  if (!path.has_filename() && path.has_relative_path()) path = path.parent_path();  // "a/"
  return path.string() + (read_only ? "\n" : "");
}

}  // namespace

// Directories are few; their slots stay. They are never destroyed: threads may still have an engine
// when the process ends.
struct Engine::Slots {
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<Slot>> by_name;

  static Slots& all() {
    static auto* const slots = new Slots;
    return *slots;
  }

  std::shared_ptr<Slot> slot(const std::string& name) {
    const std::lock_guard lock(mutex);
    std::shared_ptr<Slot>& slot = by_name[name];
    if (slot == nullptr) slot = std::make_shared<Slot>();
    return slot;
  }
};

void Engine::close_all() {
  Slots& slots = Slots::all();
  const std::lock_guard lock(slots.mutex);
  for (const auto& [name, slot] : slots.by_name) {
    const std::lock_guard closing(slot->mutex);
    if (slot->engine != nullptr) slot->engine->finish().ignore();  // nobody is there to be told
  }
}

Result<std::shared_ptr<Engine>> Engine::open(const std::string& directory,
                                             const EngineOptions& options) {
  const auto slot = Slots::all().slot(name_of(directory, options.storage.read_only));
  const std::lock_guard lock(slot->mutex);
  if (slot->engine == nullptr) {
    auto opened = options.create ? Storage::open_or_create(directory, options.storage)
                                 : Storage::open(directory, options.storage);
    if (!opened.ok()) return std::move(opened).error();
    auto engine = std::make_shared<Engine>(std::move(opened).value(), options.pending_bytes_max);
    GS_TRY(engine->listener_,
           engine->storage_.listen([self = engine.get()] { self->tell_listeners(); }));
    engine->slot_ = slot;
    slot->engine = std::move(engine);
    // process.exit() ends no environment. Here, so that it comes before what the libraries below,
    // which the opening has used, do at the end.
    static const bool at_end = std::atexit(close_all) == 0;
    static_cast<void>(at_end);
  }
  ++slot->users;
  return slot->engine;
}

Error Engine::release(const std::shared_ptr<Engine>& engine) {
  const std::shared_ptr<Slot> slot = engine->slot_;
  const std::lock_guard lock(slot->mutex);
  if (--slot->users > 0) return {};
  slot->engine.reset();
  return engine->finish();
}

Error Engine::finish() {
  stop();
  listener_ = {};
  return storage_.close();
}

Engine::Engine(Storage storage, std::size_t pending_bytes_max)
    : storage_(std::move(storage)),
      pending_bytes_max_(pending_bytes_max),
      applying_([this] { apply_all(); }),
      acknowledging_([this] { acknowledge_all(); }) {}

Engine::~Engine() { stop(); }

// What was given is written and told first.
void Engine::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  came_.notify_all();
  if (applying_.joinable()) applying_.join();
  {
    const std::lock_guard lock(mutex_);
    all_applied_ = true;
  }
  applied_some_.notify_all();
  if (acknowledging_.joinable()) acknowledging_.join();
}

Error Engine::write(Buffer batch, bool is_durable, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return {Code::closed, "the storage is closed. Open it again"};
    if (pending_bytes_ + batch.size() > pending_bytes_max_ && pending_bytes_ > 0) {
      return {Code::too_large, std::to_string(pending_bytes_) +
                                   " bytes of writes are waiting already. Await some of them"};
    }
    pending_bytes_ += batch.size();
    waiting_.push_back({std::move(batch), is_durable, std::move(done)});
  }
  came_.notify_one();
  return {};
}

std::unique_lock<std::mutex> Engine::turn() {
  if (long_calls_ > 0) return {};
  std::unique_lock applying(applying_mutex_, std::try_to_lock);
  if (!applying.owns_lock()) return {};
  const std::lock_guard lock(mutex_);
  if (stopping_ || pending_bytes_ > 0) return {};  // those that came before come first
  return applying;
}

bool Engine::write_now(Bytes batch, Error& error, Buffer& outcome) {
  if (batch.size() > kNowBytesMax) return false;
  const std::unique_lock applying = turn();
  if (!applying.owns_lock()) return false;
  error = apply_batch(storage_, batch, outcome);
  return true;
}

void Engine::apply_all() {
  for (;;) {
    Batches taken;
    {
      std::unique_lock lock(mutex_);
      came_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      taken.swap(waiting_);
    }
    for (Batch& batch : taken) {
      {
        const std::lock_guard applying(applying_mutex_);
        batch.error = apply_batch(storage_, batch.bytes, batch.outcome);
      }
      bool is_last = false;
      {
        const std::lock_guard lock(mutex_);
        pending_bytes_ -= batch.bytes.size();
        is_last = &batch == &taken.back() && waiting_.empty() && !acknowledging_some_;
        applied_.push_back(std::move(batch));
      }
      // With nothing else to apply, another thread would only have to be woken.
      if (is_last) {
        acknowledge_some();
      } else {
        applied_some_.notify_one();
      }
    }
  }
}

// Of all that was applied.
void Engine::acknowledge_some() {
  Batches taken;
  {
    const std::lock_guard lock(mutex_);
    if (acknowledging_some_) return;  // the other thread does, and comes back for these
    acknowledging_some_ = true;
    taken.swap(applied_);
  }
  bool is_durable = false;
  for (const Batch& batch : taken) is_durable |= batch.is_durable;
  const Error failed = is_durable ? storage_.wait(Ticket{~std::uint64_t{0}}) : Error();
  for (Batch& batch : taken) {
    if (failed && batch.is_durable && !batch.error) batch.error = failed.copy();
    batch.done(std::move(batch.error), std::move(batch.outcome));
  }
  const std::lock_guard lock(mutex_);
  acknowledging_some_ = false;
  if (!applied_.empty()) applied_some_.notify_one();
}

void Engine::acknowledge_all() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      applied_some_.wait(
          lock, [this] { return !acknowledging_some_ && (all_applied_ || !applied_.empty()); });
      if (applied_.empty()) return;
    }
    acknowledge_some();
  }
}

void Engine::tell_listeners() {
  const std::lock_guard lock(listeners_mutex_);
  for (Listener* listener : listeners_) {
    if (listener->counter != nullptr) {
      std::atomic_ref<std::uint32_t>(*listener->counter).fetch_add(1, std::memory_order_release);
    }
    if (listener->call) listener->call();
  }
}

void Engine::add_listener(Listener* listener) {
  const std::lock_guard lock(listeners_mutex_);
  listeners_.insert(listener);
}

void Engine::remove_listener(Listener* listener) noexcept {
  const std::lock_guard lock(listeners_mutex_);
  listeners_.erase(listener);
}

}  // namespace gs::bindings
