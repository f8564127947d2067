#include "bindings/node/calls.h"

#include <memory>
#include <utility>

#include "bindings/node/environment.h"
#include "bindings/node/job.h"
#include "bindings/node/storage_handle.h"
#include "gs/calls/calls.h"
#include "gs/core/record/shape.h"

namespace gs::node {
namespace {

struct Call {
  std::string method;
  std::string arguments;
  std::string result;
};

std::shared_ptr<Call> call_of(napi_env env, const Arguments<2>& arguments) {
  std::optional<std::string> method = text_of(env, arguments[0]);
  std::optional<std::string> json = text_of(env, arguments[1]);
  if (!method || !json) {
    throw_type(env, "call takes the name of a method and JSON");
    return nullptr;
  }
  return std::make_shared<Call>(Call{*std::move(method), *std::move(json), {}});
}

}  // namespace

napi_value call_method(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  StorageHandle* const self = StorageHandle::opened(env, arguments.self);
  if (self == nullptr) return nullptr;
  const std::shared_ptr<Call> call = call_of(env, arguments);
  if (call == nullptr) return nullptr;
  return start_job(
      env, "globalstorage:call",
      [call, engine = self->engine()]() -> Error {
        GS_TRY(call->result, calls::call(engine->storage(), call->method, call->arguments));
        return {};
      },
      [call](napi_env there) { return text(there, call->result); });
}

napi_value call_function(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  const std::shared_ptr<Call> call = call_of(env, arguments);
  if (call == nullptr) return nullptr;
  return start_job(
      env, "globalstorage:call",
      [call]() -> Error {
        GS_TRY(call->result, calls::call(call->method, call->arguments));
        return {};
      },
      [call](napi_env there) { return text(there, call->result); });
}

napi_value resolve(napi_env env, napi_callback_info info) {
  const Arguments<3> arguments(env, info);
  const std::optional<std::string> name = text_of(env, arguments[0]);
  const std::optional<std::string> collection = text_of(env, arguments[1]);
  if (!name || !collection) return throw_type(env, "resolve takes two texts");
  if (truth_of(env, arguments[2])) {
    return text(env, record::keyed_id(record::collection_id(*collection), *name).text());
  }
  return text(env, Storage::resolve(*name, *collection).text());
}

}  // namespace gs::node
