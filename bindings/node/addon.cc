// The addon of Node.js: what `require` of it gives. js/lib/native.js documents and wraps it.

#include <algorithm>
#include <memory>
#include <utility>

#include "bindings/common/engine.h"
#include "bindings/node/calls.h"
#include "bindings/node/environment.h"
#include "bindings/node/job.h"
#include "bindings/node/live_handle.h"
#include "bindings/node/rows_handle.h"
#include "bindings/node/storage_handle.h"
#include "bindings/node/text_handle.h"

namespace gs::node {
namespace {

using bindings::EngineOptions;

constexpr std::uint64_t kLockWaitMsMax = 86'400'000;

void take(napi_env env, napi_value options, const char* name, bool& out) {
  const napi_value value = member(env, options, name);
  napi_get_value_bool(env, value, &out);
}

template <typename Number>
void take_number(napi_env env, napi_value options, const char* name, Number& out) {
  const std::optional<std::size_t> value = count_of(env, member(env, options, name));
  if (value) out = static_cast<Number>(*value);
}

EngineOptions options_of(napi_env env, napi_value given) {
  EngineOptions options;
  options.storage.durability = Durability::lazy;  // the engine waits for those who ask
  take(env, given, "readOnly", options.storage.read_only);
  take(env, given, "create", options.create);
  take(env, given, "verifyOnOpen", options.storage.verify_on_open);
  take(env, given, "keepWriter", options.storage.keep_writer);
  take_number(env, given, "memoryBytes", options.storage.memory_bytes);
  take_number(env, given, "memoryStoreBytes", options.storage.memory_store_bytes);
  take_number(env, given, "cacheBytes", options.storage.cache_bytes);
  take_number(env, given, "segmentBytes", options.storage.segment_bytes);
  take_number(env, given, "lockWaitMs", options.storage.lock_wait_ms);
  options.storage.lock_wait_ms = std::min(options.storage.lock_wait_ms, kLockWaitMsMax);
  return options;
}

// open(path: string, options: object): Promise<NativeStorage>
napi_value open(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  std::optional<std::string> path = text_of(env, arguments[0]);
  if (!path || path->empty() || path->find('\0') != std::string::npos) {
    return throw_type(env, "a path is a text that is not empty");
  }
  const EngineOptions options = options_of(env, arguments[1]);
  bool has_thrown = false;  // a getter, or what has no members
  napi_is_exception_pending(env, &has_thrown);
  if (has_thrown) return nullptr;
  const auto opened = std::make_shared<std::shared_ptr<Engine>>();
  return start_job(
      env, "globalstorage:open",
      [opened, options, directory = *std::move(path)]() -> Error {
        GS_TRY(*opened, Engine::open(directory, options));
        return {};
      },
      [opened](napi_env there) {
        Environment& environment = Environment::of(there);
        return environment.make(Environment::kStorage,
                                std::make_unique<StorageHandle>(environment, *opened));
      });
}

void export_function(napi_env env, napi_value exports, const char* name, napi_callback call) {
  napi_value made = nullptr;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, call, nullptr, &made);
  napi_set_named_property(env, exports, name, made);
}

napi_value initialize(napi_env env, napi_value exports) {
  Environment* const environment = Environment::create(env);
  if (environment == nullptr) return nullptr;
  environment->keep_class(Environment::kStorage, StorageHandle::define(env));
  environment->keep_class(Environment::kRows, RowsHandle::define(env));
  environment->keep_class(Environment::kLive, LiveHandle::define(env));
  environment->keep_class(Environment::kText, TextHandle::define(env));
  export_function(env, exports, "open", open);
  export_function(env, exports, "call", call_function);
  napi_set_named_property(env, exports, "version", text(env, gs::version()));
  return exports;
}

}  // namespace
}  // namespace gs::node

NAPI_MODULE_INIT() { return gs::node::initialize(env, exports); }
