// Values of records as JavaScript sees them, for functions of a schema.

#include "gs/core/record/json.h"
#include "gs/core/rules/check.h"

namespace gs::rules {

using record::ValueView;
using schema::JsValue;
using Js = JsValue::Kind;

// Nesting is bounded by that of records.
JsValue to_js(const ValueView& value) {
  JsValue made;
  switch (value.type) {
    case Type::null:
      made.kind = Js::null;
      break;
    case Type::boolean:
      made.kind = Js::boolean;
      made.boolean = value.boolean();
      break;
    case Type::number:
      made.kind = Js::number;
      made.number = value.number();
      break;
    case Type::date:
      made.kind = Js::date;
      made.number = static_cast<double>(value.integer());
      break;
    case Type::integer:
      made.kind = Js::bigint;
      made.text = std::to_string(value.integer());
      break;
    case Type::big:
      made.kind = Js::bigint;
      made.text = value.to_value().get<Big>()->text();
      break;
    case Type::id:
      made.kind = Js::string;
      made.text = value.id().text();
      break;
    case Type::string:
      made.kind = Js::string;
      made.text = value.text();
      break;
    case Type::array:
    case Type::set:
      made.kind = value.type == Type::array ? Js::array : Js::set;
      for (std::uint32_t i = 0; i < value.count(); ++i)
        made.items.push_back(to_js(value.element(i)));
      break;
    case Type::object:
      made.kind = Js::object;
      made.text = "Object";
      for (std::uint32_t i = 0; i < value.count(); ++i) {
        made.members.emplace_back(value.member_name(i), to_js(value.member(i)));
      }
      break;
    case Type::bytes:
    case Type::blob:
    case Type::any:  // as its JSON form says it
      made.kind = Js::string;
      record::append_json(value, made.text);
      break;
  }
  return made;
}

JsValue to_js(const record::RecordView& record) {
  JsValue made;
  made.kind = Js::object;
  made.text = "Object";
  const record::Shape& shape = record.shape();
  for (std::size_t i = shape.key_fields(); i < shape.field_count(); ++i) {
    if (!record.present(i)) continue;
    made.members.emplace_back(shape.fields()[i].name, to_js(record.field(i)));
  }
  if (!shape.self_describing() || made.members.empty()) return made;
  JsValue whole = std::move(made.members.front().second);
  return whole;
}

}  // namespace gs::rules
