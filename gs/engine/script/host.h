// Functions of the host as values of JavaScript, and promises waited for.
#pragma once

#include "gs/engine/script/runtime.h"

namespace gs::engine::script {

// Errors: too_large (more functions than the limit).
Result<schema::JsValue> add_host_function(Runtime& runtime, std::string_view name,
                                          HostFunction function);

// Of a promise what becomes of it, an exception when it is rejected; anything else is itself. Runs
// what waits for promises meanwhile. One that nothing settles is an exception.
Held settled(Runtime& runtime, Held value);

}  // namespace gs::engine::script
