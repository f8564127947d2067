// All erasures that the log tells of, as a state with some heads has them.
#pragma once

#include <span>
#include <vector>

#include "gs/engine/database/erasures.h"
#include "gs/engine/database/known_changes.h"

namespace gs::engine {

// Of a record, wherever in the log it is.
struct LoggedErasure {
  Id id;
  graph::Stamp stamp;
  bool is_applied = false;  // as in Erasure
};

// Of the whole log, for a state with these heads.
std::vector<LoggedErasure> erasures_for(const KnownChanges& known,
                                        std::span<const graph::ChangeNumber> heads);
// With the commit lock, or before anybody else is there.
Erasures numbered(std::span<const LoggedErasure> erasures, const state::Tables& tables);

}  // namespace gs::engine
