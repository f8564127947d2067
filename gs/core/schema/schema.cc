// Making a schema, and what it knows about others.
#include "gs/core/schema/schema.h"

#include <algorithm>

#include "gs/core/schema/limits.h"
#include "gs/core/schema/model.h"
#include "gs/core/schema/root.h"

namespace gs::schema {

Result<SchemaPtr> Schema::create(std::string_view name, const JsValue& definition,
                                 const std::vector<const Model*>& namespaces, Host host) {
  Budget budget{kFieldsMax};
  return create(name, definition, namespaces, host, budget);
}

Result<SchemaPtr> Schema::create(std::string_view name, const JsValue& definition,
                                 const std::vector<const Model*>& namespaces, Host host,
                                 Budget& budget) {
  if (name.size() > kNameBytesMax) {
    return Error(Code::too_large,
                 "definition: length of a name in bytes exceeds " + std::to_string(kNameBytesMax));
  }
  GS_TRY_OK(measure(definition));
  SchemaPtr made(new Schema);
  made->name_ = name;
  for (const Model* const model : namespaces) made->attach(*model);
  Budget own{std::min(budget.fields, kFieldsMax)};
  const std::size_t before = own.fields;
  if (definition.kind == Kind::object && definition.text == "Schema") {
    GS_TRY(Schema* const same, Builder(*made, host, own).embedded(Source(definition)));
    return same->shared_from_this();
  }
  GS_TRY_OK(Root(*made, host, own).read(definition));
  budget.fields -= before - own.fields;
  return made;
}

void Schema::add_reference(std::string_view name) {
  if (referenced_.emplace(name).second) references_.emplace_back(name);
}

void Schema::add_relation(std::shared_ptr<const Relation> relation) {
  if (related_.insert(relation.get()).second) relations_.push_back(std::move(relation));
}

const Schema* Schema::find_reference(std::string_view name) const {
  for (const Model* const model : namespaces_) {
    if (const Schema* const found = model->find(name)) return found;
  }
  return nullptr;
}

const TypePtr* Schema::find_type(std::string_view name) const {
  if (namespaces_.empty()) return Types::builtin().find(name);
  for (auto model = namespaces_.rbegin(); model != namespaces_.rend(); ++model) {
    if (const TypePtr* const found = (*model)->types().find(name)) return found;
  }
  return nullptr;
}

std::vector<std::string> Schema::check_consistency() const {
  std::vector<std::string> warnings;
  for (const std::string& reference : references_) {
    if (is_first_upper(reference)) {
      if (find_reference(reference) != nullptr) continue;
      warnings.push_back("Warning: \"" + reference + "\" referenced by \"" + name_ +
                         "\" is not found");
    } else if (find_type(reference) == nullptr) {
      warnings.push_back("Warning: type \"" + reference + "\" is not found in \"" + name_ + "\"");
    }
  }
  return warnings;
}

void Schema::attach(const Model& model) {
  if (std::find(namespaces_.begin(), namespaces_.end(), &model) == namespaces_.end()) {
    namespaces_.push_back(&model);
  }
}

void Schema::detouch(const Model& model) { std::erase(namespaces_, &model); }

}  // namespace gs::schema
