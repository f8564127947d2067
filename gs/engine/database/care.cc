// Numbers about a storage.

#include <algorithm>

#include "gs/engine/database/commit_scratch.h"
#include "gs/engine/database/database.h"
#include "gs/engine/database/unlogged_rows.h"

namespace gs::engine {

namespace {

Result<std::uint64_t> directory_bytes(platform::FileSystem& files, const std::string& directory) {
  std::uint64_t total = 0;
  auto names = files.list(directory);
  if (!names.ok()) return total;
  for (const std::string& name : names.value()) {
    auto file = files.open(directory + "/" + name, platform::OpenMode::read);
    if (!file.ok()) continue;  // removed meanwhile
    GS_TRY(const std::uint64_t bytes, file.value()->size());
    total += bytes;
  }
  return total;
}

}  // namespace

Result<Stats> Database::stats() {
  Stats stats;
  {
    std::lock_guard lock(commit_mutex_);
    if (closed_) return Error(Code::closed, "the storage is closed. Open it again");
    if (builder_.is_open() && !failure_) GS_TRY_OK(close_change());
    const auto& live = applier_.live_records();
    const std::vector<std::uint64_t>& unlogged = unlogged_.size.records;
    for (std::uint32_t i = 0; i < std::max(live.size(), unlogged.size()); ++i) {
      const std::uint64_t in_memory = i < unlogged.size() ? unlogged[i] : 0;
      const std::uint64_t count = in_memory + (i < live.size() ? live[i] : 0);
      stats.records += count;
      stats.memory_records += in_memory;
      if (count != 0) stats.collections.emplace_back(tables_.collection(i).name, count);
    }
    stats.log_bytes = log_->bytes();
    stats.segments = log_->segment_count();
    stats.changes = change_count_;
    stats.operations = operation_count_;
    for (const state::WriterHead& head : heads_) stats.writers += head.change.is_zero() ? 0 : 1;
    stats.shapes = tables_.shape_count();
    for (const auto& table : version_->tables) stats.memory_bytes += table->memory_bytes();
    stats.memory_bytes += UnloggedRows(*this).unlogged_memory();
    stats.memory_bytes += scratch_->memory_bytes() + pool_.memory_bytes();
    stats.runs = version_->runs.size();
  }
  GS_TRY(stats.state_bytes, directory_bytes(*env_.files, "state"));
  GS_TRY(stats.blob_bytes, blobs_->total_bytes());
  return stats;
}

}  // namespace gs::engine
