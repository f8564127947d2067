// What a record was in a version (past.cc).
#pragma once

#include "gs/engine/database/database.h"

namespace gs::engine {

class Database::Recalling {
 public:
  struct Recalled {
    Settled settled;
    Merged record;
  };

  explicit Recalling(Database& db) noexcept : db_(db) {}

  Error recall(const Settled& settled, const PastWrites& writes, const Id& id,
               const Ancestors& version, PastRecord& out, const Omitted* omitted = nullptr) const;
  // A live record as of a version. Errors: not_found, erased.
  Result<Recalled> recall_at(const Id& id, const Version& version);

 private:
  Result<LocalStamp> erasure_now(const Settled& settled, const Id& id) const;

  Database& db_;
};

}  // namespace gs::engine
