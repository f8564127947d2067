// A unique index of a schema that is about to be in force, and what was looked at for it.
#pragma once

#include <memory>

#include "gs/engine/database/database.h"

namespace gs::engine {

struct Database::NewUnique {
  rules::IndexDefinition definition;
  std::shared_ptr<const Catalog> catalog;
  std::unique_ptr<Records> records;
  Moment then;                               // of the look
  std::shared_ptr<const index::Tiers> keys;  // of all records then
  bool in_memory = false;  // the new schema keeps the collection there: those that are count, too
};

}  // namespace gs::engine
