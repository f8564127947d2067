// Names of versions, main among them, and how far branches are from it.
#pragma once

#include <optional>
#include <vector>

#include "globalstorage/storage.h"

namespace gs::cli {

// All of them, main first.
Result<std::vector<NamedVersion>> all_names(const Storage& storage);

// What a branch has that main has not, and the other way round. Nothing of tags and of main.
Result<std::optional<Divergence>> apart_from_main(const Storage& storage,
                                                  const NamedVersion& named);

}  // namespace gs::cli
