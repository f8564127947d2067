// A lock between processes: flock(2) on a file that says "pid host\n".
#pragma once

#include <memory>
#include <string>

#include "gs/platform/file_system.h"

namespace gs::platform {

// `path` is a full path of the system. Errors: locked (names the owner and what to do), not_found,
// read_only, no_space, invalid, io.
Result<std::unique_ptr<FileLock>> lock_file(const std::string& path);

// Whether somebody holds it. Asks by taking a shared lock for a moment, which lock_file() outwaits.
// Errors: io, read_only (may not be read).
Result<bool> file_is_locked(const std::string& path);

// Reads "pid host\n" as somebody may have left it; false when it is anything else.
bool parse_lock_owner(std::string_view text, LockOwner& owner);

}  // namespace gs::platform
