// JSON as text: building one-line objects for what is told of a storage.
//
// Pure. The text that comes in is valid UTF-8, or goes through valid_utf8() first.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gs::calls {

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

}  // namespace gs::calls
