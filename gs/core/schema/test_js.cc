// JSON text to JavaScript values, for tests.
#include "gs/core/schema/test_js.h"

#include <algorithm>
#include <cstdlib>

#include "gs/core/record/json.h"
#include "gs/core/schema/js_text.h"

namespace gs::schema {
namespace {

JsValue from_text(const std::string& text) {
  constexpr std::string_view kFunction = "fn:";
  JsValue out = js_string(text);
  if (text == "undefined") return js_of(Kind::undefined);
  if (!text.starts_with(kFunction)) return out;
  out.kind = Kind::function;
  out.text = "f";
  out.function = static_cast<std::uint32_t>(std::atoi(text.c_str() + kFunction.size()));
  return out;
}

JsValue from_value(const Value& value) {
  JsValue out;
  if (const bool* const boolean = value.get<bool>()) {
    out.kind = Kind::boolean;
    out.boolean = *boolean;
  } else if (const double* const number = value.get<double>()) {
    out = js_number(*number);
  } else if (const std::string* const text = value.get<std::string>()) {
    out = from_text(*text);
  } else if (const Array* const array = value.get<Array>()) {
    out.kind = Kind::array;
    for (const Value& item : *array) out.items.push_back(from_value(item));
  } else if (const Object* const object = value.get<Object>()) {
    out.kind = Kind::object;
    out.text = "Object";
    for (const auto& [key, member] : *object) out.members.emplace_back(key, from_value(member));
    order_keys(out.members);
  } else {
    out.kind = Kind::null;
  }
  return out;
}

}  // namespace

JsValue js(std::string_view json) {
  std::string text(json);
  std::replace(text.begin(), text.end(), '\'', '"');
  return from_value(record::parse_json(text).value());
}

JsValue js_string(std::string_view text) {
  JsValue out;
  out.kind = Kind::string;
  out.text = text;
  return out;
}

JsValue js_number(double number) {
  JsValue out;
  out.kind = Kind::number;
  out.number = number;
  return out;
}

JsValue js_of(JsValue::Kind kind) {
  JsValue out;
  out.kind = kind;
  if (kind == Kind::object) out.text = "Object";
  return out;
}

JsValue js_nested(std::size_t depth) {
  JsValue out = js_of(Kind::array);
  for (std::size_t i = 1; i < depth; ++i) {
    JsValue outer = js_of(Kind::array);
    outer.items.push_back(std::move(out));
    out = std::move(outer);
  }
  return out;
}

}  // namespace gs::schema
