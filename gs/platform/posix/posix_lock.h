// A lock between processes: flock(2) on a file that says "pid host\n".
#pragma once

#include <memory>
#include <string>

#include "gs/platform/file_system.h"
#include "gs/platform/posix/place.h"

namespace gs::platform {

// Errors: locked (names the owner and what to do), not_found, read_only, no_space, invalid (a
// directory, a device, a symbolic link), io.
Result<std::unique_ptr<FileLock>> lock_file(const Place& place);

// Whether somebody holds it. Asks by taking a shared lock for a moment, which lock_file() outwaits.
// Errors: io, read_only (may not be read), invalid.
Result<bool> file_is_locked(const Place& place);

// Reads "pid host\n" as somebody may have left it; false when it is anything else.
bool parse_lock_owner(std::string_view text, LockOwner& owner);

}  // namespace gs::platform
