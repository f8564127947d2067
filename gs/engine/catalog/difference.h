// What changes when one schema follows another, and whether data can be lost by it.
//
// Records are never changed by a schema: those of older shapes stay as they are. So a difference is
// `safe` when every record that fits the old schema fits the new one as it is, `migrated` when the
// new schema says how it is read (an earlier name, a conversion), and `unsafe` when records may not
// fit, or hold what the new schema does not know. It is `checked` when only a look at all records
// can tell, which is what happens when the schema comes into force.
// Pure.
#pragma once

#include <string>
#include <vector>

#include "gs/core/rules/rules.h"

namespace gs::engine {

struct Difference {
  enum class Risk : std::uint8_t { safe, migrated, unsafe, checked };
  Risk risk = Risk::safe;
  std::string collection;
  std::string field;  // path; empty: about the collection
  std::string what;   // "is new, required and without a default"
  // "City.population is new"
  std::string text() const { return collection + (field.empty() ? "" : "." + field) + " " + what; }
};

// What is different with a new unique index.
std::string new_unique(const rules::IndexDefinition& index);

class Catalog;
// In the order of collections and fields. Null: no schema.
std::vector<Difference> differences(const Catalog* before, const Catalog& after);

}  // namespace gs::engine
