// Names of versions, main among them, and how far branches are from it; what a merge would change.
#pragma once

#include <optional>
#include <vector>

#include "globalstorage/storage.h"

namespace gs::calls {

// All of them, main first.
Result<std::vector<NamedVersion>> all_names(const Storage& storage);

// What a branch has that main has not, and the other way round. Nothing of tags and of main.
Result<std::optional<Divergence>> apart_from_main(const Storage& storage,
                                                  const NamedVersion& named);

// Of what merging changes in the records: before it is done.
Result<std::vector<RecordDifference>> merge_differences(const Storage& storage,
                                                        const MergeReport& report);

}  // namespace gs::calls
