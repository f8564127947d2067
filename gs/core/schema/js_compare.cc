// Comparing JavaScript values: the operator < and SameValueZero.
#include <cmath>
#include <limits>

#include "gs/core/record/text_forms.h"
#include "gs/core/schema/js_text.h"

namespace gs::schema {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

bool is_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

bool is_decimal(std::string_view text) noexcept {
  std::size_t at = text[0] == '-' ? 1 : 0;
  std::size_t digits = 0;
  bool point = false;
  for (; at < text.size(); ++at) {
    if (text[at] == '.' && !point && digits > 0) {
      point = true;
    } else if (text[at] >= '0' && text[at] <= '9') {
      ++digits;
    } else {
      return false;
    }
  }
  return digits > 0 && text.back() != '.';
}

// Number(text), for plain decimal numbers; others, such as 0x10 or 1e3, are no number here.
double number_of(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  if (text.empty()) return 0;
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  if (!is_decimal(text)) return kNan;
  const bool negative = text[0] == '-';
  while (text.size() > 1u + negative && text[negative] == '0' && text[negative + 1u] != '.') {
    if (negative) return -number_of(text.substr(2));
    text.remove_prefix(1);
  }
  return record::parse_double(text).value_or(negative ? -std::numeric_limits<double>::infinity()
                                                      : std::numeric_limits<double>::infinity());
}

// A primitive: its text when it is a string, else its number.
struct Primitive {
  bool is_text = false;
  std::string text;
  double number = kNan;
};

std::optional<Primitive> primitive(const JsValue& value, std::string& thrown) {
  Primitive out;
  switch (value.kind) {
    case Kind::undefined:
      return out;
    case Kind::null:
      out.number = 0;
      return out;
    case Kind::boolean:
      out.number = value.boolean ? 1 : 0;
      return out;
    case Kind::number:
    case Kind::date:
      out.number = value.number;
      return out;
    case Kind::bigint:
      out.number = number_of(value.text);
      return out;
    case Kind::symbol:
      thrown = "TypeError: Cannot convert a Symbol value to a number";
      return std::nullopt;
    default: {
      auto text = text_of(value, thrown);
      if (!text) return std::nullopt;
      out.is_text = true;
      out.text = std::move(*text);
      return out;
    }
  }
}

}  // namespace

std::optional<bool> less(const JsValue& a, const JsValue& b, std::string& thrown) {
  const auto left = primitive(a, thrown);
  if (!left) return std::nullopt;
  const auto right = primitive(b, thrown);
  if (!right) return std::nullopt;
  if (left->is_text && right->is_text) return left->text < right->text;
  return (left->is_text ? number_of(left->text) : left->number) <
         (right->is_text ? number_of(right->text) : right->number);
}

bool same_value(const JsValue& a, const JsValue& b) noexcept {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Kind::undefined:
    case Kind::null:
      return true;
    case Kind::boolean:
      return a.boolean == b.boolean;
    case Kind::number:
      return a.number == b.number || (std::isnan(a.number) && std::isnan(b.number));
    case Kind::bigint:
    case Kind::string:
      return a.text == b.text;
    case Kind::function:
      return a.function == b.function;
    default:
      return false;
  }
}

}  // namespace gs::schema
