#include "gs/engine/database/leaf_hashing.h"

namespace gs::engine {

namespace {

// Chunks that are worth waking a thread for: some 60 microseconds of hashing. Eight left a third of
// the work to the committing thread.
constexpr std::uint32_t kChunksWorthAThread = 3;
// The same when the committing thread would otherwise do it now.
constexpr std::uint32_t kChunksWorthSharing = 2;

}  // namespace

void LeafHashing::Shared::work() {
  platform::UniqueLock lock(mutex);
  ++working;
  while (next < available) {
    const std::uint32_t chunk = next++;
    const std::uint32_t count = operations;
    lock.unlock();
    builder->hash_chunk(chunk, count);
    lock.lock();
  }
  if (--working == 0) idle.notify_all();
}

LeafHashing::LeafHashing(graph::ChangeBuilder& builder, platform::Executor* executor)
    : shared_(std::make_shared<Shared>()), executor_(executor) {
  shared_->builder = &builder;
}

void LeafHashing::begin() {
  const std::lock_guard lock(shared_->mutex);
  shared_->next = shared_->available = shared_->operations = 0;
}

void LeafHashing::offer() {
  if (executor_ == nullptr) return;
  const std::uint32_t finished = shared_->builder->finished_chunks();
  {
    const std::lock_guard lock(shared_->mutex);
    if (finished - shared_->next < kChunksWorthAThread) return;
    shared_->available = finished;
    shared_->operations = shared_->builder->operation_count();
    if (shared_->asked) return;
    shared_->asked = true;
  }
  ask();
}

void LeafHashing::ask() {
  executor_->post([shared = shared_] {
    shared->work();
    const std::lock_guard lock(shared->mutex);
    shared->asked = false;
  });
}

std::uint32_t LeafHashing::finish() {
  const std::uint32_t chunks = shared_->builder->chunk_count();
  bool wanted = false;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->available = chunks;
    shared_->operations = shared_->builder->operation_count();
    wanted =
        executor_ != nullptr && !shared_->asked && chunks - shared_->next >= kChunksWorthSharing;
    if (wanted) shared_->asked = true;
  }
  if (wanted) ask();
  shared_->work();
  platform::UniqueLock lock(shared_->mutex);
  shared_->idle.wait(lock, [this] { return shared_->working == 0; });
  return chunks;
}

void LeafHashing::stop() noexcept {
  platform::UniqueLock lock(shared_->mutex);
  shared_->next = shared_->available = 0;
  shared_->idle.wait(lock, [this] { return shared_->working == 0; });
}

}  // namespace gs::engine
