// The storage at one moment, for whoever reads the log beside those that write: all that is
// committed is in it then.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "gs/engine/database/base.h"
#include "gs/engine/database/known_changes.h"
#include "gs/engine/database/moment.h"
#include "gs/engine/database/past.h"
#include "gs/storage/log/log.h"
#include "gs/storage/state/references.h"

namespace gs::engine {

struct Settled {
  Moment moment;
  log::Log::Snapshot log;
  std::vector<Digest> frontier;
  Sequence last_logged = 0;
  std::shared_ptr<const state::References> references = nullptr;
  std::vector<Digest> log_heads = {};  // of all branches
  graph::BranchId branch = {};
  std::shared_ptr<const Base> base = nullptr;  // null: the storage is whole
};

// Of whoever makes what a version was: upon the base, if there is one.
Error check_reach(const Settled& settled, const Ancestors& version);

// Looks at changes as they lie in the log, at these numbered as the graph has them, and at that
// graph itself.
using Located = std::function<Error(log::Location at, Bytes change, bool& stop)>;
using Numbered = std::function<Error(graph::ChangeNumber number, log::Location at,
                                     const graph::ChangeView& change)>;
using AskKnown = std::function<Error(const Settled& settled, const KnownChanges& known)>;

}  // namespace gs::engine
