// What a query asks for that the schema in force does not know.
#pragma once

#include "cmd/gstore/query_words.h"
#include "cmd/gstore/session.h"

namespace gs::cli {

// Says on standard error which fields that the query names no record of the collection should have,
// which values of its filter none may have, and that the filter looks like a whole query. The query
// goes on: records that are older than the schema may have them. With --json nothing is said.
void note_doubts(Session& session, const Storage& storage, const QueryWords& query);

}  // namespace gs::cli
