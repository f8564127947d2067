// The error of a record that does not fit its schema: all that is wrong, for people.
#pragma once

#include "gs/core/rules/rules.h"

namespace gs::engine {

// `invalid`; none when nothing was found.
Error misfit(const rules::Rules& rules, const std::vector<rules::Violation>& found);

}  // namespace gs::engine
