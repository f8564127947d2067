// What creating, opening and recovering a storage share.
#pragma once

#include "gs/engine/database/database.h"

namespace gs::engine {

inline constexpr const char* kLogDirectory = "log";
inline constexpr const char* kStateDirectory = "state";
inline constexpr const char* kLockFile = "lock";

// Errors: invalid, when a value is outside of its bounds.
Error check_options(const Options& options);
log::Options log_options(const DatabaseSetup& setup, bool read_only);
// The file of a run or checkpoint.
std::string state_path(std::uint64_t number, const char* suffix);
// No checkpoint is believed any more: the next open makes the state from the log.
Error forget_state(platform::FileSystem& files);
// What an open without any log answers.
Error log_is_lost(platform::FileSystem& files);

}  // namespace gs::engine
