// Current values: the active row table, frozen ones being written, and the runs; one version each
// moment, readable without locks.
//
//   apply (engine)  -> RowTable (active)
//   freeze()        -> RowTable (frozen) -> write_run() in the background -> Run -> checkpoint
//   too many runs   -> merge() in the background; full images once data outgrows memory
//   records that the log does not have -> a RowTable of their own, in no run
//
// Version is immutable: a reader that holds one sees the same tables and runs for as long as it
// likes; files of replaced runs are removed when the last Version that names them is gone.
//
// Space bound: runs together take at most 2x what merging all of them would leave, and at most 3x,
// and the run just written, while a merge runs. Deleted records count until they are merged away.
//
// Preconditions kept by the engine: an id stays in one collection; a reader takes its sequence
// first and then a Version, so that the Version's log view covers every visible row.
// Threads: Version and the functions here are for any thread, a Cursor for one at a time.
// Errors: damaged, io, no_space, too_large.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "gs/storage/log/log.h"
#include "gs/storage/state/checkpoint.h"
#include "gs/storage/state/row_table.h"
#include "gs/storage/state/run.h"

namespace gs::state {

struct Version {
  std::vector<std::shared_ptr<RowTable>> tables;  // active first, then frozen, newest first
  std::vector<std::shared_ptr<const Run>> runs;   // newest first
  std::shared_ptr<const log::View> log;
  // Records that are not in the log, as images; null: none. No other table or run has a live record
  // that it has any version of.
  std::shared_ptr<RowTable> unlogged;

  // The newest version of `id` visible at `at`; a tombstone is found, too. Damage: in a run, or in
  // the part of the log that a run points to; then nobody can tell.
  enum class Lookup { none, found, damaged };
  [[nodiscard]] Lookup find(const Id& id, Sequence at, Found& out) const noexcept;
  // Whether any lookup or cursor met damage so far, in this version's files ...
  bool is_damaged() const noexcept;
  // ... and what: `damaged`, or none.
  Error damage() const;
  // For lookups in batches: touches what find() will look at first, the slots; then, when these are
  // there, the entries that they name; then the records that those name.
  void prefetch(const Id& id) const noexcept;
  void prefetch_entry(const Id& id) const noexcept;
  void prefetch_record(const Id& id, Sequence at) const noexcept;
};

struct Walk {
  std::uint32_t collection = 0;  // number
  Id from = {};                  // first id, inclusive
  std::uint64_t limit = ~std::uint64_t{0};
  bool with_tombstones = false;
};

// Walks live records of one collection in id order, newest visible version of each, merging all
// tables and runs. Records are found in batches, their bytes prefetched ahead. Holds the Version.
// The end may be damage: whoever needs all records asks is_cut_short().
class Cursor {
 public:
  Cursor(std::shared_ptr<const Version> version, Sequence at, const Walk& walk);
  ~Cursor();
  Cursor(Cursor&&) noexcept;
  Cursor& operator=(Cursor&&) noexcept;
  // Null at the end; else valid until the next call.
  const Met* next() noexcept { return next_ != end_ || refill() ? next_++ : nullptr; }
  // The next few at once: none at the end; else valid until the next call.
  std::span<const Met> take() noexcept {
    if (next_ == end_ && !refill()) return {};
    return {std::exchange(next_, end_), end_};
  }
  // Whether damage ended the walk. What came before is right; Version::damage() says more.
  bool is_cut_short() const noexcept;
  // Starts again from the first id >= `from`, with the whole limit. Costs a search, no allocation.
  void seek(const Id& from) noexcept;

  // Records found at once: enough to share the cost of a call, few enough that the caller works on
  // them while the next ones come from memory.
  static constexpr std::size_t kBatch = 8;

 private:
  bool refill() noexcept;
  struct Impl;
  std::unique_ptr<Impl> impl_;
  const Met* next_ = nullptr;  // of the batch
  const Met* end_ = nullptr;
};

// Writes all newest rows of `table` (sequence <= any) as a run of log pointers and images.
Error write_run(platform::FileSystem& files, const std::string& path, std::uint64_t number,
                const RowTable& table);

struct MergeOptions {
  bool images = false;  // copy log records into the run: sequential cold scans
  // Copy the log records of these segments (by number) even so: then the run does not point there.
  std::vector<bool> leaves = {};
  // Called from time to time, for what must not wait for the end of a long merge. May be empty.
  std::function<Error()> between = {};
  // Entries taken, of all that there are. Called with `between`. May be empty.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress = {};

  bool copies(log::Location at) const noexcept {
    const std::uint32_t segment = log::segment_of(at);
    return images || (segment < leaves.size() && leaves[segment]);
  }
};
// What a merge takes in between two calls of MergeOptions::between: some milliseconds.
inline constexpr std::size_t kMergeStepBytes = std::size_t{1} << 20;
// Merges `runs` (newest first) into one new file. All that it reads is compared with its checksums.
Error merge_runs(platform::FileSystem& files, const std::string& path, std::uint64_t number,
                 const std::vector<std::shared_ptr<const Run>>& runs, const log::View& log,
                 const Tables& tables, const MergeOptions& options);

// Whether a merge would change nothing: every entry is a full record, or a tombstone.
bool holds_records_only(const Run& run) noexcept;

// Which of `sizes` (bytes of runs, newest first) should be merged now: the first n, 0 for none.
// Size-tiered: keeps the number of runs logarithmic and the space bound above.
std::size_t runs_to_merge(const std::vector<std::uint64_t>& sizes) noexcept;

}  // namespace gs::state
