// What comes before all that is replayed to make a state of the past: nothing, or what the base of
// a shallow storage has.
#pragma once

#include <memory>

#include "gs/engine/database/apply.h"
#include "gs/engine/database/base.h"

namespace gs::engine {

// Null: the storage is whole. The records alone ...
void begin_rows(const Base* base, std::shared_ptr<const log::View> log, Applier& past);
// ... and all else that it tells.
void begin_from(const Base* base, std::shared_ptr<const log::View> log, Applier& past);

}  // namespace gs::engine
