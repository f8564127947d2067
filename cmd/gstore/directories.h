// Directories that a command was given: what is wrong with one, and which one may have been meant.
//
// Looks at names only and makes nothing. A directory that cannot be looked at is told by whoever
// opens it.
#pragma once

#include <string>
#include <vector>

#include "globalstorage/error.h"

namespace gs::cli {

// What lies in the directory and belongs to no storage, sorted; empty where there is none.
std::vector<std::string> strangers_in(const std::string& directory);

// Whether it holds the key of a writer, be it of this directory or of another one.
bool has_writer_key(const std::string& directory);

// A copy inside of its source would be copied with it, and go with it. Errors: invalid.
Error check_outside(const std::string& source, const std::string& target);

// Why opening failed, with the next step, when it found no storage; else the error itself.
Error about_opening(const std::string& directory, Error error);

// Why a directory could not be made, when its place is taken by a file or is nowhere.
Error about_directory(const std::string& directory, Error error);

}  // namespace gs::cli
