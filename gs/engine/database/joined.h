// What a change stands on that came from others, as long as it is not known whether it is taken.
#pragma once

#include <set>

#include "gs/engine/database/erasures.h"
#include "gs/storage/state/checkpoint.h"

namespace gs::engine {

// What the state took for a change that stands on it, and was not there before.
struct Joined {
  std::set<Digest> frontier;  // before
  state::SchemaEntry schema;  // the same
  Erasures erasures;          // the same
  std::set<Id> ids;           // of records that may be others since
};

}  // namespace gs::engine
