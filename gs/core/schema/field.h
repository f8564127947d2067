// A parsed definition: fields with their types, as a tree of compact nodes.
//
// A Struct is an ordered list of named fields, a Field one type with its options. What checking
// needs is compiled (kind, flags, length); everything else that the definition said stays in
// `properties`, in JavaScript's order, for whoever prints the schema or knows more options
// (default, min, max, pattern). Immutable after it was built; safe to read from any thread. A Field
// refers to the schema it was parsed in, which must outlive it: schemas keep those whose parts they
// share.
#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>

#include "gs/core/schema/js_text.h"
#include "gs/core/schema/types.h"

namespace gs::schema {

class Schema;
struct Field;
struct Struct;

// One own property of a field: where its value is, or, for `js`, the value.
struct Property {
  enum class Slot : std::uint8_t { js, required, type, value, items, structure, shared };

  std::string name;
  Slot slot = Slot::js;
  std::unique_ptr<JsValue> js;    // null: undefined. Also the odd values of `required` and `type`
  const Field* shared = nullptr;  // a field of this field's own structure
};

enum class Validate : std::uint8_t { none, function, not_callable };

struct Field {
  TypePtr type;
  Schema* root = nullptr;
  bool required = false;
  // Options that say more than the check of a value; true when the definition has them at all.
  bool unique = false;
  bool index = false;
  bool primary = false;
  bool many = false;       // reference: `target` is what each element is checked against
  bool has_target = true;  // reference: false when the definition names no schema
  // `length`: bounds that are not zero. Odd: a bound is no number, see the property.
  bool has_length = false;
  bool odd_length = false;
  double length_min = 0;
  double length_max = 0;
  Validate validate = Validate::none;
  std::uint32_t validate_function = 0;
  std::string target;                         // reference
  std::unique_ptr<Field> value;               // array, set, object, map: of each element
  std::vector<std::unique_ptr<Field>> items;  // tuple
  std::shared_ptr<const Struct> structure;    // schema
  std::vector<Property> properties;

  const Property* find(std::string_view name) const noexcept;
  // The value of a property that is plain data; null when there is none, or it is undefined.
  const JsValue* data(std::string_view name) const noexcept;
  // As in `field.type`: an entity's name for references; empty when undefined.
  std::string_view type_name() const noexcept;
  // Of an element of a tuple; empty when it has none.
  std::string_view item_name() const noexcept;
};

// A field, or a function that was kept as it is.
struct Member {
  std::string name;
  std::unique_ptr<Field> field;  // null: a function
  JsValue function;
};

struct Struct {
  std::vector<Member> members;  // in JavaScript's order of keys
  // A field named `check` takes the place of what checks the struct; a function is called instead.
  bool replaces_check = false;
  // Of structs with many members.
  std::unordered_map<std::string_view, std::size_t> index;

  const Member* find(std::string_view name) const noexcept;
};

// Below this many members a walk over them is faster than a hash.
inline constexpr std::size_t kIndexedMembersMin = 12;

}  // namespace gs::schema
