// Looking things up in fields and structs.
#include "gs/core/schema/field.h"

namespace gs::schema {

const Property* Field::find(std::string_view name) const noexcept {
  for (const Property& property : properties) {
    if (property.name == name) return &property;
  }
  return nullptr;
}

const JsValue* Field::data(std::string_view name) const noexcept {
  const Property* const property = find(name);
  return property == nullptr ? nullptr : property->js.get();
}

std::string_view Field::type_name() const noexcept {
  return type->kind == TypeKind::reference ? std::string_view(target)
                                           : std::string_view(type->name);
}

std::string_view Field::item_name() const noexcept {
  const JsValue* const name = data("name");
  return name != nullptr && name->kind == Kind::string ? std::string_view(name->text)
                                                       : std::string_view();
}

const Member* Struct::find(std::string_view name) const noexcept {
  if (!index.empty()) {
    const auto found = index.find(name);
    return found == index.end() ? nullptr : &members[found->second];
  }
  for (const Member& member : members) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

}  // namespace gs::schema
