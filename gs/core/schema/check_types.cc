// What each type says about a value.
#include "gs/core/schema/checker.h"
#include "gs/core/schema/js_text.h"
#include "gs/core/schema/limits.h"
#include "gs/core/schema/own_keys.h"
#include "gs/core/schema/thrown.h"

namespace gs::schema {
namespace {

Kind kind_of(TypeKind type) noexcept {
  switch (type) {
    case TypeKind::string:
      return Kind::string;
    case TypeKind::number:
      return Kind::number;
    case TypeKind::bigint:
      return Kind::bigint;
    default:
      return Kind::boolean;
  }
}

JsValue string_value(std::string_view text) {
  JsValue value;
  value.kind = Kind::string;
  value.text = text;
  return value;
}

}  // namespace

bool Checker::check_type(const Field& field, const JsValue& value, const Path& path) {
  switch (field.type->kind) {
    case TypeKind::string:
    case TypeKind::number:
    case TypeKind::bigint:
    case TypeKind::boolean:
      if (value.kind == kind_of(field.type->kind)) return true;
      return add_expected(scalar_word(field.type->kind), path);
    case TypeKind::enumeration:
      return check_enum(field, value, path);
    case TypeKind::object:
    case TypeKind::map:
      return check_object(field, value, path);
    case TypeKind::array:
    case TypeKind::set:
      return check_array(field, value, path);
    case TypeKind::reference:
      return check_reference(field, value, path);
    case TypeKind::schema:
      return check_struct(*field.structure, value, path, "this.schema");
    case TypeKind::tuple:
      return check_tuple(field, value, path);
    case TypeKind::json:
      if (type_of(value) == "object" && value.kind != Kind::null) return true;
      return add_expected("object", path);
    case TypeKind::custom:
      return call(field.type->check_type, value, path);
  }
  return true;
}

bool Checker::check_enum(const Field& field, const JsValue& value, const Path& path) {
  const JsValue* const list = field.data("enum");
  if (list == nullptr || is_nullish(*list)) {
    return fail("TypeError: Cannot read properties of " +
                std::string(list == nullptr ? "undefined" : "null") + " (reading 'includes')");
  }
  if (list->kind == Kind::array) {
    for (const JsValue& item : list->items) {
      if (same_value(item, value)) return true;
    }
    const auto words = join(list->items, ", ", thrown_);
    return words ? add("value is not of enum: " + *words, path) : fail(std::move(thrown_));
  }
  if (list->kind != Kind::string) {
    return fail("TypeError: this.enum.includes is not a function");
  }
  if (value.kind == Kind::regexp) {
    return fail(
        "TypeError: First argument to String.prototype.includes must not be a regular expression");
  }
  const auto text = text_of(value, thrown_);
  if (!text) return fail(std::move(thrown_));
  if (list->text.find(*text) != std::string::npos) return true;
  return fail("TypeError: this.enum.join is not a function");
}

bool Checker::check_object(const Field& field, const JsValue& value, const Path& path) {
  const bool is_map = field.type->kind == TypeKind::map;
  const bool is_instance = is_map ? value.kind == Kind::map : type_of(value) == "object";
  if (!is_instance) {
    return add(texts_ ? "Filed \"" + path.text() + "\" is not a " + field.type->name : "", path);
  }
  if (value.kind == Kind::null) return fail(kNoObject);
  if (!is_map && field.required && OwnKeys(value).count() == 0) {
    return add(texts_ ? "Filed \"" + path.text() + "\" is required" : "", path);
  }
  const JsValue* const key_type = field.data("key");
  const auto is_key = [&](std::string_view type) {
    return key_type != nullptr && key_type->kind == Kind::string && key_type->text == type;
  };
  const std::size_t before = count_;
  const auto wrong_key = [&] {
    forget(before);
    const auto wanted = key_type == nullptr ? "undefined" : text_of(*key_type, thrown_);
    if (!wanted) return fail(std::move(thrown_));
    return add(
        "In " + field.type->name + " \"" + path.text() + "\": type of key must be a " + *wanted,
        path);
  };
  if (is_map) {
    for (std::size_t i = 0; i + 1 < value.items.size(); i += 2) {
      const JsValue& key = value.items[i];
      if (!is_key(type_of(key))) return wrong_key();
      std::string made;
      if (key.kind != Kind::string) {
        const auto text = text_of(key, thrown_);
        if (!text) return fail(std::move(thrown_));
        made = *text;
      }
      const std::string_view name = key.kind == Kind::string ? key.text : made;
      if (!check_inside(*field.value, value.items[i + 1], Path::entry(path, name))) return false;
    }
    return prefix(before, path);
  }
  if (OwnKeys(value).count() > 0 && !is_key("string")) return wrong_key();
  for (const auto& [key, member] : value.members) {
    if (!check_inside(*field.value, member, Path::entry(path, key))) return false;
  }
  for (std::size_t i = 0; value.kind == Kind::array && i < value.items.size(); ++i) {
    const std::string key = std::to_string(i);
    if (!check_inside(*field.value, value.items[i], Path::entry(path, key))) return false;
  }
  return prefix(before, path);
}

bool Checker::check_array(const Field& field, const JsValue& value, const Path& path) {
  const Kind wanted = field.type->kind == TypeKind::set ? Kind::set : Kind::array;
  if (value.kind != wanted) return add_expected(field.type->name, path);
  const std::size_t before = count_;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    if (!check_inside(*field.value, value.items[i], Path::element(path, i))) return false;
  }
  return count_ == before || prefix(before, path);
}

