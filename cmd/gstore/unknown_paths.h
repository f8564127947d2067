// Paths of a query that the schema in force does not know.
#pragma once

#include "cmd/gstore/session.h"

namespace gs::cli {

// Says on standard error which fields that the arguments name no record of the collection should
// have. The query goes on: records that are older than the schema may have them.
void note_unknown_paths(Session& session, const Storage& storage);

}  // namespace gs::cli
