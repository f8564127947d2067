// Current values: the active row table, frozen ones being written, and the runs; one version each
// moment, readable without locks.
//
//   apply (engine)  -> RowTable (active)
//   freeze()        -> RowTable (frozen) -> write_run() in the background -> Run -> checkpoint
//   too many runs   -> merge() in the background; full images once data outgrows memory
//
// Version is immutable: a reader that holds one sees the same tables and runs for as long as it
// likes; files of replaced runs are removed when the last Version that names them is gone.
//
// Space bound: runs together take at most 2x the live entries and images after merging, and at
// most 3x while a merge runs.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "gs/storage/log/log.h"
#include "gs/storage/state/checkpoint.h"
#include "gs/storage/state/row_table.h"
#include "gs/storage/state/run.h"

namespace gs::state {

struct Version {
  std::vector<std::shared_ptr<RowTable>> tables;   // active first, then frozen, newest first
  std::vector<std::shared_ptr<const Run>> runs;    // newest first
  std::shared_ptr<const log::View> log;

  // The newest version of `id` visible at `at`; false when there is none (a tombstone is found).
  bool find(const Id& id, Sequence at, Found& out) const noexcept;
};

// Walks live records of one collection in id order, newest visible version of each, merging all
// tables and runs; record bytes are prefetched ahead. Holds the Version.
class Cursor {
 public:
  // From the first id >= `from`.
  Cursor(std::shared_ptr<const Version> version, Sequence at, std::uint32_t collection, const Id& from,
         bool with_tombstones = false);
  ~Cursor();
  Cursor(Cursor&&) noexcept;
  Cursor& operator=(Cursor&&) noexcept;
  bool next(Found& out) noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Writes all newest rows of `table` (sequence <= any) as a run of log pointers and images.
Error write_run(platform::FileSystem& files, const std::string& path, std::uint64_t number, const RowTable& table);

struct MergeOptions {
  bool images = false;           // copy log records into the run: sequential cold scans
  bool drop_tombstones = false;  // allowed when the oldest run takes part
};
// Merges `runs` (newest first) into one new file.
Error merge_runs(platform::FileSystem& files, const std::string& path, std::uint64_t number,
                 const std::vector<std::shared_ptr<const Run>>& runs, const log::View& log, const Tables& tables,
                 const MergeOptions& options);

// Which of `sizes` (bytes of runs, newest first) should be merged now: the first n, 0 for none.
// Size-tiered: keeps the number of runs logarithmic and the space bound above.
std::size_t runs_to_merge(const std::vector<std::uint64_t>& sizes) noexcept;

}  // namespace gs::state
