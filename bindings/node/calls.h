// Calls by name with JSON both ways: all that is not on the hot path (gs/calls/calls.h).
#pragma once

#include "bindings/node/napi.h"

namespace gs::node {

// NativeStorage.call(method: string, arguments: string, onProgress?): Promise<string>
napi_value call_method(napi_env env, napi_callback_info info);
// call(method: string, arguments: string, onProgress?): Promise<string>, without a storage
napi_value call_function(napi_env env, napi_callback_info info);
// resolve(text: string, collection: string, isKey: boolean): string, the id that a text names; of a
// key that it is, also when it has the form of an id
napi_value resolve(napi_env env, napi_callback_info info);

}  // namespace gs::node
