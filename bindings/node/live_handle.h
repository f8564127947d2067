// The class NativeLive: a live query. JavaScript is told that something was committed, then asks
// what changed, in chunks of steps (bindings/common/rows.h).
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "bindings/common/engine.h"
#include "bindings/common/rows.h"
#include "bindings/node/environment.h"

namespace gs::node {

using bindings::Chunks;
using bindings::Engine;

class LiveHandle {
 public:
  static napi_value define(napi_env env);
  // NativeStorage.watch(query: string, asJson: boolean, onCommit: () => void): Promise<NativeLive>.
  // Keeps the process alive until close().
  static napi_value watch(napi_env env, napi_callback_info info);

 private:
  // What jobs on other threads use, and commits; kept by them.
  struct Watching {
    std::shared_ptr<Engine> engine;
    std::shared_ptr<Mailbox> mailbox;
    std::string query;
    bool as_json = false;
    std::optional<LiveQuery> live;  // none: closed
    std::optional<Chunks> chunks;
    bool has_begun = false;
    std::mutex mutex;  // of these three: it may be closed during a look
    std::atomic<bool> is_busy{false};
    bool is_closed = false;        // on the thread of the environment
    napi_ref on_commit = nullptr;  // the same

    Error begin(const std::shared_ptr<Watching>& self);
    Error read(Buffer& chunk);
    Error add_rows();
  };

 public:
  LiveHandle(Environment& environment, std::shared_ptr<Watching> watching)
      : environment_(environment), watching_(std::move(watching)) {}
  ~LiveHandle() { let_go(); }
  LiveHandle(const LiveHandle&) = delete;
  LiveHandle& operator=(const LiveHandle&) = delete;

 private:
  static napi_value changes(napi_env env, napi_callback_info info);
  static napi_value close(napi_env env, napi_callback_info info);

  // Nobody is told any more, and the process may end.
  void let_go() noexcept;

  Environment& environment_;
  std::shared_ptr<Watching> watching_;
};

}  // namespace gs::node
