// Work on a thread of Node's pool, told to JavaScript as a promise.
#pragma once

#include <functional>

#include "bindings/node/napi.h"

namespace gs::node {

// `run` is called on a thread of the pool, then `value` on that of the environment, unless there
// was an error: then the promise is rejected with it. Both are destroyed on the latter. Returns the
// promise.
napi_value start_job(napi_env env, const char* name, std::function<Error()> run,
                     std::function<napi_value(napi_env env)> value);

}  // namespace gs::node
