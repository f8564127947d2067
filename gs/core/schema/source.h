// What a parser reads: a piece of a definition, wherever it comes from.
//
// Mostly it is a JavaScript value that the user wrote. It can also be a field, a struct or a whole
// schema that was built before, because projections and embedded schemas are parsed once more from
// those, and an object that the parser itself put together. A Source is a view: it owns nothing.
#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>

#include "gs/core/schema/field.h"

namespace gs::schema {

class Entries;

struct Source {
  enum class What : std::uint8_t { js, field, structure, schema, items, entries };

  What what = What::js;
  const JsValue* js = nullptr;  // null: undefined
  const Field* field = nullptr;
  std::shared_ptr<const Struct> structure;
  Schema* schema = nullptr;
  const std::vector<std::unique_ptr<Field>>* items = nullptr;
  const Entries* entries = nullptr;

  Source() = default;
  explicit Source(const JsValue& value) : js(&value) {}
  explicit Source(const Field& from) : what(What::field), field(&from) {}
  explicit Source(Schema& from) : what(What::schema), schema(&from) {}
  explicit Source(const Entries& from) : what(What::entries), entries(&from) {}
  explicit Source(std::shared_ptr<const Struct> from)
      : what(What::structure), structure(std::move(from)) {}

  bool is_js() const noexcept { return what == What::js; }
  bool is(Kind kind) const noexcept {
    return is_js() && (js == nullptr ? Kind::undefined : js->kind) == kind;
  }
  bool nullish() const noexcept { return is_js() && (js == nullptr || is_nullish(*js)); }
  bool truthy() const noexcept { return !is_js() || (js != nullptr && is_truthy(*js)); }
};

struct Entry {
  std::string_view key;
  Source value;
};

// An object that was put together: setting a key again keeps its place.
class Entries {
 public:
  void set(std::string_view key, Source value);
  const Source* find(std::string_view key) const noexcept;
  // The value, or undefined.
  Source get(std::string_view key) const {
    const Source* const found = find(key);
    return found == nullptr ? Source() : *found;
  }
  // Puts the keys into JavaScript's order; nothing is set after that.
  void order();
  const std::vector<Entry>& list() const noexcept { return list_; }

 private:
  // Index of the key; the number of keys when there is none.
  std::size_t place(std::string_view key) const noexcept;

  std::vector<Entry> list_;
  std::unordered_map<std::string_view, std::size_t> index_;  // when there are many
};

// What the user's text is cut into lives here as long as a schema is being built.
struct Arena {
  std::vector<std::unique_ptr<std::string>> names;
  std::vector<std::unique_ptr<JsValue>> values;
  std::vector<std::unique_ptr<Entries>> objects;

  std::string_view name(std::string text);
  const JsValue& value(JsValue value);
  Entries& object();
};

// source[name] of an own property; undefined for what has none.
Source property(const Source& source, std::string_view name);
// Object.entries(source). Errors: invalid (TypeError) for undefined and null, too_large.
Result<Entries> own_entries(const Source& source, Arena& arena);
// The first key that begins with a letter; empty when there is none. `source` is no null.
std::string_view first_letter_key(const Source& source);

bool is_first_upper(std::string_view text) noexcept;
// With its first character in lower case (lower.cc).
std::string lower_camel(std::string_view text);

}  // namespace gs::schema
