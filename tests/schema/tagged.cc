// Both directions of the tagged form; input comes from our own script, so mistakes in it stop here.
#include "tests/schema/tagged.h"

#include <cmath>
#include <limits>

#include "gs/base/check.h"
#include "gs/core/schema/js_text.h"

namespace gs::schema {
namespace {

double odd_number(const std::string& word) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (word == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (word == "-0") return -0.0;
  return word == "Infinity" ? kInfinity : -kInfinity;
}

double number_at(const Array& parts, std::size_t at) {
  if (const double* const number = parts.at(at).get<double>()) return *number;
  return odd_number(*parts.at(at).get<std::string>());
}

const std::string& text_at(const Array& parts, std::size_t at) {
  const std::string* const text = parts.at(at).get<std::string>();
  GS_CHECK(text != nullptr);
  return *text;
}

void set_items(const Array& parts, JsValue::Kind kind, JsValue& out) {
  out.kind = kind;
  for (std::size_t i = 1; i < parts.size(); ++i) out.items.push_back(from_tagged(parts[i]));
}

void set_members(const Array& parts, JsValue& out) {
  out.kind = Kind::object;
  out.text = "Object";
  for (std::size_t i = 1; i + 1 < parts.size(); i += 2) {
    out.members.emplace_back(text_at(parts, i), from_tagged(parts[i + 1]));
  }
  order_keys(out.members);
}

void set_text(const Array& parts, JsValue::Kind kind, JsValue& out) {
  out.kind = kind;
  out.text = text_at(parts, 1);
}

void set_function(const Array& parts, JsValue& out) {
  out.kind = Kind::function;
  out.function = static_cast<std::uint32_t>(number_at(parts, 1));
  out.text = "f" + std::to_string(out.function);
}

JsValue from_parts(const Array& parts) {
  JsValue out;
  switch (text_at(parts, 0).at(0)) {
    case 'u':
      break;
    case 'n':
    case 'd':
      out.kind = text_at(parts, 0) == "n" ? Kind::number : Kind::date;
      out.number = number_at(parts, 1);
      break;
    case 'b':
      set_text(parts, Kind::bigint, out);
      break;
    case 'y':
      set_text(parts, Kind::symbol, out);
      break;
    case 'f':
      set_function(parts, out);
      break;
    case 'a':
      set_items(parts, Kind::array, out);
      break;
    case 'o':
      set_members(parts, out);
      break;
    case 'S':
      set_items(parts, Kind::set, out);
      break;
    case 'M':
      set_items(parts, Kind::map, out);
      break;
    case 'r':
      set_text(parts, Kind::regexp, out);
      out.flags = text_at(parts, 2);
      break;
    case 'I':
      out.kind = Kind::object;
      out.text = "Schema";
      out.function = static_cast<std::uint32_t>(number_at(parts, 1));
      break;
    default:
      GS_CHECK(false && "a tag that is not in the table above");
  }
  return out;
}

Value number_out(double number) {
  if (std::isfinite(number) && !(number == 0 && std::signbit(number))) return Value(number);
  return Value(Array{"n", number == 0 ? std::string("-0") : number_text(number)});
}

Value items_out(const char* tag, const JsValue& value) {
  Array parts{tag};
  for (const JsValue& item : value.items) parts.push_back(to_tagged(item));
  return Value(std::move(parts));
}

Value object_out(const JsValue& value) {
  if (value.text == "Schema") return Value(Array{"I", static_cast<double>(value.function)});
  Array parts{"o"};
  for (const auto& [key, member] : value.members) {
    parts.emplace_back(key);
    parts.push_back(to_tagged(member));
  }
  return Value(std::move(parts));
}

}  // namespace

JsValue from_tagged(const Value& tagged) {
  JsValue out;
  if (const Array* const parts = tagged.get<Array>()) return from_parts(*parts);
  if (const bool* const boolean = tagged.get<bool>()) {
    out.kind = Kind::boolean;
    out.boolean = *boolean;
  } else if (const double* const number = tagged.get<double>()) {
    out.kind = Kind::number;
    out.number = *number;
  } else if (const std::string* const text = tagged.get<std::string>()) {
    out.kind = Kind::string;
    out.text = *text;
  } else {
    out.kind = Kind::null;
  }
  return out;
}

Value to_tagged(const JsValue& value) {
  switch (value.kind) {
    case Kind::undefined:
      return Value(Array{"u"});
    case Kind::null:
      return {};
    case Kind::boolean:
      return Value(value.boolean);
    case Kind::number:
      return number_out(value.number);
    case Kind::bigint:
      return Value(Array{"b", value.text});
    case Kind::string:
      return Value(value.text);
    case Kind::symbol:
      return Value(Array{"y", value.text});
    case Kind::function:
      return Value(Array{"f", static_cast<double>(value.function)});
    case Kind::array:
      return items_out("a", value);
    case Kind::object:
      return object_out(value);
    case Kind::set:
      return items_out("S", value);
    case Kind::map:
      return items_out("M", value);
    case Kind::date:
      return Value(Array{"d", std::isnan(value.number) ? Value("NaN") : Value(value.number)});
    case Kind::regexp:
      return Value(Array{"r", value.text, value.flags});
  }
  return {};
}

}  // namespace gs::schema
