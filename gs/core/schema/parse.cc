// Which of its forms a piece of a definition has. The order of the questions belongs to the
// language.
#include "gs/core/schema/builder.h"
#include "gs/core/schema/js_text.h"
#include "gs/core/schema/limits.h"
#include "gs/core/schema/thrown.h"

namespace gs::schema {
namespace {

// "?name" and "name?" make a field optional.
struct Optional {
  std::string_view name;
  bool optional = false;
};

Optional strip_front(std::string_view text) {
  if (text.empty() || text[0] != '?') return {text, false};
  return {text.substr(1), true};
}

Optional strip_back(std::string_view text) {
  if (text.empty() || text.back() != '?') return {text, false};
  return {text.substr(0, text.size() - 1), true};
}

Error invalid_definition(const Source& source) {
  static const JsValue undefined;
  const JsValue& value = source.js == nullptr ? undefined : *source.js;
  std::string thrown;
  const auto text = text_of(value, thrown);
  if (!text) return thrown_error(thrown);
  return thrown_error("Error: Invalid definition: \"" + *text + "\" of type " +
                      std::string(type_of(value)));
}

}  // namespace

Source Builder::boolean(bool value) {
  JsValue made;
  made.kind = Kind::boolean;
  made.boolean = value;
  return Source(arena_.value(std::move(made)));
}

Result<Parsed> Builder::parse(const Source& source) {
  if (source.is(Kind::function)) return Parsed();
  if (source.is(Kind::string)) return parse_text(source);
  if (source.is(Kind::array) || source.what == Source::What::items) {
    Parsed tuple;
    tuple.type = *root_.find_type("tuple");
    tuple.defs.set("value", source);
    return tuple;
  }
  if (source.is(Kind::null)) {
    return thrown_error("TypeError: Cannot read properties of null (reading 'schema')");
  }
  if (!source.is_js() || (source.js != nullptr && source.js->kind >= Kind::array)) {
    return parse_object(source);
  }
  return invalid_definition(source);
}

Result<Parsed> Builder::parse_text(const Source& source) {
  if (source.js->text.empty()) return invalid_definition(source);
  Entries& long_form = arena_.object();
  long_form.set("type", source);
  return parse_long(Source(long_form));
}

Result<Parsed> Builder::parse_object(const Source& source) {
  GS_TRY(std::optional<Parsed> schema, parse_embedded(source));
  if (schema) return *std::move(schema);
  const std::string_view first = first_letter_key(source);
  if (is_first_upper(first)) return parse_kind(source, first);
  if (property(source, "type").truthy()) return parse_long(source);
  if (first.empty()) {
    return thrown_error("TypeError: Cannot read properties of undefined (reading 'endsWith')");
  }
  if (source.is_js()) {
    if (auto shorthand = parse_short(source, first)) return *std::move(shorthand);
  }
  Parsed fields;
  fields.type = type_of_struct();
  fields.defs.set("schema", source);
  return fields;
}

Result<std::optional<Parsed>> Builder::parse_embedded(const Source& source) {
  GS_TRY(Schema* const schema, embedded(source));
  if (schema == nullptr) return std::optional<Parsed>();
  for (const std::string& reference : schema->references()) root_.add_reference(reference);
  for (const auto& relation : schema->relations()) root_.add_relation(relation);
  GS_TRY_OK(keep(*schema));
  Parsed parsed;
  parsed.type = type_of_struct();
  parsed.defs.set("schema", schema->structure() == nullptr ? Source(*schema->field())
                                                           : Source(schema->structure()));
  return std::optional<Parsed>(std::move(parsed));
}

Result<Schema*> Builder::embedded(const Source& source) const {
  if (source.what == Source::What::schema) return source.schema;
  const auto named = [](const Source& value) {
    return value.is(Kind::object) && value.js->text == "Schema";
  };
  const Source inner = property(source, "schema");
  const Source* const found = named(source) ? &source : named(inner) ? &inner : nullptr;
  if (found == nullptr) {
    return inner.what == Source::What::schema ? inner.schema : static_cast<Schema*>(nullptr);
  }
  if (found->js->function >= host_.schemas.size()) return unsupported("an unknown schema");
  return host_.schemas[found->js->function].get();
}

Result<Parsed> Builder::parse_long(const Source& source) {
  const Source type = property(source, "type");
  if (!type.is(Kind::string)) {
    return thrown_error("TypeError: type.startsWith is not a function");
  }
  const Optional name = strip_front(type.js->text);
  const Source asked = property(source, "required");
  const Source required = name.optional               ? boolean(false)
                          : asked.is(Kind::undefined) ? boolean(true)
                                                      : asked;
  Parsed parsed;
  if (is_first_upper(name.name)) {
    JsValue target;
    target.kind = Kind::string;
    target.text = name.name;
    parsed.type = *root_.find_type("reference");
    parsed.defs.set("one", Source(arena_.value(std::move(target))));
  } else {
    const TypePtr* const known = root_.find_type(name.name);
    if (known == nullptr) return thrown_error("Error: Unknown type " + std::string(name.name));
    parsed.type = *known;
  }
  parsed.defs.set("required", required);
  GS_TRY(const Entries rest, own_entries(source, arena_));
  for (const Entry& entry : rest.list()) parsed.defs.set(entry.key, entry.value);
  parsed.defs.order();
  return parsed;
}

std::optional<Parsed> Builder::parse_short(const Source& source, std::string_view first) {
  const Optional name = strip_back(first);
  const TypePtr* const type = root_.find_type(name.name);
  if (type == nullptr) return std::nullopt;
  const Source asked = property(source, "required");
  const Source required = name.optional               ? boolean(false)
                          : asked.is(Kind::undefined) ? boolean(true)
                                                      : asked;
  Parsed parsed;
  parsed.type = *type;
  parsed.defs.set("type", Source((*type)->name_value));
  parsed.defs.set((*type)->name, property(source, first));
  parsed.defs.set("required", required);
  for (const auto& [key, value] : source.js->members) {
    if (key != first) parsed.defs.set(key, Source(value));
  }
  parsed.defs.order();
  return parsed;
}

Parsed Builder::parse_kind(const Source& source, std::string_view first) {
  Parsed parsed;
  parsed.type = type_of_struct();
  Entries& fields = arena_.object();
  for (const auto& [key, value] : source.js->members) {
    if (key != first) fields.set(key, Source(value));
  }
  parsed.defs.set("schema", Source(fields));
  parsed.has_kind = true;
  parsed.kind = lower_camel(first);
  parsed.meta = property(source, first);
  return parsed;
}

const TypePtr& Builder::type_of_struct() const { return *root_.find_type("schema"); }

Error Builder::keep(Schema& schema) {
  if (&schema == &root_) return {};
  for (const SchemaPtr& kept : root_.shared_) {
    if (kept.get() == &schema) return {};
  }
  if (schema.nesting_ >= kDefinitionNestingMax) {
    return Error(Code::too_large,
                 "definition: nesting of schemas exceeds " + std::to_string(kDefinitionNestingMax));
  }
  root_.nesting_ = std::max(root_.nesting_, schema.nesting_ + 1);
  root_.shared_.push_back(schema.shared_from_this());
  return {};
}

}  // namespace gs::schema
