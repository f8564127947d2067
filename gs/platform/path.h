// What counts as a path inside a FileSystem. One spelling for each file, so that a path can be a
// key, and no spelling for anything outside the root.
//
//   path = name *( "/" name ); a name is 1 .. 255 bytes without NUL and "/", not "." and not "..".
//   A path has at most 1,024 bytes. Where a directory is asked for, "" is the root.
//
// Pure. Errors: invalid.
#pragma once

#include <cstddef>
#include <string_view>

#include "globalstorage/error.h"

namespace gs::platform {

inline constexpr std::size_t kNameBytesMax = 255;   // NAME_MAX of every common file system
inline constexpr std::size_t kPathBytesMax = 1024;  // leaves the root its share of PATH_MAX (4096)

// What write_whole() adds to a name for a moment: ".", 16 hex digits, ".new".
inline constexpr std::size_t kWholeNameBytesMax = kNameBytesMax - 21;

Error check_path(std::string_view path);
Error check_whole_path(std::string_view path);  // for write_whole()
Error check_directory_path(std::string_view path);

std::string_view parent_path(std::string_view path) noexcept;  // "" for a name in the root
std::string_view last_name(std::string_view path) noexcept;

}  // namespace gs::platform
