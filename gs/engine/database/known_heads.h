// Heads of versions and branches, as digests and as numbers of changes that are known.
#pragma once

#include <set>
#include <span>
#include <vector>

#include "globalstorage/history.h"
#include "gs/engine/database/known_changes.h"
#include "gs/storage/state/references.h"

namespace gs::engine {

// What is said of a change that is not here.
Error missing_change(const Digest& change);

// The numbers of a version's heads, ascending. Errors: not_found, when one is not here, which is
// said only after a look at the log (Database::no_change).
Result<std::vector<graph::ChangeNumber>> numbers_of_heads(const Version& version,
                                                          const KnownChanges& known);
Result<std::vector<graph::ChangeNumber>> numbers_of_changes(const std::set<Digest>& changes,
                                                            const KnownChanges& known);
// Ascending.
std::vector<Digest> digests_of(const KnownChanges& known,
                               std::span<const graph::ChangeNumber> numbers);
// Ascending; none when nobody knows the branch.
std::vector<graph::ChangeNumber> heads_of_branch(const state::References& references,
                                                 const KnownChanges& known,
                                                 const graph::BranchId& branch);

}  // namespace gs::engine
