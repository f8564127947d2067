// A directory for files that only this process needs, in the place of the system for them.
#pragma once

#include <memory>

#include "gs/platform/file_system.h"

namespace gs::platform {

// Empty, in $TMPDIR or else /var/tmp or /tmp, readable for this user only; its end removes it with
// all that is in it. Errors: io, no_space, read_only.
Result<std::unique_ptr<FileSystem>> make_scratch_directory();

}  // namespace gs::platform
