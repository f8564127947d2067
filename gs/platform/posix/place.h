// Finds a name below a directory without following symbolic links.
//
// A directory that somebody sent may hold links where a storage has files; whoever follows them
// writes into files elsewhere, or copies them into a backup. So a path is walked name by name, each
// opened in the directory before it, and a link on the way is an error. The directory to start from
// is the user's choice: links may lead to it.
#pragma once

#include <string>
#include <string_view>

#include "gs/platform/posix/os_error.h"
#include "gs/platform/posix/posix_file.h"

namespace gs::platform {

// For the ...at() calls of the system.
struct Place {
  int in() const noexcept { return directory.number(); }

  Descriptor directory;  // holds `name`; good for walking on only, not for fsync(2)
  std::string name;      // one name; "." for the root
  std::string path;      // all of it, for messages
};

// `root` is absolute, "" for "/"; `path` is a checked path below it, "" for the root itself. The
// last name need not exist. Errors: as os_error() of the operation; invalid (a link on the way).
Result<Place> find_place(const std::string& root, std::string_view path, std::string_view operation,
                         Attempt attempt);

// openat(2) of the last name, which is not followed either.
Descriptor open_place(const Place& place, int flags, unsigned mode = 0) noexcept;

// As os_error(), but says of a symbolic link that it is one.
Error place_error(int number, const Place& place, std::string_view operation, Attempt attempt);

// Of the last name: the error that a link is, if it is one. Nothing is wrong with an absent one.
Error check_no_link(const Place& place);

}  // namespace gs::platform
