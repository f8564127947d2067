// Whether records that are there fit what a schema says that is not in force.
//
// All records of the collection are read, one after the other, until some do not fit: their number
// bounds the message, not the time. Nothing is locked; what is written meanwhile may be seen.
// Errors: damaged; too_large (conversions that do not end).
#pragma once

#include "globalstorage/storage.h"
#include "gs/engine/database/database.h"

namespace gs::engine {

struct Fit {
  std::uint64_t records = 0;         // that were looked at
  std::vector<std::string> misfits;  // the first, for people: "kyiv (name: expected string, ..)"
};
// `progress`: records done, and about how many there are in the storage.
Result<Fit> look_at_records(const std::shared_ptr<Database>& database, const Catalog& catalog,
                            const rules::Rules& rules, const Progress& progress);

}  // namespace gs::engine
