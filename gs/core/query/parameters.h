// Parameters of a query: {"$param":"name"} in the place of a value that comes later.
//
// A name may stand in several places, which get the same value. Names have numbers, in the order in
// which they are met. Pure. Errors: invalid, too_large; both with the place in the query.
#pragma once

#include <string>
#include <vector>

#include "gs/core/query/json_walk.h"
#include "gs/core/query/where.h"

namespace gs::query {

using ParameterNames = std::vector<std::string>;  // by number

// Whether an object with these members is one: the first is "$param". None: no object.
bool is_parameter(const std::vector<JsonMember>& members) noexcept;
// Its number in `names`, where it is put when it is new; null: the query has none.
Result<std::uint32_t> parameter_number(const std::vector<JsonMember>& members, const Where& where,
                                       ParameterNames* names);

}  // namespace gs::query
