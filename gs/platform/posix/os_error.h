// Failures of the operating system as Errors: "<path>: cannot <operation>: <reason>", with the code
// that tells a caller what to do.
#pragma once

#include <string_view>

#include "globalstorage/error.h"

namespace gs::platform {

// What was tried; decides whether a refused permission means read_only or io.
enum class Attempt { read, write };

// `number` is errno as the call left it.
Error os_error(int number, std::string_view path, std::string_view operation, Attempt attempt);

}  // namespace gs::platform
