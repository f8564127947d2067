// Work for the thread of one JavaScript environment, from any other thread.
//
// Each environment, the main thread or a worker thread of Node.js, has one. Work that comes when
// the environment is gone, or on its way out, is dropped. A process does not end while somebody
// waits (hold); it does when nobody does.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "bindings/node/napi.h"

namespace gs::node {

class Mailbox {
 public:
  using Work = std::function<void(napi_env env)>;

  // On the thread of the environment; null when Node-API refuses.
  static std::shared_ptr<Mailbox> open(napi_env env);
  ~Mailbox() = default;
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // Any thread.
  void post(Work work);

  // On the thread of the environment.
  void deliver_now();  // what has come so far, which Node.js would get to later
  void hold() noexcept;
  void release() noexcept;
  void close() noexcept;  // nothing comes any more

 private:
  Mailbox() = default;
  static void deliver(napi_env env, napi_value unused, void* mailbox, void* data);

  napi_env env_ = nullptr;
  std::size_t holders_ = 0;
  std::mutex mutex_;
  napi_threadsafe_function call_ = nullptr;  // null: closed
  std::vector<Work> work_;
};

}  // namespace gs::node
