// The table of types, and the declarations of a model.
#include "gs/core/schema/types.h"

#include "gs/core/schema/js_text.h"
#include "gs/core/schema/thrown.h"

namespace gs::schema {
namespace {

struct Builtin {
  const char* name;
  TypeKind kind;
  const char* category;
};

constexpr Builtin kBuiltins[] = {
    {"string", TypeKind::string, "scalar"},    {"number", TypeKind::number, "scalar"},
    {"bigint", TypeKind::bigint, "scalar"},    {"boolean", TypeKind::boolean, "scalar"},
    {"enum", TypeKind::enumeration, "scalar"}, {"object", TypeKind::object, "struct"},
    {"map", TypeKind::map, "struct"},          {"array", TypeKind::array, "struct"},
    {"set", TypeKind::set, "struct"},          {"reference", TypeKind::reference, "struct"},
    {"many", TypeKind::reference, "struct"},   {"one", TypeKind::reference, "struct"},
    {"schema", TypeKind::schema, "struct"},    {"tuple", TypeKind::tuple, "struct"},
    {"json", TypeKind::json, "struct"},
};

void rename(Type& type, std::string_view name) {
  type.name = name;
  type.name_value.kind = Kind::string;
  type.name_value.text = name;
}

Error add_metadata(Type& type, const JsValue* metadata) {
  if (metadata == nullptr || metadata->kind == Kind::undefined) return {};
  if (metadata->kind == Kind::null) return thrown_error(kNoObject);
  for (const auto& [key, value] : metadata->members) {
    bool found = false;
    for (auto& [known, old] : type.metadata) {
      if (known != key) continue;
      old = value;
      found = true;
    }
    if (!found) type.metadata.emplace_back(key, value);
  }
  return {};
}

bool is_iterable(const JsValue& value) noexcept {
  return value.kind == Kind::string || value.kind == Kind::array || value.kind == Kind::set ||
         value.kind == Kind::map;
}

Error own_type(Type& type, const JsValue& declaration) {
  const JsValue* const construct = find_member(declaration, "construct");
  const JsValue* const check_type = find_member(declaration, "checkType");
  if (construct == nullptr || check_type == nullptr || !is_truthy(*construct) ||
      !is_truthy(*check_type)) {
    return thrown_error("Error: Custom type must contain \"construct\" and \"checkType\" methods");
  }
  if (construct->kind != Kind::function || check_type->kind != Kind::function) {
    return thrown_error("Error: \"construct\" and \"checkType\" must be functions");
  }
  const JsValue* const rules = find_member(declaration, "rules");
  if (rules != nullptr && is_truthy(*rules) && !is_iterable(*rules)) {
    return thrown_error("TypeError: rules is not iterable");
  }
  const JsValue* const category = find_member(declaration, "kind");
  type.kind = TypeKind::custom;
  type.category = category != nullptr && category->kind == Kind::string ? category->text : "";
  type.construct = construct->function;
  type.check_type = check_type->function;
  return {};
}

}  // namespace

const Types& Types::builtin() {
  static const Types types = [] {
    Types made;
    for (const Builtin& builtin : kBuiltins) {
      auto type = std::make_shared<Type>();
      rename(*type, builtin.name);
      type->kind = builtin.kind;
      type->category = builtin.category;
      made.add(std::move(type));
    }
    return made;
  }();
  return types;
}

Result<Types> Types::with(const JsValue& declarations) {
  if (is_nullish(declarations)) return thrown_error(kNoObject);
  Types types;
  for (const TypePtr& type : builtin().list_) types.add(type);
  for (const auto& [name, declaration] : declarations.members) {
    GS_TRY_OK(types.declare(name, declaration));
  }
  return types;
}

Error Types::declare(const std::string& name, const JsValue& declaration) {
  if (is_nullish(declaration)) {
    return thrown_error("TypeError: Cannot destructure property 'js' of 'value' as it is " +
                        std::string(declaration.kind == Kind::null ? "null." : "undefined."));
  }
  auto type = std::make_shared<Type>();
  const auto known = index_.find(name);
  const JsValue* const js = find_member(declaration, "js");
  const TypePtr* const base =
      js != nullptr && js->kind == Kind::string ? builtin().find(js->text) : nullptr;
  if (known != index_.end()) {
    *type = *list_[known->second];
  } else if (base != nullptr) {
    *type = **base;
    rename(*type, name);
  } else {
    rename(*type, name);
    GS_TRY_OK(own_type(*type, declaration));
  }
  GS_TRY_OK(add_metadata(*type, find_member(declaration, "metadata")));
  if (known == index_.end()) {
    add(std::move(type));
  } else {
    const std::size_t at = known->second;
    index_.erase(known);  // its key is a view of the old type
    list_[at] = std::move(type);
    index_.emplace(list_[at]->name, at);
  }
  return {};
}

void Types::add(TypePtr type) {
  index_.emplace(type->name, list_.size());
  list_.push_back(std::move(type));
}

const TypePtr* Types::find(std::string_view name) const noexcept {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &list_[found->second];
}

std::string_view scalar_word(TypeKind kind) noexcept {
  switch (kind) {
    case TypeKind::string:
      return "string";
    case TypeKind::number:
      return "number";
    case TypeKind::bigint:
      return "bigint";
    case TypeKind::boolean:
      return "boolean";
    default:
      return {};
  }
}

}  // namespace gs::schema
