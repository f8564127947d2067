// Are all entries of a table different? For tables that came from outside.
//
// Cost is bounded whatever the entries are: ascending tables (the usual case for fresh ids) in one
// pass; others through a hash table sized by the count, and, when somebody chose entries that
// collide, by sorting. Pure. Internal to gs/core/graph.
#pragma once

#include "globalstorage/bytes.h"

namespace gs::graph {

// `table` holds entries of `entry_bytes` (16 or 32) each.
bool all_unique(Bytes table, std::size_t entry_bytes);

}  // namespace gs::graph
