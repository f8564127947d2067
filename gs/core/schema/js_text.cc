// Texts of JavaScript values, and the few questions about them that need no text.
#include "gs/core/schema/js_text.h"

#include <cmath>

#include "gs/core/record/json.h"
#include "gs/core/schema/js_date.h"

namespace gs::schema {

std::string_view type_of(const JsValue& value) noexcept {
  switch (value.kind) {
    case Kind::undefined:
      return "undefined";
    case Kind::boolean:
      return "boolean";
    case Kind::number:
      return "number";
    case Kind::bigint:
      return "bigint";
    case Kind::string:
      return "string";
    case Kind::symbol:
      return "symbol";
    case Kind::function:
      return "function";
    default:
      return "object";
  }
}

bool is_truthy(const JsValue& value) noexcept {
  switch (value.kind) {
    case Kind::undefined:
    case Kind::null:
      return false;
    case Kind::boolean:
      return value.boolean;
    case Kind::number:
      return value.number != 0 && !std::isnan(value.number);
    case Kind::bigint:
      return value.text != "0";
    case Kind::string:
      return !value.text.empty();
    default:
      return true;
  }
}

const JsValue* find_member(const JsValue& value, std::string_view name) noexcept {
  if (value.kind != Kind::object) return nullptr;
  for (const auto& [key, member] : value.members) {
    if (key == name) return &member;
  }
  return nullptr;
}

std::string number_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
  if (number == 0) return "0";
  std::string out;
  record::append_json_number(number, out);
  return out;
}

std::optional<std::string> join(const std::vector<JsValue>& items, std::string_view separator,
                                std::string& thrown) {
  std::string out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out.append(separator);
    if (is_nullish(items[i])) continue;
    const auto text = text_of(items[i], thrown);
    if (!text) return std::nullopt;
    out.append(*text);
  }
  return out;
}

std::optional<std::string> text_of(const JsValue& value, std::string& thrown) {
  switch (value.kind) {
    case Kind::undefined:
      return "undefined";
    case Kind::null:
      return "null";
    case Kind::boolean:
      return value.boolean ? "true" : "false";
    case Kind::number:
      return number_text(value.number);
    case Kind::bigint:
    case Kind::string:
      return value.text;
    case Kind::symbol:
      thrown = "TypeError: Cannot convert a Symbol value to a string";
      return std::nullopt;
    case Kind::function:
      return "function " + value.text + "() { [native code] }";
    case Kind::array:
      return join(value.items, ",", thrown);
    case Kind::object:
      // Its own `toString` takes the place of the one that every object has.
      if (!value.text.empty() && find_member(value, "toString") == nullptr) {
        return "[object Object]";
      }
      thrown = "TypeError: Cannot convert object to primitive value";
      return std::nullopt;
    case Kind::set:
      return "[object Set]";
    case Kind::map:
      return "[object Map]";
    case Kind::date:
      return date_text(value.number);
    case Kind::regexp:
      return "/" + value.text + "/" + value.flags;
  }
  return std::string();
}

std::string described(const JsValue& value) {
  if (value.kind == Kind::symbol) return "Symbol(" + value.text + ")";
  std::string thrown;
  const auto text = text_of(value, thrown);
  return text ? *text : thrown;
}

std::size_t utf16_length(std::string_view text) noexcept {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    if ((byte & 0xc0u) != 0x80u) ++units;  // a character begins here
    if (byte >= 0xf0u) ++units;            // and it is a surrogate pair
  }
  return units;
}

std::size_t character_size(std::string_view text, std::size_t at) noexcept {
  std::size_t size = 1;
  while (at + size < text.size() && (static_cast<std::uint8_t>(text[at + size]) & 0xc0u) == 0x80u) {
    ++size;
  }
  return size;
}

bool is_index_key(std::string_view key, std::uint32_t& index) noexcept {
  constexpr std::size_t kDigitsMax = 10;
  constexpr std::uint64_t kIndexMax = 0xfffffffe;
  if (key.empty() || key.size() > kDigitsMax) return false;
  if (key[0] == '0' && key.size() > 1) return false;
  std::uint64_t value = 0;
  for (const char c : key) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (value > kIndexMax) return false;
  index = static_cast<std::uint32_t>(value);
  return true;
}

}  // namespace gs::schema
