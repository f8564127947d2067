// A directory for files that only this process needs, in the place of the system for them.
#pragma once

#include <memory>
#include <string>

#include "gs/platform/file_system.h"

namespace gs::platform {

// Empty, in `parent`, or where that is empty in /var/tmp or else /tmp; readable for this user only.
// Its end removes it with all that is in it; what processes that were killed left there is removed
// first. Errors: io, no_space, read_only.
Result<std::unique_ptr<FileSystem>> make_scratch_directory(const std::string& parent);

}  // namespace gs::platform
