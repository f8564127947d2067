// What each function of the table gives, by its number.
#include "tests/schema/table.h"

#include "gs/core/schema/js_text.h"

namespace gs::schema {
namespace {

Outcome boolean(bool value) {
  Outcome out;
  out.value.kind = Kind::boolean;
  out.value.boolean = value;
  return out;
}

JsValue text_value(std::string text) {
  JsValue value;
  value.kind = Kind::string;
  value.text = std::move(text);
  return value;
}

Outcome text(std::string said) {
  Outcome out;
  out.value = text_value(std::move(said));
  return out;
}

Outcome list(std::vector<JsValue> items) {
  Outcome out;
  out.value.kind = Kind::array;
  out.value.items = std::move(items);
  return out;
}

Outcome thrown(std::string said) {
  Outcome out;
  out.threw = true;
  out.thrown = std::move(said);
  return out;
}

Outcome of_kind(Kind kind, double number = 0) {
  Outcome out;
  out.value.kind = kind;
  out.value.number = number;
  if (kind == Kind::object) out.value.text = "Object";
  return out;
}

Outcome errors() {
  Outcome out = of_kind(Kind::object);
  out.value.members.emplace_back("errors", list({text_value("e1"), text_value("Field e2")}).value);
  return out;
}

}  // namespace

Outcome Table::call(std::uint32_t function, std::span<const JsValue> arguments) {
  switch (function) {
    case 0:
      return boolean(true);
    case 1:
      return boolean(false);
    case 2:
      return {};
    case 3:
      return text("must be good");
    case 4:
      return text("Field \"x\" is bad");
    case 5:
      return list({text_value("one"), text_value("Field two")});
    case 6:
      return errors();
    case 7:
      return thrown("Error: boom");
    case 8:
      return thrown("text");
    case 9:
      return of_kind(Kind::number, 5);
    case 10:
      return list({text_value("one"), of_kind(Kind::null).value});
    case 11:
      return of_kind(Kind::null);
    case 12:
      return text("");
    case 13:
      return of_kind(Kind::object);
    case 14:
      return arguments[0].kind == Kind::string ? of_kind(Kind::null) : text("is no point");
    default:
      return text("said " + std::string(type_of(arguments[0])) + " " + arguments[1].text);
  }
}

}  // namespace gs::schema
