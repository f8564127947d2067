// A schema of Metaschema: what records of one kind look like, and whether a value is one.
//
// create() reads a definition as Metaschema 2.2.2 does and gives the same results, the same texts
// of errors and the same quirks (docs/SCHEMA.md); check() reports as Schema.check does. A schema
// knows others by name through its namespaces, which are models and must outlive it.
// Pure. Building, attach() and detouch() are one thread's; check() may be called from any thread
// that may call the host's functions. Errors: invalid (what JavaScript would throw, as
// String(err)), too_large (limits.h).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "globalstorage/result.h"
#include "gs/core/schema/field.h"
#include "gs/core/schema/js_value.h"

namespace gs::schema {

class Model;
class Schema;
using SchemaPtr = std::shared_ptr<Schema>;

// What a host gives to those who read definitions.
struct Host {
  Functions* functions = nullptr;        // null: every call throws
  std::span<const SchemaPtr> schemas{};  // those that values named "Schema" stand for
};

// As ValidationResult.
struct Report {
  bool valid = true;
  std::vector<std::string> errors;
};

struct Relation {
  bool defined = true;  // false: the definition names no schema
  std::string to;
  bool many = false;
  std::string_view type() const noexcept { return many ? "many-to-one" : "one-to-many"; }
};

// A declaration of an index, or a field of many: as the user wrote it, or a field of a schema that
// is embedded here.
struct Index {
  std::string name;
  JsValue definition;
  const Field* field = nullptr;
};

struct Options {
  std::optional<std::uint32_t> validate;
  std::optional<std::uint32_t> parse;
  std::optional<std::uint32_t> serialize;
  std::optional<std::uint32_t> format;
};

// Fields that may still be built; shared by the schemas of one model.
struct Budget {
  std::size_t fields;
};

class Schema : public std::enable_shared_from_this<Schema> {
 public:
  // The definition may go when this returns. A value that stands for a schema gives that schema.
  static Result<SchemaPtr> create(std::string_view name, const JsValue& definition,
                                  const std::vector<const Model*>& namespaces = {}, Host host = {});
  static Result<SchemaPtr> create(std::string_view name, const JsValue& definition,
                                  const std::vector<const Model*>& namespaces, Host host,
                                  Budget& budget);

  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;
  ~Schema() = default;

  // Without `path`: the schema's name. The message of an error is what check() would throw.
  Result<Report> check(const JsValue& value, Functions* functions = nullptr) const;
  Result<Report> check(const JsValue& value, std::string_view path, Functions* functions) const;
  // The same answer without texts of errors; allocates nothing when there is no function to call.
  // An error of any kind is no.
  bool accepts(const JsValue& value, Functions* functions = nullptr) const;

  std::vector<std::string> check_consistency() const;
  const Schema* find_reference(std::string_view name) const;
  const TypePtr* find_type(std::string_view name) const;
  // One TypeScript interface.
  Result<std::string> to_interface() const;
  // JSON of the fields, as toString() and JSON.stringify() give it.
  Result<std::string> to_json() const;
  void attach(const Model& model);
  void detouch(const Model& model);

  const std::string& name() const noexcept { return name_; }
  // Whatever the definition says that is not a string is here as its text.
  const std::string& kind() const noexcept { return kind_; }
  const std::string& scope() const noexcept { return scope_; }
  const std::string& store() const noexcept { return store_; }
  const std::string& allow() const noexcept { return allow_; }
  const std::string& parent() const noexcept { return parent_; }
  const std::vector<std::pair<std::string, JsValue>>& custom() const noexcept { return custom_; }
  const Options& options() const noexcept { return options_; }
  const std::vector<Index>& indexes() const noexcept { return indexes_; }
  const std::vector<std::string>& references() const noexcept { return references_; }
  const std::vector<std::shared_ptr<const Relation>>& relations() const noexcept {
    return relations_;
  }
  const std::vector<const Model*>& namespaces() const noexcept { return namespaces_; }

  // Exactly one of them is there: the fields, or the one type of a schema that is no struct.
  const std::shared_ptr<const Struct>& structure() const noexcept { return structure_; }
  const Field* field() const noexcept { return field_.get(); }

 private:
  friend class Builder;
  friend class Root;

  Schema() = default;

  void add_reference(std::string_view name);
  void add_relation(std::shared_ptr<const Relation> relation);

  std::string name_;
  std::string kind_ = "struct";
  std::string scope_ = "local";
  std::string store_ = "memory";
  std::string allow_ = "write";
  std::string parent_;
  std::vector<std::pair<std::string, JsValue>> custom_;
  Options options_;
  std::vector<Index> indexes_;
  std::vector<std::string> references_;
  std::unordered_set<std::string> referenced_;
  std::vector<std::shared_ptr<const Relation>> relations_;
  std::unordered_set<const Relation*> related_;
  std::vector<const Model*> namespaces_;
  std::shared_ptr<const Struct> structure_;
  std::unique_ptr<Field> field_;
  std::vector<SchemaPtr> shared_;  // schemas whose fields are used here
  std::size_t nesting_ = 0;        // how deep such schemas lie in each other
};

}  // namespace gs::schema
