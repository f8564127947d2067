// The order in which the entities of a model depend on each other. For model.cc only.
#pragma once

#include <unordered_set>

#include "gs/core/schema/model.h"

namespace gs::schema {

// Depth first along references, as Metaschema does it, on a stack of its own. Errors: invalid when
// Metaschema would not end.
class Ordering {
 public:
  explicit Ordering(Model& model) : model_(model) {}

  Error run();

 private:
  struct Step {
    const Model::Entity* entity;
    std::size_t next;  // index of the reference to look at
  };

  Error visit(const std::string& name);
  Error follow(const std::string& reference);
  void push(const std::string& name);

  Model& model_;
  std::vector<Step> stack_;
  std::unordered_set<std::string_view> open_;  // names on the stack
  std::unordered_set<std::string> done_;
};

}  // namespace gs::schema