bool Checker::check_reference(const Field& field, const JsValue& value, const Path& path) {
  const Schema* const schema =
      field.has_target ? field.root->find_reference(field.target) : nullptr;
  if (field.many) return check_many(schema, value, path);
  if (schema == nullptr) {
    return fail("TypeError: Cannot read properties of null (reading 'check')");
  }
  return check_schema(*schema, value, path);
}

bool Checker::check_many(const Schema* schema, const JsValue& value, const Path& path) {
  const std::size_t before = count_;
  const auto check_one = [&](const JsValue& element) {
    if (schema == nullptr) {
      return fail("TypeError: Cannot read properties of null (reading 'check')");
    }
    // A string's characters are strings, so that this may go on for ever without any nesting.
    const std::size_t deeper = value.kind == Kind::string ? 0 : 1;
    if (level_ + deeper > kValueNestingMax) return stop_at_nesting();
    level_ += deeper;
    const bool done = check_schema(*schema, element, path);
    level_ -= deeper;
    return done;
  };
  if (value.kind == Kind::array || value.kind == Kind::set) {
    for (const JsValue& element : value.items) {
      if (!check_one(element)) return false;
      if (count_ != before) return true;
    }
    return true;
  }
  if (value.kind == Kind::map) {
    for (std::size_t i = 0; i + 1 < value.items.size(); i += 2) {
      JsValue pair;
      pair.kind = Kind::array;
      pair.items = {value.items[i], value.items[i + 1]};
      if (!check_one(pair)) return false;
      if (count_ != before) return true;
    }
    return true;
  }
  if (value.kind != Kind::string) return fail("TypeError: source is not iterable");
  for (std::size_t at = 0; at < value.text.size();) {
    const std::size_t size = character_size(value.text, at);
    if (!check_one(string_value(std::string_view(value.text).substr(at, size)))) return false;
    if (count_ != before) return true;
    at += size;
  }
  return true;
}

bool Checker::check_tuple(const Field& field, const JsValue& value, const Path& path) {
  static const JsValue undefined;
  if (value.kind != Kind::array) return add_expected(field.type->name, path);
  if (value.items.size() > field.items.size()) {
    return add("value length is more then expected in tuple", path);
  }
  const std::size_t before = count_;
  for (std::size_t i = 0; i < field.items.size(); ++i) {
    const Field& item = *field.items[i];
    const std::string_view name = item.item_name().empty() ? "item" : item.item_name();
    const JsValue& element = i < value.items.size() ? value.items[i] : undefined;
    if (!check_inside(item, element, Path::item(path, name, i))) return false;
    if (count_ != before) return true;
  }
  return true;
}

}  // namespace gs::schema
