// Elements as callers give them.
#pragma once

#include <string_view>

#include "globalstorage/result.h"
#include "globalstorage/value.h"

namespace gs::api {

// Of a JSON array or set; at least one. Errors: invalid.
Result<Array> elements_of_json(std::string_view json);

}  // namespace gs::api
