// What of a record's concurrent writes is not shown.
#pragma once

#include "globalstorage/history.h"
#include "gs/engine/database/database.h"

namespace gs::engine {

// Of a record that is known, live or not, as the schema of the moment names its fields.
Conflict hidden_writes_of(const Found& found, const Moment& now, const state::Tables& tables);

}  // namespace gs::engine
