// JSON as text: building one-line objects for output, and finding one member of an object without
// building a tree. The engine parses and checks JSON; nothing here decides whether text is valid.
//
// Pure, no recursion, safe on any bytes: malformed text gives "not found", never a read outside.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gs/calls/json_text.h"

namespace gs::cli {

// Building is what the library does as well.
using calls::append_json_string;
using calls::JsonObject;
using calls::valid_utf8;

// Past the closing quote of the string whose first byte after the opening quote is at `at`;
// null when the text ends before.
const char* string_end(const char* at, const char* end) noexcept;

// First '"' or '\\' in [at, end), or end. Eight bytes at a time.
const char* find_quote_or_backslash(const char* at, const char* end) noexcept;

// Raw text of a top-level member's value in the text of an object, quotes included.
std::optional<std::string_view> find_member(std::string_view object, std::string_view name);

// True when the text is one value, as far as brackets and quotes can tell.
bool is_one_value(std::string_view json);

// The text of a JSON string (with its quotes); empty when it is not one.
std::optional<std::string> unquote(std::string_view json);

// The `n` of a one-member object {"$name":"n"}, as extended values are printed; else empty.
std::optional<std::string_view> extended_text(std::string_view json);

}  // namespace gs::cli
