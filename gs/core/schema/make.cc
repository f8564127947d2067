// A field from its type and its part of the definition; a struct from its fields.
#include "gs/core/schema/draft.h"
#include "gs/core/schema/js_text.h"
#include "gs/core/schema/limits.h"
#include "gs/core/schema/thrown.h"

namespace gs::schema {
namespace {

// Options that would take the place of the methods of Metaschema's types and break every check, or
// replace it by one of the definition's own.
constexpr std::string_view kReserved[] = {"check",       "checkType", "construct",
                                          "isInstance",  "entries",   "toJSON",
                                          "constructor", "__proto__", "scalar"};

bool is_reserved(std::string_view name) noexcept {
  return std::find(std::begin(kReserved), std::end(kReserved), name) != std::end(kReserved);
}

// `length: 5` and `length: [1, 5]` as { min, max }.
std::optional<JsValue> long_length(const JsValue& value) {
  JsValue out;
  out.kind = Kind::object;
  out.text = "Object";
  if (value.kind == Kind::number) {
    out.members.emplace_back("max", value);
    return out;
  }
  if (value.kind != Kind::array) return std::nullopt;
  out.members.emplace_back("min", value.items.empty() ? JsValue() : value.items[0]);
  out.members.emplace_back("max", value.items.size() < 2 ? JsValue() : value.items[1]);
  return out;
}

bool is_set(const Field& field, std::string_view name) noexcept {
  const JsValue* const value = field.data(name);
  return value != nullptr && is_truthy(*value);
}

void compile_validate(Field& field) {
  const Property* const property = field.find("validate");
  if (property == nullptr) return;
  if (property->slot == Property::Slot::shared) field.validate = Validate::not_callable;
  if (property->js == nullptr || !is_truthy(*property->js)) return;
  if (property->js->kind == Kind::function) {
    field.validate = Validate::function;
    field.validate_function = property->js->function;
  } else {
    field.validate = Validate::not_callable;
  }
}

void compile(Field& field) {
  compile_validate(field);
  field.unique = is_set(field, "unique");
  field.index = is_set(field, "index");
  field.primary = is_set(field, "primary");
  if (field.type->kind == TypeKind::reference) {
    const JsValue* const one = field.data("one");
    field.many = one == nullptr || !is_truthy(*one);
  }
  const JsValue* const length = field.data("length");
  field.has_length = length != nullptr && is_truthy(*length);
  if (!field.has_length) return;
  const auto bound = [&](std::string_view name, double& out) {
    const JsValue* const value = find_member(*length, name);
    if (value == nullptr || !is_truthy(*value)) return;
    if (value->kind == Kind::number) {
      out = value->number;
    } else {
      field.odd_length = true;
    }
  };
  bound("min", field.length_min);
  bound("max", field.length_max);
}

// A schema among plain data, which could only be kept by keeping all that it knows.
bool holds_schema(const JsValue& value) noexcept {
  if (value.kind == Kind::object && value.text == "Schema") return true;
  return std::any_of(value.items.begin(), value.items.end(), holds_schema) ||
         std::any_of(value.members.begin(), value.members.end(),
                     [](const auto& member) { return holds_schema(member.second); });
}

Result<Property> freeze(const Entry& entry) {
  Property out;
  out.name = entry.key;
  switch (entry.value.what) {
    case Source::What::js:
      if (entry.value.js != nullptr && holds_schema(*entry.value.js)) break;
      if (entry.value.js != nullptr && entry.value.js->kind != Kind::undefined) {
        out.js = std::make_unique<JsValue>(*entry.value.js);
      }
      return out;
    case Source::What::field:
      out.slot = entry.key == "value" ? Property::Slot::value : Property::Slot::shared;
      out.shared = entry.value.field;
      return out;
    case Source::What::structure:
      out.slot = Property::Slot::structure;
      return out;
    case Source::What::items:
      out.slot = Property::Slot::items;
      return out;
    default:
      break;
  }
  return unsupported("a schema in the option " + std::string(entry.key));
}

// Undefined, booleans, and anything else for which JavaScript has an opinion.
void set_required(Field& field, const Source& value, Property& property) {
  property.slot = Property::Slot::required;
  field.required = value.truthy();
  property.js =
      value.js == nullptr ? std::make_unique<JsValue>() : std::make_unique<JsValue>(*value.js);
  if (property.js->kind == Kind::boolean) property.js.reset();
}

}  // namespace

Result<std::unique_ptr<Field>> Builder::make(TypePtr type, const Entries& defs) {
  if (budget_.fields == 0) {
    return Error(Code::too_large, "definition: number of fields exceeds " +
                                      std::to_string(kFieldsMax) + " in a schema or " +
                                      std::to_string(kModelFieldsMax) + " in a model");
  }
  --budget_.fields;
  Draft draft;
  draft.field = std::make_unique<Field>();
  draft.field->type = std::move(type);
  draft.field->root = &root_;
  draft.defs = &defs;
  GS_TRY_OK(take_options(draft, defs));
  GS_TRY_OK(construct(draft));
  GS_TRY_OK(finish(draft));
  return std::move(draft.field);
}

Error Builder::take_options(Draft& draft, const Entries& defs) {
  for (const Entry& entry : defs.list()) {
    const std::string_view key = entry.key;
    if (key == "type" || key == draft.field->type->name) continue;
    if (key == "root" && entry.value.what == Source::What::schema) {
      draft.field->root = entry.value.schema;
      GS_TRY_OK(keep(*entry.value.schema));
    } else if (key == "root") {
      if (entry.value.is(Kind::object) && entry.value.js->text == "Schema") {
        return unsupported("the option root");
      }
      draft.own_root = false;
      draft.null_root = entry.value.nullish();
      draft.set(key, entry.value);
    } else if (is_reserved(key)) {
      return unsupported("the option " + std::string(key));
    } else if (key == "length" && entry.value.is_js() && entry.value.js != nullptr) {
      auto length = long_length(*entry.value.js);
      draft.set(key, length ? Source(arena_.value(*std::move(length))) : entry.value);
    } else {
      draft.set(key, entry.value);
    }
  }
  return {};
}

// Types write into their schema, by a property that the definition may have replaced.
Error Builder::note_root(const Draft& draft, std::string_view property) const {
  if (draft.own_root) return {};
  if (!draft.null_root) {
    return thrown_error("TypeError: Cannot read properties of undefined (reading 'add')");
  }
  return thrown_error("TypeError: Cannot read properties of " +
                      std::string(draft.get("root").is(Kind::null) ? "null" : "undefined") +
                      " (reading '" + std::string(property) + "')");
}

Error Builder::finish(Draft& draft) {
  Field& field = *draft.field;
  if (!field.type_name().empty()) {
    GS_TRY_OK(note_root(draft, "references"));
    field.root->add_reference(field.type_name());
  }
  if (field.type->kind != TypeKind::reference) draft.set("type", Source(field.type->name_value));
  draft.properties.order();
  field.properties.reserve(draft.properties.list().size());
  for (const Entry& entry : draft.properties.list()) {
    GS_TRY(Property property, freeze(entry));
    if (entry.key == "required") set_required(field, entry.value, property);
    if (entry.key == "type") {
      property.slot = Property::Slot::type;
      if (field.type->kind != TypeKind::reference) property.js.reset();
    }
    field.properties.push_back(std::move(property));
  }
  compile(field);
  return {};
}

Result<std::shared_ptr<const Struct>> Builder::make_struct(const Entries& entries) {
  auto out = std::make_shared<Struct>();
  std::unordered_map<std::string, std::size_t> places;
  const auto put = [&](std::string_view name, Member member) {
    member.name = name;
    const auto [place, added] = places.emplace(name, out->members.size());
    if (added) {
      out->members.push_back(std::move(member));
    } else {
      out->members[place->second] = std::move(member);
    }
  };
  for (const Entry& entry : entries.list()) {
    std::string_view name = entry.key;
    if (name == "__proto__") return unsupported("a field named __proto__");
    GS_TRY(const Parsed parsed, parse(entry.value));
    Member member;
    if (parsed.type == nullptr) {
      member.function = *entry.value.js;
      put(name, std::move(member));
      continue;
    }
    const Source asked = property(entry.value, "required");
    if (asked.js != nullptr && holds_schema(*asked.js)) {
      return unsupported("a schema in the option required");
    }
    const bool optional = !name.empty() && name.back() == '?';
    if (optional) name.remove_suffix(1);
    GS_TRY(member.field, make(parsed.type, parsed.defs));
    demand(*member.field, optional                    ? boolean(false)
                          : asked.is(Kind::undefined) ? boolean(true)
                                                      : asked);
    put(name, std::move(member));
  }
  order_keys(out->members, [](const Member& member) -> std::string_view { return member.name; });
  out->replaces_check = places.contains("check");
  if (out->members.size() >= kIndexedMembersMin) {
    for (std::size_t i = 0; i < out->members.size(); ++i) {
      out->index.emplace(out->members[i].name, i);
    }
  }
  return std::shared_ptr<const Struct>(std::move(out));
}

// field.required = field.required && required
void Builder::demand(Field& field, const Source& required) {
  const auto found = std::find_if(field.properties.begin(), field.properties.end(),
                                  [](const Property& p) { return p.name == "required"; });
  Property* property = found == field.properties.end() ? nullptr : &*found;
  if (property == nullptr) {
    property = &field.properties.emplace_back();
    property->name = "required";
    set_required(field, Source(), *property);
  }
  if (field.required) set_required(field, required, *property);
}

}  // namespace gs::schema
