// The class NativeStorage: an open storage in the hands of one JavaScript thread.
//
// js/lib/native.js documents its methods, which a binding for WebAssembly has as well. Reads are
// synchronous: get() copies the record to memory that JavaScript gave, the slab, and returns where
// it is.
#pragma once

#include <atomic>
#include <memory>

#include "bindings/common/engine.h"
#include "bindings/node/environment.h"

namespace gs::node {

using bindings::Engine;

class StorageHandle {
 public:
  StorageHandle(Environment& environment, std::shared_ptr<Engine> engine);
  ~StorageHandle();
  StorageHandle(const StorageHandle&) = delete;
  StorageHandle& operator=(const StorageHandle&) = delete;

  static napi_value define(napi_env env);

  // Null: closed.
  const std::shared_ptr<Engine>& engine() const noexcept { return engine_; }
  // What a method of an open storage was called on; null with an exception under way.
  static StorageHandle* opened(napi_env env, napi_value self) noexcept;

  // The environment ends: closes, and waits for it.
  void leave() noexcept;

 private:
  static napi_value get(napi_env env, napi_callback_info info);
  static napi_value get_many(napi_env env, napi_callback_info info);
  static napi_value ids_of(napi_env env, napi_callback_info info);
  static napi_value find_id(napi_env env, napi_callback_info info);
  static napi_value version(napi_env env, napi_callback_info info);
  static napi_value shape(napi_env env, napi_callback_info info);
  static napi_value use_slab(napi_env env, napi_callback_info info);
  static napi_value rest(napi_env env, napi_callback_info info);
  static napi_value count_commits(napi_env env, napi_callback_info info);
  static napi_value on_commit(napi_env env, napi_callback_info info);
  static napi_value use_batch(napi_env env, napi_callback_info info);
  static napi_value write(napi_env env, napi_callback_info info);
  static napi_value about(napi_env env, napi_callback_info info);
  static napi_value close(napi_env env, napi_callback_info info);

  // Where the record was put; or one of kNone, kNoId; or the bytes that it takes, negative, beyond
  // these: the slab has no room left.
  double read(const Id& id);
  // The outcome of a batch that was applied at once.
  napi_value told(napi_env env) noexcept;
  napi_value write_later(napi_env env, Bytes batch, bool is_durable);
  std::shared_ptr<Engine> let_go() noexcept;
  void drop(napi_ref& kept) noexcept;

  Environment& environment_;
  std::shared_ptr<Engine> engine_;
  Reader reader_;
  Error failed_;  // of the last read
  std::uint8_t* slab_ = nullptr;
  std::size_t slab_bytes_ = 0;
  std::size_t slab_used_ = 0;
  napi_ref slab_kept_ = nullptr;
  // Where JavaScript puts batches, and is told what became of small ones.
  std::span<std::uint8_t> batch_;
  std::span<std::uint8_t> told_;
  napi_ref batch_kept_ = nullptr;
  napi_ref told_kept_ = nullptr;
  // Kept for their room.
  Buffer outcome_;
  std::string texts_;
  Engine::Listener counting_;
  napi_ref counter_kept_ = nullptr;
  // A function that is told of commits; letters to it may arrive when the handle is gone.
  struct Telling {
    Engine::Listener listener;
    napi_ref function = nullptr;  // null: told no more; on the thread of the environment
    std::atomic<bool> is_told{false};
  };
  std::shared_ptr<Telling> telling_;
};

}  // namespace gs::node
