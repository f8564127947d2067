// What is wrong, or looks so, with a schema that somebody is about to put in force.
//
// The schema that is in force is never asked: what an earlier version let through stays usable.
// Pure, but for functions of the schema. Errors: invalid, with the file or the field.
#pragma once

#include <string>
#include <vector>

#include "gs/engine/catalog/catalog.h"

namespace gs::engine {

// What works and is hardly meant.
struct Doubt {
  std::string collection;
  std::string field;  // path; empty: about the collection
  std::string what;
  // "City.name: unknown attribute uniqe. Did you mean unique?"
  std::string text() const { return collection + (field.empty() ? "" : "." + field) + ": " + what; }
};

// Files before anybody evaluates them: JSON has to be JSON, and a collection has one file.
Error review_files(const Bundle& bundle);
// Defaults and bounds that no value can satisfy are errors.
Result<std::vector<Doubt>> review(const Catalog& catalog);

// Compiles what passes both; `doubts` may be null.
Result<std::shared_ptr<const Catalog>> compile_new(std::string_view json, platform::Clock* clock,
                                                   std::vector<Doubt>* doubts = nullptr);

}  // namespace gs::engine
