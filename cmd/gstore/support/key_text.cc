// Keys from values.
#include "cmd/gstore/support/key_text.h"

#include <algorithm>

#include "cmd/gstore/support/json_text.h"

namespace gs::cli {
namespace {

// Digits without leading zeros, perhaps with a minus; not -0.
bool is_integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::string_view digits = text.substr(negative ? 1 : 0);
  if (digits.empty() || (digits.front() == '0' && (negative || digits.size() > 1))) return false;
  return std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The value without white space between its parts.
std::string without_spaces(std::string_view value) {
  std::string out;
  const char* const end = value.data() + value.size();
  for (const char* at = value.data(); at != end;) {
    const char* after = at + 1;
    if (*at == '"') after = string_end(after, end);
    if (after == nullptr) return {};
    if (*at != ' ' && *at != '\t' && *at != '\n' && *at != '\r') out.append(at, after);
    at = after;
  }
  return out;
}

}  // namespace

std::optional<std::string> key_text(std::string_view value) {
  if (value.starts_with('"')) return unquote(value);
  if (is_integer(value)) return std::string(value);
  const std::string form = without_spaces(value);
  if (!form.starts_with("{\"$int\":") && !form.starts_with("{\"$big\":")) return std::nullopt;
  const auto digits = extended_text(form);
  if (digits && is_integer(*digits)) return std::string(*digits);
  return std::nullopt;
}

}  // namespace gs::cli
