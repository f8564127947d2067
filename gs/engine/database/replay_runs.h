// Replay in bounded memory: a row table that is full becomes a sorted run before the log is at its
// end.
//
// These runs are nobody's: their files are removed as soon as they are open. A process that dies
// leaves the one that it was writing, which the next open removes. Who owns the directory makes one
// of them that stays, when replay is done. The runs may outlive this object. One thread.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "gs/platform/environment.h"
#include "gs/platform/unsynced_files.h"
#include "gs/storage/state/state.h"

namespace gs::engine {

class ReplayRuns {
 public:
  using Numbers = std::function<Result<std::uint64_t>()>;
  // In `files`, which outlive this object, below state/. `new_number`: that of the next file.
  ReplayRuns(platform::FileSystem& files, Numbers new_number)
      : files_(files), unsynced_(files), new_number_(std::move(new_number)) {}
  // Of who may not write to the storage's directory: where the environment keeps such files.
  static Result<std::unique_ptr<ReplayRuns>> aside(const platform::Environment& env,
                                                   Numbers new_number);

  // The same state with an empty table in front; what the first table of `full` had is in a run.
  // Errors: those of files.
  Result<std::shared_ptr<const state::Version>> add(const state::Version& full,
                                                    const state::Tables& tables);
  // How many of the newest runs of the version are such runs.
  std::size_t count() const noexcept { return count_; }
  // One run of them, whose file stays. The version is as before.
  Result<std::shared_ptr<const state::Run>> keep(const state::Version& version,
                                                 const state::Tables& tables);
  static void replace_newest(state::Version& version, std::size_t count,
                             std::shared_ptr<const state::Run> run);

 private:
  Result<std::shared_ptr<const state::Version>> spill(const state::Version& full,
                                                      const state::Tables& tables);
  Result<std::shared_ptr<const state::Run>> merge(platform::FileSystem& files,
                                                  const state::Version& version, std::size_t count,
                                                  const state::Tables& tables);

  std::unique_ptr<platform::FileSystem> scratch_;  // null when `files_` is somebody else's
  platform::FileSystem& files_;
  platform::UnsyncedFiles unsynced_;
  Numbers new_number_;
  std::size_t count_ = 0;
};

}  // namespace gs::engine
