// The class NativeText: somebody types into a text of a record (globalstorage/text_session.h).
#pragma once

#include <memory>
#include <optional>

#include "bindings/common/engine.h"
#include "bindings/node/environment.h"

namespace gs::node {

using bindings::Engine;

class TextHandle {
 public:
  TextHandle(Environment& environment, std::shared_ptr<Engine> engine, TextSession session);
  ~TextHandle();
  TextHandle(const TextHandle&) = delete;
  TextHandle& operator=(const TextHandle&) = delete;

  static napi_value define(napi_env env);
  // NativeStorage.editText(id: string, field: string): Promise<NativeText>
  static napi_value edit_text(napi_env env, napi_callback_info info);

  // The environment ends: what was typed is written.
  void leave() noexcept;

 private:
  static napi_value splice(napi_env env, napi_callback_info info);
  static napi_value text_shown(napi_env env, napi_callback_info info);
  static napi_value length(napi_env env, napi_callback_info info);
  static napi_value has_uncommitted(napi_env env, napi_callback_info info);
  static napi_value commit(napi_env env, napi_callback_info info);
  static napi_value discard(napi_env env, napi_callback_info info);
  static napi_value close(napi_env env, napi_callback_info info);
  // Null, with an exception under way: closed.
  static TextHandle* opened(napi_env env, napi_value self) noexcept;

  Environment& environment_;
  std::shared_ptr<Engine> engine_;
  std::optional<TextSession> session_;  // none: closed
  std::string inserted_;                // kept for its room
};

}  // namespace gs::node
