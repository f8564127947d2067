// How a query is executed: where its records come from, and what is done with them before they are
// rows.
#pragma once

#include <string>

#include "gs/engine/query/access.h"

namespace gs::engine {

struct Plan {
  enum class Rows : std::uint8_t {
    as_found,  // in the order in which records come, which is that of ids
    in_order,  // the same, which is that of the sort
    sorted,    // collected, then in order
    grouped,
  };
  Access access;
  Rows rows = Rows::as_found;
  Id from;                               // the scan begins here
  std::uint64_t keep = query::kNoLimit;  // of sorted rows: so many of the first
};

// Errors: invalid (the cursor's key is none of this query).
// In the memory of another one.
Error make_plan(const QueryContext& context, Plan& plan);

struct QueryCounts {
  std::uint64_t examined = 0;  // records looked at
  std::uint64_t matched = 0;   // that passed the filter
  std::uint64_t returned = 0;  // rows
};

// One JSON object, see docs/QUERY.md, "Plan".
std::string explain_json(const QueryContext& context, const Plan& plan, const QueryCounts& counts);

}  // namespace gs::engine
