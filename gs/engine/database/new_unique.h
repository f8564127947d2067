// The unique indexes of a schema that is about to be in force, and what was looked at for each
// (unique.cc).
#pragma once

#include <memory>

#include "gs/engine/database/database.h"

namespace gs::engine {

class Database::NewUniques {
 public:
  struct NewUnique {
    rules::IndexDefinition definition;
    std::shared_ptr<const Catalog> catalog;
    std::unique_ptr<Records> records;
    Moment then;                               // of the look
    std::shared_ptr<const index::Tiers> keys;  // of all records then
    bool in_memory = false;  // the new schema keeps the collection there: those that are count, too
  };

  explicit NewUniques(Database& db) noexcept : db_(db) {}

  bool has_new_unique(const Catalog& catalog) const;
  Result<std::vector<NewUnique>> look_for_duplicates(const std::shared_ptr<const Catalog>& catalog);
  // With the commit lock.
  Error check_rows_since(std::vector<NewUnique>& looks) const;

 private:
  Database& db_;
};

}  // namespace gs::engine
