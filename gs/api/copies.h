// Replicas that are made by copying a storage.
#pragma once

#include <functional>
#include <string>

#include "globalstorage/storage.h"

namespace gs::api {

// What to say of a source whose first damage is this.
using TellDamage = std::function<Error(const std::string& first)>;

// Copies the log and the blobs of the storage in `from` into `to`, which then gets a writer of its
// own. Errors: those of Storage::restore.
Error copy_with_new_writer(const std::string& from, const std::string& to,
                           const TellDamage& damaged, const Progress& progress);

}  // namespace gs::api
