#include "cmd/gstore/element_words.h"

#include <charconv>

#include "cmd/gstore/support/json_text.h"

namespace gs::cli {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// As JSON has numbers; 007 and 1.2.3 are none.
bool is_number(std::string_view word) noexcept {
  const std::string_view digits = word.starts_with('-') ? word.substr(1) : word;
  if (digits.empty() || !is_digit(digits[0])) return false;
  if (digits.size() > 1 && digits[0] == '0' && is_digit(digits[1])) return false;
  double value = 0;
  const auto [end, status] = std::from_chars(word.data(), word.data() + word.size(), value);
  return end == word.data() + word.size() && is_digit(word.back()) && status == std::errc();
}

// JSON, or a text without quotes. Whether it is valid JSON, the library says.
bool is_json(std::string_view word) noexcept {
  if (word == "true" || word == "false" || word == "null") return true;
  return word.starts_with('{') || word.starts_with('[') || word.starts_with('"') || is_number(word);
}

}  // namespace

std::string json_of_words(const std::vector<std::string>& words) {
  std::string json = "[";
  for (const std::string& word : words) {
    if (json.size() > 1) json += ',';
    if (is_json(word)) {
      json += word;
    } else {
      append_json_string(word, json);
    }
  }
  return json + "]";
}

}  // namespace gs::cli
