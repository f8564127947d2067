// Reads definitions into fields: which form a piece has (parse.cc) and what its type makes of it
// (construct.cc).
//
// One builder builds one schema. Recursion is bounded by the nesting of the definition, work and
// memory by the budget of fields. Errors: invalid (what Metaschema throws), too_large.
#pragma once

#include "gs/core/schema/schema.h"
#include "gs/core/schema/source.h"

namespace gs::schema {

// What a piece of a definition turned out to be.
struct Parsed {
  TypePtr type;  // null: a function, kept as it is
  Entries defs;  // what the constructor of the type gets
  // A kind in front of the fields, as `{ Entity: {...} }`; at the root only it has an effect.
  bool has_kind = false;
  std::string kind;
  Source meta;
};

class Builder {
 public:
  Builder(Schema& root, const Host& host, Budget& budget)
      : root_(root), host_(host), budget_(budget) {}

  Result<Parsed> parse(const Source& source);
  Result<std::unique_ptr<Field>> make(TypePtr type, const Entries& defs);
  Result<std::shared_ptr<const Struct>> make_struct(const Entries& entries);
  // The schema that this piece stands for; null when it stands for none.
  Result<Schema*> embedded(const Source& source) const;
  Arena& arena() noexcept { return arena_; }

 private:
  Result<Parsed> parse_text(const Source& source);
  Result<Parsed> parse_object(const Source& source);
  Result<std::optional<Parsed>> parse_embedded(const Source& source);
  Result<Parsed> parse_long(const Source& source);
  Parsed parse_kind(const Source& source, std::string_view first);
  std::optional<Parsed> parse_short(const Source& source, std::string_view first);
  const TypePtr& type_of_struct() const;

  // A field on its way: properties whose values are still pieces of the definition.
  struct Draft;
  Error take_options(Draft& draft, const Entries& defs);
  Error construct(Draft& draft);
  Error construct_object(Draft& draft);
  Error construct_array(Draft& draft);
  Error construct_reference(Draft& draft);
  Error construct_schema(Draft& draft);
  Error endless(const Field& field);
  Error construct_tuple(Draft& draft);
  Result<std::unique_ptr<Field>> tuple_item(const Source& source);
  Error no_scalar(const Source& source) const;
  Error construct_custom(Draft& draft);
  Error make_value(Draft& draft, const Source& source);
  Error finish(Draft& draft);
  static void demand(Field& field, const Source& required);
  Error note_root(const Draft& draft, std::string_view property) const;

  Error keep(Schema& schema);
  Source boolean(bool value);

  Schema& root_;
  const Host& host_;
  Budget& budget_;
  Arena arena_;
};

}  // namespace gs::schema
