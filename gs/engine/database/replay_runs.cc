// Runs that replay makes on its way.

#include "gs/engine/database/replay_runs.h"

#include <utility>

#include "gs/engine/database/open.h"
#include "gs/platform/memory/memory_file_system.h"

namespace gs::engine {

using state::Run;
using state::Version;

Result<std::unique_ptr<ReplayRuns>> ReplayRuns::aside(const platform::Environment& env,
                                                      Numbers new_number) {
  std::unique_ptr<platform::FileSystem> scratch;
  if (env.make_scratch) {
    GS_TRY(scratch, env.make_scratch());
  } else {
    scratch = std::make_unique<platform::MemoryFileSystem>();
  }
  GS_TRY_OK(scratch->make_directory(kStateDirectory, true));
  auto runs = std::make_unique<ReplayRuns>(*scratch, std::move(new_number));
  runs->scratch_ = std::move(scratch);
  return runs;
}

Result<std::shared_ptr<const Version>> ReplayRuns::add(const Version& full,
                                                       const state::Tables& tables) {
  auto version = std::make_shared<Version>(full);
  std::shared_ptr<state::RowTable>& table = version->tables.front();
  GS_TRY(const std::uint64_t number, new_number_());
  const std::string path = state_path(number, ".gsr");
  GS_TRY_OK(state::write_run(unsynced_, path, number, *table));
  GS_TRY(auto run, Run::open(unsynced_, path, number));
  GS_TRY_OK(unsynced_.remove(path));
  version->runs.insert(version->runs.begin(), std::move(run));
  ++count_;
  table = table->successor();
  std::vector<std::uint64_t> sizes;
  for (std::size_t i = 0; i < count_; ++i) sizes.push_back(version->runs[i]->file_bytes());
  const std::size_t merged = state::runs_to_merge(sizes);
  if (merged != 0) {
    GS_TRY_OK(merge(unsynced_, *version, merged, tables));
    GS_TRY_OK(unsynced_.remove(state_path(version->runs.front()->number(), ".gsr")));
  }
  return std::shared_ptr<const Version>(std::move(version));
}

Result<std::shared_ptr<const Version>> ReplayRuns::keep(const Version& version,
                                                        const state::Tables& tables) {
  auto kept = std::make_shared<Version>(version);
  if (count_ != 0) GS_TRY_OK(merge(files_, *kept, count_, tables));
  count_ = 0;
  return std::shared_ptr<const Version>(std::move(kept));
}

// The newest `count` runs become one.
Error ReplayRuns::merge(platform::FileSystem& files, Version& version, std::size_t count,
                        const state::Tables& tables) {
  const auto end = version.runs.begin() + static_cast<std::ptrdiff_t>(count);
  const std::vector<std::shared_ptr<const Run>> inputs(version.runs.begin(), end);
  GS_TRY(const std::uint64_t number, new_number_());
  const std::string path = state_path(number, ".gsr");
  state::MergeOptions options;
  options.drop_tombstones = count == version.runs.size();
  GS_TRY_OK(state::merge_runs(files, path, number, inputs, *version.log, tables, options));
  GS_TRY(version.runs.front(), Run::open(files, path, number));
  version.runs.erase(version.runs.begin() + 1, end);
  count_ -= count - 1;
  return {};
}

}  // namespace gs::engine
