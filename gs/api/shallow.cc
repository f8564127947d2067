// Storages without what their records were before a version.

#include "globalstorage/storage.h"
#include "gs/api/runtime.h"
#include "gs/engine/database/database.h"

namespace gs {

Result<ShallowReport> Storage::make_shallow(const ShallowOptions& options) {
  return database()->make_shallow(options);
}

std::optional<Version> Storage::shallow_at() const {
  const auto base = database()->base();
  if (base == nullptr) return std::nullopt;
  return Version(base->statement().heads);
}

Result<ShallowReport> Storage::clone_shallow(const std::string& directory,
                                             const std::string& new_directory,
                                             const ShallowOptions& options) {
  GS_TRY_OK(clone(directory, new_directory, options.progress));
  GS_TRY(Storage made, open(new_directory));
  auto report = made.make_shallow(options);
  if (!report.ok()) return std::move(report).error().in(new_directory + " is a whole clone");
  GS_TRY_OK(made.close());
  return report;
}

}  // namespace gs
