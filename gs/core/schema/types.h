// Types that fields can have: those of Metaschema, and what a model adds to them.
//
// A model may give a type metadata, make an alias of a type (`js`), or make one of its own, whose
// functions `construct` and `checkType` the host calls. Metaschema keeps metadata of its own types
// for the whole process; here they are those of one model. Immutable once made; safe to share.
// Errors: invalid, with the text that Metaschema throws.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "globalstorage/result.h"
#include "gs/core/schema/js_value.h"

namespace gs::schema {

enum class TypeKind : std::uint8_t {
  string,
  number,
  bigint,
  boolean,
  enumeration,
  object,
  map,
  array,
  set,
  reference,
  schema,
  tuple,
  json,
  custom
};

struct Type {
  std::string name;    // of an alias: its own
  JsValue name_value;  // the same, as a string
  TypeKind kind = TypeKind::json;
  // "scalar" or "struct"; what a type of one's own says, "" when it says nothing.
  std::string category;
  std::vector<std::pair<std::string, JsValue>> metadata;
  std::uint32_t construct = 0;   // custom
  std::uint32_t check_type = 0;  // custom
};

using TypePtr = std::shared_ptr<const Type>;

class Types {
 public:
  // Those of Metaschema alone; one for the process, immutable.
  static const Types& builtin();
  // With those of a model: an object of names and declarations.
  static Result<Types> with(const JsValue& declarations);

  // Null when there is none; valid as long as this table.
  const TypePtr* find(std::string_view name) const noexcept;
  // In order of their declaration, Metaschema's first.
  const std::vector<TypePtr>& all() const noexcept { return list_; }

 private:
  void add(TypePtr type);
  Error declare(const std::string& name, const JsValue& declaration);

  std::vector<TypePtr> list_;
  std::unordered_map<std::string_view, std::size_t> index_;
};

// The word that typeof gives for values of a scalar type; empty for others.
std::string_view scalar_word(TypeKind kind) noexcept;

}  // namespace gs::schema
