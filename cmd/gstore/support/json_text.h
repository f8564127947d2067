// JSON as text: building one-line objects for output, and finding one member of an object without
// building a tree. The engine parses and checks JSON; nothing here decides whether text is valid.
//
// Pure, no recursion, safe on any bytes: malformed text gives "not found", never a read outside.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gs::cli {

// With quotes. Bytes of 0x80 and above go through unchanged.
void append_json_string(std::string_view text, std::string& out);

// The text with every byte that is not part of valid UTF-8 replaced by U+FFFD, for messages about
// arguments and files that may hold anything.
std::string valid_utf8(std::string_view text);

// Members in the order of the calls.
class JsonObject {
 public:
  JsonObject& text(std::string_view name, std::string_view value);
  JsonObject& raw(std::string_view name, std::string_view json);
  JsonObject& number(std::string_view name, std::uint64_t value);
  JsonObject& number(std::string_view name, double value);  // 3 decimals
  JsonObject& boolean(std::string_view name, bool value);
  std::string take();

 private:
  void name(std::string_view name);
  std::string out_ = "{";
};

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
