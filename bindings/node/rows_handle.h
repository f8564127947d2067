// The class NativeRows: a query whose rows JavaScript takes in chunks (bindings/common/rows.h).
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "bindings/common/engine.h"
#include "bindings/common/rows.h"
#include "bindings/node/environment.h"

namespace gs::node {

using bindings::Chunks;
using bindings::Engine;

class RowsHandle {
 public:
  RowsHandle(std::shared_ptr<Engine> engine, std::string query, bool as_json);

  static napi_value define(napi_env env);
  // NativeStorage.find(query: string, asJson: boolean): NativeRows
  static napi_value find(napi_env env, napi_callback_info info);

 private:
  // What a job on another thread uses; kept by it.
  struct Reading {
    std::shared_ptr<Engine> engine;
    std::string query;
    bool as_json = false;
    std::optional<Rows> rows;  // none: not begun
    std::optional<Chunks> chunks;
    std::atomic<bool> is_busy{false};

    Error read(std::size_t bytes_max, std::size_t rows_max, Buffer& chunk);
  };

  static napi_value next(napi_env env, napi_callback_info info);
  static napi_value cursor(napi_env env, napi_callback_info info);

  std::shared_ptr<Reading> reading_;
};

}  // namespace gs::node
