// Splits a loop over the caller and whoever the executor has free.
//
// The caller takes piece after piece itself; a helper that arrives takes pieces too, one that comes
// too late finds none left. So a busy executor costs nothing, and nobody waits for a thread that
// has not begun.
#pragma once

#include "gs/core/graph/change.h"
#include "gs/platform/environment.h"

namespace gs::engine {

// Empty when `executor` is null: then loops are not split. They are not either while `idle` says
// that
// the executor has longer work.
graph::ChangeBuilder::Parallel make_parallel(platform::Executor* executor,
                                             std::function<bool()> idle);

}  // namespace gs::engine
