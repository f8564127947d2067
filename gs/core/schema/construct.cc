// What each type makes of its part of a definition.
#include "gs/core/schema/draft.h"
#include "gs/core/schema/js_text.h"
#include "gs/core/schema/thrown.h"

namespace gs::schema {

Error Builder::construct(Draft& draft) {
  switch (draft.field->type->kind) {
    case TypeKind::enumeration:
      draft.set("enum", draft.get("enum"));
      return {};
    case TypeKind::object:
    case TypeKind::map:
      return construct_object(draft);
    case TypeKind::array:
    case TypeKind::set:
      return construct_array(draft);
    case TypeKind::reference:
      return construct_reference(draft);
    case TypeKind::schema:
      return construct_schema(draft);
    case TypeKind::tuple:
      return construct_tuple(draft);
    case TypeKind::custom:
      return construct_custom(draft);
    default:
      return {};
  }
}

Error Builder::make_value(Draft& draft, const Source& source) {
  GS_TRY(const Parsed parsed, parse(source));
  if (parsed.type == nullptr) return thrown_error("TypeError: Type is not a constructor");
  GS_TRY(draft.field->value, make(parsed.type, parsed.defs));
  Source value(*draft.field->value);
  draft.set("value", std::move(value));
  return {};
}

Error Builder::construct_object(Draft& draft) {
  Source key = draft.get("key");
  Source value = draft.get("value");
  const Source shorthand = draft.get(draft.field->type->name);
  if (shorthand.truthy()) {
    GS_TRY(const Entries entries, own_entries(shorthand, arena_));
    if (entries.list().empty()) {
      return thrown_error(
          "TypeError: undefined is not iterable (cannot read property Symbol(Symbol.iterator))");
    }
    JsValue name;
    name.kind = Kind::string;
    name.text = entries.list()[0].key;
    key = Source(arena_.value(std::move(name)));
    value = entries.list()[0].value;
  }
  draft.set("key", key);
  return make_value(draft, value);
}

Error Builder::construct_array(Draft& draft) {
  const Source shorthand = draft.get(draft.field->type->name);
  return make_value(draft, shorthand.truthy() ? shorthand : draft.get("value"));
}

Error Builder::construct_reference(Draft& draft) {
  const Source many = draft.get("many");
  const Source one = draft.get("one");
  Field& field = *draft.field;
  const Source target = one.truthy() ? one : many;
  if (!target.is(Kind::string) && !target.is(Kind::undefined)) {
    return unsupported("a relation to what is not a name");
  }
  field.has_target = target.is(Kind::string);
  if (field.has_target) field.target = target.js->text;
  draft.set(many.truthy() ? "many" : "one", target);
  draft.set("type", target);
  GS_TRY_OK(note_root(draft, "relations"));
  field.root->add_relation(
      std::make_shared<const Relation>(Relation{field.has_target, field.target, many.truthy()}));
  return {};
}

// The one type of a schema that is no struct, as fields. Its second property is its schema, which
// Metaschema takes for a field again, until its stack is full; numbered ones come before that.
Error Builder::endless(const Field& field) {
  Entries numbered;
  std::uint32_t index = 0;
  GS_TRY(const Entries all, own_entries(Source(field), arena_));
  for (const Entry& entry : all.list()) {
    if (is_index_key(entry.key, index)) numbered.set(entry.key, entry.value);
  }
  GS_TRY(const std::shared_ptr<const Struct> first, make_struct(numbered));
  return thrown_error(kFullStack);
}

Error Builder::construct_schema(Draft& draft) {
  Field& field = *draft.field;
  const Source schema = draft.get("schema");
  const Source required = draft.get("required");
  draft.set("required", required.truthy() ? required : boolean(true));
  if (schema.what == Source::What::structure) {
    field.structure = schema.structure;
  } else if (schema.what == Source::What::field && schema.field == schema.field->root->field()) {
    return endless(*schema.field);
  } else {
    GS_TRY(const Entries entries, own_entries(schema, arena_));
    GS_TRY(field.structure, make_struct(entries));
  }
  draft.set("schema", Source(field.structure));
  const Source validate = property(schema, "validate");
  draft.set("validate", validate.truthy() ? validate : Source());
  return {};
}

Error Builder::construct_tuple(Draft& draft) {
  const Source value = draft.get("value");
  const Source list = value.truthy() ? value : draft.get("tuple");
  if (list.nullish()) {
    return thrown_error("TypeError: Cannot read properties of " +
                        std::string(list.is(Kind::null) ? "null" : "undefined") +
                        " (reading 'map')");
  }
  Field& field = *draft.field;
  if (list.what == Source::What::items) {
    // A tuple that was made before is no definition of one: each element has its schema as first
    // property, which is no scalar.
    if (!list.items->empty()) {
      GS_TRY(const std::string text, list.items->front()->root->to_json());
      return thrown_error("TypeError: Type " + text + " is not a scalar");
    }
  } else if (!list.is(Kind::array)) {
    return thrown_error("TypeError: tuple.map is not a function");
  } else {
    for (const JsValue& element : list.js->items) {
      GS_TRY(std::unique_ptr<Field> item, tuple_item(Source(element)));
      field.items.push_back(std::move(item));
    }
  }
  Source items;
  items.what = Source::What::items;
  items.items = &field.items;
  draft.set("value", std::move(items));
  return {};
}

Result<std::unique_ptr<Field>> Builder::tuple_item(const Source& source) {
  Source scalar = source;
  std::string_view name;
  if (source.is(Kind::object) && source.js->text == "Schema") {
    return unsupported("a schema in a tuple");
  }
  if (!source.is(Kind::string)) {
    GS_TRY(const Entries entries, own_entries(source, arena_));
    if (entries.list().empty()) {
      return thrown_error(
          "TypeError: (intermediate value)(intermediate value)(intermediate value) is not "
          "iterable");
    }
    name = entries.list()[0].key;
    scalar = entries.list()[0].value;
  }
  GS_TRY(const Parsed parsed, parse(scalar));
  if (parsed.type == nullptr || parsed.type->category != "scalar") {
    return no_scalar(scalar);
  }
  GS_TRY(std::unique_ptr<Field> item, make(parsed.type, parsed.defs));
  if (!name.empty()) {
    const auto known = std::find_if(item->properties.begin(), item->properties.end(),
                                    [](const Property& old) { return old.name == "name"; });
    Property& property = known == item->properties.end() ? item->properties.emplace_back() : *known;
    property.name = "name";
    property.js = std::make_unique<JsValue>();
    property.js->kind = Kind::string;
    property.js->text = name;
  }
  return item;
}

Error Builder::no_scalar(const Source& source) const {
  std::string thrown;
  auto text = text_of(*source.js, thrown);
  if (source.is(Kind::object) && source.js->text == "Schema") {
    GS_TRY(const Schema* const schema, embedded(source));
    GS_TRY(text, schema->to_json());
  }
  if (!text) return thrown_error(thrown);
  return thrown_error("TypeError: Type " + *text + " is not a scalar");
}

Error Builder::construct_custom(Draft& draft) {
  if (host_.functions == nullptr) return unsupported("a type with functions, which nobody calls");
  JsValue definition;
  definition.kind = Kind::object;
  definition.text = "Object";
  for (const Entry& entry : draft.defs->list()) {
    if (!entry.value.is_js()) continue;
    definition.members.emplace_back(std::string(entry.key),
                                    entry.value.js == nullptr ? JsValue() : *entry.value.js);
  }
  const Outcome outcome =
      host_.functions->call(draft.field->type->construct, std::span(&definition, 1));
  return outcome.threw ? thrown_error(outcome.thrown) : Error();
}

}  // namespace gs::schema
