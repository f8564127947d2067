// What the addon keeps for one JavaScript environment: the main thread, or a worker thread.
//
// It ends before the environment's objects do: storages that are still open are closed then, so
// that a worker that is terminated, or a process that ends without a word, loses nothing.
#pragma once

#include <memory>
#include <set>

#include "bindings/node/mailbox.h"

namespace gs::node {

class StorageHandle;

class Environment {
 public:
  static Environment* create(napi_env env);
  static Environment& of(napi_env env) noexcept;

  napi_env env() const noexcept { return env_; }
  const std::shared_ptr<Mailbox>& mailbox() const noexcept { return mailbox_; }

  // A class of the addon, and an instance of it that owns `object`.
  enum Class : std::size_t { kStorage, kRows, kLive, kText, kClassCount };
  void keep_class(Class which, napi_value constructor) noexcept;
  template <typename Object>
  napi_value make(Class which, std::unique_ptr<Object> object) noexcept {
    napi_value made = instance(which);
    const auto destroy = [](napi_env, void* data, void*) { delete static_cast<Object*>(data); };
    if (made == nullptr || !ok(napi_wrap(env_, made, object.get(), destroy, nullptr, nullptr))) {
      return nullptr;
    }
    static_cast<void>(object.release());
    return made;
  }
  // What a method was called on. Methods of a class are only called on its instances; but somebody
  // may have made one with `new`: then this is null, and an exception under way.
  template <typename Object>
  static Object* self(napi_env env, napi_value value) noexcept {
    void* object = nullptr;
    if (ok(napi_unwrap(env, value, &object)) && object != nullptr) {
      return static_cast<Object*>(object);
    }
    throw_type(env, "not an object that the addon made");
    return nullptr;
  }

  void add(StorageHandle* handle) { handles_.insert(handle); }
  void remove(StorageHandle* handle) noexcept { handles_.erase(handle); }

 private:
  explicit Environment(napi_env env) noexcept : env_(env) {}
  napi_value instance(Class which) noexcept;
  static void end(void* environment);

  napi_env env_;
  std::shared_ptr<Mailbox> mailbox_;
  napi_ref classes_[kClassCount] = {};
  std::set<StorageHandle*> handles_;
};

}  // namespace gs::node
