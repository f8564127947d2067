// Values that JavaScript gives as records hold them.

#include "gs/core/rules/check.h"

namespace gs::rules {

using schema::JsValue;
using Js = JsValue::Kind;

std::optional<Value> from_js(const JsValue& js) {
  switch (js.kind) {
    case Js::null:
      return Value();
    case Js::boolean:
      return Value(js.boolean);
    case Js::number:
      return Value(js.number);
    case Js::string:
      return Value(js.text);
    case Js::bigint: {
      Big big;
      if (!Big::parse(js.text, big)) return std::nullopt;
      return Value(std::move(big));
    }
    case Js::array:
    case Js::set: {
      Array array;
      for (const JsValue& each : js.items) {
        std::optional<Value> element = from_js(each);
        if (!element) return std::nullopt;
        array.push_back(std::move(*element));
      }
      if (js.kind == Js::set) return Value(Set{std::move(array)});
      return Value(std::move(array));
    }
    case Js::object: {
      Object object;
      for (const auto& [name, member] : js.members) {
        std::optional<Value> value = from_js(member);
        if (!value) return std::nullopt;
        object.emplace_back(name, std::move(*value));
      }
      return Value(std::move(object));
    }
    default:
      return std::nullopt;
  }
}

}  // namespace gs::rules
