// What the files of this module share about records that a transaction writes to.
#pragma once

#include "globalstorage/storage.h"
#include "gs/engine/database/database.h"

namespace gs::api {

// What the schema says of the collection of a record; null: nothing. Errors: not_found.
Result<const rules::Rules*> rules_of_record(engine::TransactionState& tx, const Id& id);

inline const record::Layout* layout_of(const rules::Rules* rules) noexcept {
  return rules == nullptr ? nullptr : &rules->layout();
}

// Every try that fails means that somebody else's write succeeded.
inline constexpr int kTriesMax = 1000;

// A value that only the schema gives is written on condition that nobody wrote since, and so is
// what the schema has to look at; who loses that race looks again.
template <typename Stage>
Error commit_change(Storage& storage, const Stage& stage) {
  Error lost;
  for (int i = 0; i < kTriesMax; ++i) {
    Transaction tx = storage.begin();
    GS_TRY_OK(stage(tx));
    auto committed = tx.commit();
    if (committed.ok()) return {};
    if (committed.code() != Code::conflict) return std::move(committed).error();
    lost = std::move(committed).error();
  }
  return lost;
}

}  // namespace gs::api
