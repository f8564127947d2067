// A model of Metaschema: the schemas of one application, their types, and the order in which they
// depend on each other.
//
// Pure. A model is made once; its schemas point to it, so it neither moves nor is copied and must
// outlive them. Errors: invalid (what Metaschema throws, such as a cycle of relations that does not
// lead back to the entity it began with), too_large.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "gs/core/schema/schema.h"

namespace gs::schema {

// Names and definitions, in the order of the files or keys that they come from.
using Definitions = std::vector<std::pair<std::string, JsValue>>;

class Model {
 public:
  struct Entity {
    std::string name;
    SchemaPtr schema;
  };

  // `types`: an object of declarations (types.h). `database` is kept as it is.
  static Result<std::unique_ptr<Model>> create(const JsValue& types, const Definitions& entities,
                                               JsValue database = {}, Host host = {});

  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  ~Model() = default;

  const Types& types() const noexcept { return types_; }
  // Projections last.
  const std::vector<Entity>& entities() const noexcept { return entities_; }
  const Schema* find(std::string_view name) const noexcept;
  // Those whom nobody here needs first; names of entities, each once.
  const std::vector<std::string>& order() const noexcept { return order_; }
  const std::vector<std::string>& warnings() const noexcept { return warnings_; }
  const JsValue& database() const noexcept { return database_; }
  // TypeScript interfaces of all entities.
  Result<std::string> dts() const;

 private:
  friend class Ordering;

  Model() = default;
  Error add(const std::string& name, const JsValue& definition, const Host& host, Budget& budget);

  Types types_;
  std::vector<Entity> entities_;
  std::unordered_map<std::string, std::size_t> index_;
  std::vector<std::string> order_;
  std::vector<std::string> warnings_;
  JsValue database_;
};

}  // namespace gs::schema
