// What is asked of a value beside its type: the length, and the definition's own functions.
#include <array>
#include <cmath>

#include "gs/core/schema/checker.h"
#include "gs/core/schema/js_text.h"
#include "gs/core/schema/own_keys.h"
#include "gs/core/schema/thrown.h"

namespace gs::schema {
namespace {

JsValue text_value(std::string_view text) {
  JsValue value;
  value.kind = Kind::string;
  value.text = text;
  return value;
}

// `list.length || list`: an empty list or string compares as an empty text does.
JsValue count_value(std::size_t count) {
  if (count == 0) return text_value("");
  JsValue value;
  value.kind = Kind::number;
  value.number = static_cast<double>(count);
  return value;
}

Error cannot_read(const JsValue& value, std::string_view property) {
  return thrown_error("TypeError: Cannot read properties of " +
                      std::string(value.kind == Kind::null ? "null" : "undefined") + " (reading '" +
                      std::string(property) + "')");
}

// What `entries()` of a value gives is an iterator, which has no length.
Result<JsValue> length_of_map(const JsValue& value) {
  if (is_nullish(value)) return cannot_read(value, "entries");
  switch (value.kind) {
    case Kind::map:
      return text_value("[object Map Iterator]");
    case Kind::set:
      return text_value("[object Set Iterator]");
    case Kind::array:
      return text_value("[object Array Iterator]");
    default:
      return thrown_error("TypeError: value.entries is not a function");
  }
}

// `value.length || value`, after what the type takes for the value's entries.
Result<JsValue> length_of(const Field& field, const JsValue& value) {
  if (field.type->kind == TypeKind::map) return length_of_map(value);
  if (field.type->kind == TypeKind::object) {
    if (is_nullish(value)) return thrown_error(kNoObject);
    return count_value(OwnKeys(value).count());
  }
  if (is_nullish(value)) return cannot_read(value, "length");
  if (value.kind == Kind::string) return count_value(utf16_length(value.text));
  if (value.kind == Kind::array) return count_value(value.items.size());
  const JsValue* const length = find_member(value, "length");
  if (length != nullptr && is_truthy(*length)) return *length;
  // Large ones are not copied, unless their own `toString` may matter.
  if (find_member(value, "toString") != nullptr) return value;
  return value.kind == Kind::object ? text_value("[object Object]")
         : value.kind == Kind::set  ? text_value("[object Set]")
         : value.kind == Kind::map  ? text_value("[object Map]")
                                    : value;
}

constexpr const char* kTooShort = "value is too short";
constexpr const char* kTooLong = "exceeds the maximum length";

}  // namespace

bool Checker::check_length(const Field& field, const JsValue& value, const Path& path) {
  if (!field.odd_length && value.kind == Kind::string && field.type->kind == TypeKind::string) {
    return check_bounds(field, static_cast<double>(utf16_length(value.text)), path);
  }
  auto length = length_of(field, value);
  if (!length) return fail(std::string(length.error().message()));
  if (field.odd_length || length->kind != Kind::number) {
    return check_odd_length(field, *length, path);
  }
  return check_bounds(field, length->number, path);
}

bool Checker::check_bounds(const Field& field, double length, const Path& path) {
  if (field.length_min != 0 && length < field.length_min) return add(kTooShort, path);
  if (field.length_max != 0 && length > field.length_max) return add(kTooLong, path);
  return true;
}

// Bounds or lengths that are no numbers, compared as JavaScript compares anything.
bool Checker::check_odd_length(const Field& field, const JsValue& length, const Path& path) {
  const JsValue& bounds = *field.data("length");
  const JsValue* const min = find_member(bounds, "min");
  const JsValue* const max = find_member(bounds, "max");
  if (min != nullptr && is_truthy(*min)) {
    const auto beyond = less(length, *min, thrown_);
    if (!beyond) return fail(std::move(thrown_));
    if (*beyond) return add(kTooShort, path);
  }
  if (max != nullptr && is_truthy(*max)) {
    const auto beyond = less(*max, length, thrown_);
    if (!beyond) return fail(std::move(thrown_));
    if (*beyond) return add(kTooLong, path);
  }
  return true;
}

bool Checker::check_validate(const Field& field, const JsValue& value, const Path& path) {
  if (field.validate == Validate::not_callable) {
    return fail("TypeError: this.validate is not a function");
  }
  return call(field.validate_function, value, path);
}

bool Checker::call(std::uint32_t function, const JsValue& value, const Path& path) {
  if (functions_ == nullptr) return fail("Error: Nobody calls the functions of this schema");
  std::array<JsValue, 2> arguments;
  arguments[0] = value;
  arguments[1].kind = Kind::string;
  arguments[1].text = path.text();
  Outcome outcome = functions_->call(function, arguments);
  if (outcome.threw) return fail(std::move(outcome.thrown));
  return add_outcome(outcome.value, path);
}

bool Checker::add_outcome(const JsValue& value, const Path& path) {
  const JsValue* const errors = find_member(value, "errors");
  if (errors != nullptr && errors->kind == Kind::array) {
    for (const JsValue& error : errors->items) {
      if (!push(described(error))) return false;
    }
    return true;
  }
  if (value.kind == Kind::boolean) return value.boolean || add("validation error", path);
  if (!is_truthy(value)) return true;
  const std::span<const JsValue> texts =
      value.kind == Kind::array ? std::span<const JsValue>(value.items) : std::span(&value, 1);
  for (const JsValue& text : texts) {
    if (is_nullish(text)) return fail(std::string(cannot_read(text, "startsWith").message()));
    if (text.kind != Kind::string) return fail("TypeError: e.startsWith is not a function");
  }
  for (const JsValue& text : texts) {
    if (!add(text.text, path)) return false;
  }
  return true;
}

}  // namespace gs::schema
