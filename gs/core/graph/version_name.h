// What a version of the storage may be called. A name is never taken for anything else that names a
// version: the digest of a change or its beginning, a time, or what is there now. Pure.
#pragma once

#include <string_view>

#include "globalstorage/result.h"

namespace gs::graph {

// What is there now.
inline constexpr std::string_view kMainName = "main";
inline constexpr std::string_view kNowName = "now";

// What may be the beginning of the digest of a change, or the whole.
bool looks_like_digest(std::string_view text) noexcept;
// What may be a time: it begins with a day, as 2026-11-29.
bool looks_like_time(std::string_view text) noexcept;

// Names are UTF-8 of 1..255 bytes, compared byte by byte. The message says what is wrong. Errors:
// invalid.
Error check_version_name(std::string_view name);

}  // namespace gs::graph
