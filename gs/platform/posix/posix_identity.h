// The mark that tells a file from its copies; see posix_file_system.h for its bytes.
#pragma once

#include <string>

#include "globalstorage/bytes.h"
#include "globalstorage/result.h"

namespace gs::platform {

// `path` is a full path of the system. Empty when the system cannot tell. Errors: not_found, io.
Result<Buffer> file_identity(const std::string& path);

}  // namespace gs::platform
