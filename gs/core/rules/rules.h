// What a schema says about the records of one collection: the storage profile of Metaschema.
//
// The same schemas as gs/core/schema, read for a database: a relation is the id of a record (or a
// list of ids), `default`, `min`, `max` and `pattern` count, `unique` and `index` make secondary
// indexes, and each field may name how concurrent writes of it merge. docs/SCHEMA.md tells users.
//
// check() looks at a record's bytes where they are. Of a record that is right and needs none of the
// host's functions it looks at each field once and allocates nothing.
//
// Immutable once compiled; for any thread, as far as the host's functions are.
// Errors: invalid (what the schema says cannot be kept), too_large.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "gs/core/record/layout.h"
#include "gs/core/record/mutex.h"
#include "gs/core/record/record.h"
#include "gs/core/rules/rule.h"
#include "gs/core/schema/schema.h"

namespace gs::rules {

// How concurrent writes of a field, or a deletion beside an update, become one.
enum class Merge : std::uint8_t {
  lww,
  counter,
  set,
  list,
  text,
  tree,
  object,
  max,
  min,
  first,
  conflict,
  contract,
  whole  // of an object: lww or conflict, said by the schema
};
enum class Removal : std::uint8_t { delete_wins, update_wins, archive };
enum class Allow : std::uint8_t { write, append, read };
enum class Scope : std::uint8_t { application, global, local };

// An index: fields, and the bytes of the path of each; and indexes of one collection, each of which
// costs every write of a record.
inline constexpr std::size_t kIndexFieldsMax = 16;
inline constexpr std::size_t kIndexPathBytesMax = 4096;
inline constexpr std::size_t kIndexesMax = 256;

struct FieldRule {
  std::string name;
  Rule rule;
  Merge merge = Merge::lww;
  std::string contract;  // of Merge::contract
  // Earlier names of the field, newest first, and the function that makes its value of an old one.
  std::vector<std::string> was;
  std::optional<std::uint32_t> convert;
  std::string convert_text;  // its source
};

// A secondary index as the schema declares it.
struct IndexDefinition {
  std::string collection;
  std::vector<std::string> fields;  // paths
  bool unique = false;
  // Which field is an array or a set, of which each element has an entry.
  std::optional<std::uint32_t> many = {};
  // What else decides about its keys, when records of older shapes are read otherwise than they are
  // stored (docs/FORMAT.md "Index definition").
  std::optional<Digest> lift = std::nullopt;

  // Names the index wherever it is: SHA-256 of its definition (docs/FORMAT.md "Index definition").
  Digest digest() const;
  // For people: "City(country, name)".
  std::string text() const;
};

class Rules {
 public:
  // What the compiler asks of whoever read the schema's files.
  struct Host {
    schema::Functions* functions = nullptr;
    // The function (source, flags) that gives a function which tests a text; null: patterns are
    // refused.
    const schema::JsValue* make_pattern = nullptr;
    // The function (function) that gives its source; null: sources are not known.
    const schema::JsValue* source_of = nullptr;
    Digest source;  // of all files of the schema
  };
  // `has_kind`: the definition names a kind; without one the records are stored, whatever
  // Metaschema says about where structs are. Nothing is kept of the arguments.
  static Result<std::shared_ptr<const Rules>> compile(const schema::Schema& schema, bool has_kind,
                                                      const Host& host);

  const std::string& collection() const noexcept { return collection_; }
  const std::string& kind() const noexcept { return kind_; }  // "Entity"; "struct": it names none
  const record::Layout& layout() const noexcept { return layout_; }
  const std::vector<IndexDefinition>& indexes() const noexcept { return indexes_; }
  const std::vector<FieldRule>& fields() const noexcept { return fields_; }
  Allow allow() const noexcept { return allow_; }
  Scope scope() const noexcept { return scope_; }
  Removal removal() const noexcept { return removal_; }
  bool in_memory() const noexcept { return in_memory_; }
  const FieldRule* find(std::string_view name) const noexcept;
  // Null: the field has none.
  const record::Layout::Default* find_default(std::string_view name) const noexcept;
  // Whether it is the earlier name of a field; whether there are such names.
  bool is_earlier(std::string_view name) const noexcept;
  bool has_earlier() const noexcept { return !earlier_.empty(); }
  // Whether records of some shapes are read otherwise than they are stored (lift.h).
  bool may_lift() const noexcept { return may_lift_; }

  // How records of one shape are checked; made once for a shape.
  class Plan {
   public:
    const record::ShapePtr& shape() const noexcept { return shape_; }

   private:
    friend class Rules;
    struct Look {
      std::size_t field;
      const FieldRule* rule;
    };
    record::ShapePtr shape_;
    bool is_right_ = false;              // but for what `looks_` and the required fields say
    std::vector<Look> looks_;            // fields whose values need a look
    std::vector<std::uint64_t> needed_;  // by word of presence: bits that must be set
    std::vector<std::uint64_t> given_;   // and what they must be
  };
  // Remembers kPlansMax of them.
  std::shared_ptr<const Plan> plan(const record::ShapePtr& shape) const;
  static constexpr std::size_t kPlansMax = 1024;

  // Whether the record, of the plan's shape, is right. Without functions only what needs none.
  bool accepts(const Plan& plan, const record::RecordView& record,
               schema::Functions* functions) const;
  // All that is wrong with a record, up to kViolationsMax.
  std::vector<Violation> check(const record::RecordView& record,
                               schema::Functions* functions) const;
  // The same of the fields that an update writes; a field that it removes must not be required.
  std::vector<Violation> check_delta(const record::RecordView& delta,
                                     schema::Functions* functions) const;
  // What is wrong with what an update makes of a record, beyond the fields that it writes: required
  // ones that are not there, and what the function about the whole record says. `record` is lifted.
  std::vector<Violation> check_whole(const record::RecordView& record,
                                     schema::Functions* functions) const;
  // The first of these without lifting and without functions: fields that no rule gives a value.
  std::vector<Violation> check_missing(const record::RecordView& record) const;
  // Of one field that the record has.
  void check_field(std::string_view name, const record::RecordView& record,
                   schema::Functions* functions, std::vector<Violation>& out) const;
  // Of the value that records get which lack the field.
  std::vector<Violation> check_default(const FieldRule& field, schema::Functions* functions) const;
  // Whether only functions can tell if what an update makes of a record is right.
  bool needs_whole_check() const noexcept { return validate_.has_value() || converts_missing_; }
  bool has_validate() const noexcept { return validate_.has_value(); }
  const std::string& validate_text() const noexcept { return validate_text_; }  // its source

 private:
  friend class Compiler;
  Rules() = default;
  std::shared_ptr<const Plan> make_plan(const record::ShapePtr& shape) const;

  std::string collection_;
  std::string kind_;
  std::vector<FieldRule> fields_;  // sorted by name
  std::optional<std::uint32_t> validate_;
  std::string validate_text_;
  record::Layout layout_;
  std::vector<IndexDefinition> indexes_;
  Allow allow_ = Allow::write;
  Scope scope_ = Scope::application;
  Removal removal_ = Removal::delete_wins;
  bool in_memory_ = false;
  bool may_lift_ = false;
  bool converts_missing_ = false;     // `convert` gives a required field that a record lacks
  std::vector<std::string> earlier_;  // names of fields, sorted
  mutable record::Mutex plans_mutex_;
  mutable std::unordered_map<const record::Shape*, std::shared_ptr<const Plan>> plans_;
};

// Of one record.
inline constexpr std::size_t kViolationsMax = 1000;

}  // namespace gs::rules
