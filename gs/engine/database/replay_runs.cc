// Runs that replay makes on its way.

#include "gs/engine/database/replay_runs.h"

#include <utility>

#include "gs/engine/database/open.h"
#include "gs/platform/memory/memory_file_system.h"

namespace gs::engine {

using state::Run;

Result<std::unique_ptr<ReplayRuns>> ReplayRuns::aside(const platform::Environment& env,
                                                      Numbers new_number) {
  std::unique_ptr<platform::FileSystem> scratch;
  if (env.make_scratch) {
    auto made = env.make_scratch();
    // Another code would say something about the storage.
    if (!made.ok()) return Error(Code::io, std::string(made.error().message()));
    scratch = std::move(made).value();
  } else {
    scratch = std::make_unique<platform::MemoryFileSystem>();
  }
  GS_TRY_OK(scratch->make_directory(kStateDirectory, true));
  auto runs = std::make_unique<ReplayRuns>(*scratch, std::move(new_number));
  runs->scratch_ = std::move(scratch);
  return runs;
}

Result<std::shared_ptr<const state::Version>> ReplayRuns::add(const state::Version& full,
                                                              const state::Tables& tables) {
  auto added = spill(full, tables);
  const Code code = added.code();
  // What the files of nobody say of themselves must not be taken for a word about the storage.
  const bool is_about_files =
      code == Code::not_found || code == Code::read_only || code == Code::too_large;
  if (scratch_ == nullptr || !is_about_files) return added;
  return Error(Code::io, std::string(added.error().message()));
}

Result<std::shared_ptr<const state::Version>> ReplayRuns::spill(const state::Version& full,
                                                                const state::Tables& tables) {
  auto version = std::make_shared<state::Version>(full);
  std::shared_ptr<state::RowTable>& table = version->tables.front();
  GS_TRY(const std::uint64_t number, new_number_());
  const std::string path = state_path(number, ".gsr");
  GS_TRY_OK(state::write_run(unsynced_, path, number, *table));
  GS_TRY(auto run, Run::open(unsynced_, path, number));
  GS_TRY_OK(unsynced_.remove(path));
  version->runs.insert(version->runs.begin(), std::move(run));
  table = table->successor();
  std::size_t count = count_ + 1;
  std::vector<std::uint64_t> sizes;
  for (std::size_t i = 0; i < count; ++i) sizes.push_back(version->runs[i]->file_bytes());
  if (const std::size_t merged = state::runs_to_merge(sizes); merged != 0) {
    GS_TRY(auto one, merge(unsynced_, *version, merged, tables));
    GS_TRY_OK(unsynced_.remove(state_path(one->number(), ".gsr")));
    replace_newest(*version, merged, std::move(one));
    count -= merged - 1;
  }
  count_ = count;
  return std::shared_ptr<const state::Version>(std::move(version));
}

Result<std::shared_ptr<const Run>> ReplayRuns::keep(const state::Version& version,
                                                    const state::Tables& tables) {
  return merge(files_, version, count_, tables);
}

void ReplayRuns::replace_newest(state::Version& version, std::size_t count,
                                std::shared_ptr<const Run> run) {
  version.runs.front() = std::move(run);
  version.runs.erase(version.runs.begin() + 1,
                     version.runs.begin() + static_cast<std::ptrdiff_t>(count));
}

// The newest `count` runs as one.
Result<std::shared_ptr<const Run>> ReplayRuns::merge(platform::FileSystem& files,
                                                     const state::Version& version,
                                                     std::size_t count,
                                                     const state::Tables& tables) {
  const auto begin = version.runs.begin();
  const std::vector<std::shared_ptr<const Run>> inputs(begin,
                                                       begin + static_cast<std::ptrdiff_t>(count));
  GS_TRY(const std::uint64_t number, new_number_());
  const std::string path = state_path(number, ".gsr");
  GS_TRY_OK(state::merge_runs(files, path, number, inputs, *version.log, tables, {}));
  return Run::open(files, path, number);
}

}  // namespace gs::engine
