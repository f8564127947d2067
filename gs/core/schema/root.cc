// Reads kind, options and indexes off a definition, and has the builder make the fields.
#include "gs/core/schema/root.h"

#include "gs/core/schema/js_text.h"
#include "gs/core/schema/own_keys.h"
#include "gs/core/schema/thrown.h"

namespace gs::schema {
namespace {

constexpr std::string_view kStoredKinds[] = {"entity",  "registry", "dictionary", "journal",
                                             "details", "relation", "view"};

bool is_stored(std::string_view kind) noexcept {
  return std::find(std::begin(kStoredKinds), std::end(kStoredKinds), kind) !=
         std::end(kStoredKinds);
}

// `const { name = fallback } = meta`, then `name || before`.
std::string word(const Source& value, const char* fallback, const std::string& before) {
  if (value.is(Kind::undefined)) return fallback;
  return value.truthy() && value.is_js() ? described(*value.js) : before;
}

bool is_array(const Source& value) noexcept { return value.is(Kind::array); }

}  // namespace

Error Root::read(const JsValue& definition) {
  GS_TRY(const Parsed parsed, builder_.parse(Source(definition)));
  if (parsed.type == nullptr) {
    return thrown_error("TypeError: Cannot read properties of undefined (reading 'type')");
  }
  if (parsed.type->name == "schema") return read_struct(parsed);
  schema_.kind_ = parsed.type->category;
  GS_TRY(schema_.field_, builder_.make(parsed.type, parsed.defs));
  return {};
}

Error Root::read_struct(const Parsed& parsed) {
  GS_TRY(Entries fields, take_metadata(parsed.defs.get("schema")));
  if (parsed.has_kind) {
    GS_TRY(const Entries more, take_kind(parsed.kind, parsed.meta));
    for (const Entry& entry : more.list()) fields.set(entry.key, entry.value);
    fields.order();
  }
  GS_TRY(schema_.structure_, builder_.make_struct(fields));
  return {};
}

Result<Entries> Root::take_metadata(const Source& fields) {
  GS_TRY(const Entries all, own_entries(fields, builder_.arena()));
  Entries rest;
  for (const auto& [key, field] : all.list()) {
    GS_TRY(const bool is_index, take_index(key, field));
    if (!is_index && !take_option(key, field)) rest.set(key, field);
  }
  return rest;
}

Result<bool> Root::take_index(std::string_view key, const Source& field) {
  if (field.nullish()) {
    return thrown_error("TypeError: Cannot destructure property 'index' of 'field' as it is " +
                        std::string(field.is(Kind::null) ? "null." : "undefined."));
  }
  Source columns = property(field, "index");
  if (!columns.truthy()) columns = property(field, "primary");
  if (!columns.truthy()) columns = property(field, "unique");
  const bool is_index = is_array(columns);
  if (!is_index && !property(field, "many").truthy()) return is_index;
  Index index;
  index.name = key;
  if (field.is_js()) index.definition = *field.js;
  if (field.what == Source::What::field) index.field = field.field;
  schema_.indexes_.push_back(std::move(index));
  return is_index;
}

bool Root::take_option(std::string_view key, const Source& field) {
  if (!field.is(Kind::function)) return false;
  Options& options = schema_.options_;
  std::optional<std::uint32_t>* const option = key == "validate"    ? &options.validate
                                               : key == "parse"     ? &options.parse
                                               : key == "serialize" ? &options.serialize
                                               : key == "format"    ? &options.format
                                                                    : nullptr;
  if (option == nullptr) return false;
  *option = field.js->function;
  return true;
}

Result<Entries> Root::take_kind(const std::string& kind, const Source& meta) {
  if (meta.is(Kind::null)) {
    return thrown_error("TypeError: Cannot read properties of null (reading 'scope')");
  }
  GS_TRY(const Schema* const schema, builder_.embedded(meta));
  if (schema != nullptr) return unsupported("a schema as the options of a kind");
  const bool stored = is_stored(kind);
  schema_.scope_ = word(property(meta, "scope"), stored ? "application" : "local", schema_.scope_);
  schema_.store_ = word(property(meta, "store"), stored ? "persistent" : "memory", schema_.store_);
  schema_.allow_ = word(property(meta, "allow"), "write", schema_.allow_);
  if (!kind.empty()) schema_.kind_ = kind;
  const bool is_projection = kind == "projection";
  const Source parent = property(meta, is_projection ? "schema" : "parent");
  schema_.parent_ = parent.truthy() ? word(parent, "", schema_.parent_) : schema_.parent_;
  if (!meta.is(Kind::undefined)) {
    GS_TRY(const Entries entries, own_entries(meta, builder_.arena()));
    for (const auto& [key, value] : entries.list()) {
      if (key == "kind" || key == "scope" || key == "store" || key == "allow" || key == "parent") {
        continue;
      }
      if (!value.is_js()) return unsupported("a schema as an option of a kind");
      schema_.custom_.emplace_back(std::string(key), value.js == nullptr ? JsValue() : *value.js);
    }
  }
  if (is_projection) return project(meta);
  Entries fields;
  if (!stored) return fields;
  JsValue optional;
  optional.kind = Kind::string;
  optional.text = "?string";
  Arena& arena = builder_.arena();
  const std::string& name = schema_.name();
  fields.set(arena.name(name.empty() ? "id" : lower_camel(name) + "Id"),
             Source(arena.value(std::move(optional))));
  return fields;
}

Result<Entries> Root::project(const Source& meta) {
  const Source name = property(meta, "schema");
  const Source keys = property(meta, "fields");
  if (!name.truthy() && !keys.truthy()) return thrown_error("Error: Invalid Projection");
  const Schema* const parent =
      name.is(Kind::string) ? schema_.find_reference(name.js->text) : nullptr;
  if (keys.is(Kind::string) || keys.is(Kind::set) || keys.is(Kind::map)) {
    return unsupported("a projection whose fields are no array");
  }
  if (!is_array(keys)) return thrown_error("TypeError: fields is not iterable");
  Entries fields;
  for (const JsValue& key : keys.js->items) {
    if (parent == nullptr) {
      return thrown_error("TypeError: Cannot read properties of null (reading 'fields')");
    }
    std::string thrown;
    const auto text = text_of(key, thrown);
    if (!text) return unsupported("a projection of a field that is not named by a string");
    const std::string_view field = builder_.arena().name(*text);
    const Source found = parent->structure() == nullptr
                             ? property(Source(*parent->field()), field)
                             : property(Source(parent->structure()), field);
    if (found.is(Kind::undefined) && is_inherited_key(field)) {
      return unsupported("a projection of a method");
    }
    fields.set(field, found);
  }
  fields.order();
  return fields;
}

}  // namespace gs::schema
