// The mark that tells a file from its copies; see posix_file_system.h for its bytes.
#pragma once

#include "globalstorage/bytes.h"
#include "globalstorage/result.h"
#include "gs/platform/posix/place.h"

namespace gs::platform {

// Empty when the system cannot tell. Errors: not_found, io, invalid (a symbolic link).
Result<Buffer> file_identity(const Place& place);

}  // namespace gs::platform
