// Values of JavaScript as trees, and back. Bounded by the runtime's limits.
#pragma once

#include "gs/engine/script/runtime.h"

namespace gs::engine::script {

// Errors: invalid (a property that throws when it is read), too_large.
Error to_tree(Runtime& runtime, JSValueConst value, schema::JsValue& out);
// An exception when memory is short, as JavaScript's own.
Held from_tree(Runtime& runtime, const schema::JsValue& value);

}  // namespace gs::engine::script
