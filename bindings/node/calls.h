// Calls by name with JSON both ways: all that is not on the hot path (gs/calls/calls.h).
#pragma once

#include "bindings/node/napi.h"

namespace gs::node {

// NativeStorage.call(method: string, arguments: string, onProgress?): Promise<string>
napi_value call_method(napi_env env, napi_callback_info info);
// call(method: string, arguments: string, onProgress?): Promise<string>, without a storage
napi_value call_function(napi_env env, napi_callback_info info);

}  // namespace gs::node
