// The class NativeText: somebody types into a text of a record (globalstorage/text_session.h).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bindings/common/engine.h"
#include "bindings/node/environment.h"

namespace gs::node {

using bindings::Engine;

class TextHandle {
 public:
  TextHandle(std::shared_ptr<Engine> engine, TextSession session);

  static napi_value define(napi_env env);
  // NativeStorage.editText(id: string, field: string): Promise<NativeText>
  static napi_value edit_text(napi_env env, napi_callback_info info);

 private:
  static napi_value splice(napi_env env, napi_callback_info info);
  static napi_value splices(napi_env env, napi_callback_info info);
  static napi_value text_shown(napi_env env, napi_callback_info info);
  static napi_value length(napi_env env, napi_callback_info info);
  static napi_value is_narrow(napi_env env, napi_callback_info info);
  static napi_value commit(napi_env env, napi_callback_info info);
  static napi_value discard(napi_env env, napi_callback_info info);
  static napi_value close(napi_env env, napi_callback_info info);
  // Null, with an exception under way: closed.
  static TextHandle* opened(napi_env env, napi_value self) noexcept;

  std::shared_ptr<Engine> engine_;
  std::optional<TextSession> session_;  // none: closed
  // Kept for their room.
  std::string inserted_;
  std::vector<TextSplice> edits_;
};

}  // namespace gs::node
