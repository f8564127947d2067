// What the files of this module share about records that a transaction writes to.
#pragma once

#include "gs/engine/database/database.h"

namespace gs::api {

// What the schema says of the collection of a record; null: nothing. Errors: not_found.
Result<const rules::Rules*> rules_of_record(engine::TransactionState& tx, const Id& id);

inline const record::Layout* layout_of(const rules::Rules* rules) noexcept {
  return rules == nullptr ? nullptr : &rules->layout();
}

// Every try that fails means that somebody else's write succeeded.
inline constexpr int kTriesMax = 1000;

}  // namespace gs::api
