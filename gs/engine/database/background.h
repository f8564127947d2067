// What the background job works on, of which one runs at a time, and what it has saved.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "globalstorage/error.h"
#include "gs/platform/mutex.h"
#include "gs/storage/state/checkpoint.h"
#include "gs/storage/state/row_table.h"

namespace gs::engine {

// Runs that may be added beside one merge, or while one segment is written again. Then commits wait
// until it is done: else whoever writes faster than runs are merged would have ever more of them.
inline constexpr std::size_t kRunsBesideMax = 32;

struct Background {
  struct Frozen {
    std::shared_ptr<state::RowTable> table;
    state::Checkpoint checkpoint;  // what holds once the table is in a run
  };

  mutable platform::Mutex mutex;  // of all
  platform::Condition done;
  bool is_running = false;
  bool is_stopping = false;
  Error error;                 // of the last job
  std::vector<Frozen> frozen;  // oldest first
};

// The job's own, and that of open() before there is one.
struct SavedState {
  state::Checkpoint checkpoint;         // the newest one written
  std::atomic<bool> is_unsaved{false};  // saving it failed
  bool lags = false;                    // behind the log, so no checkpoint may be saved
  bool old_names_gone = false;
  std::uint64_t manifest_turn = 0;
  std::uint64_t previous = 0;  // the checkpoint before, still named by the other slot
  std::atomic<std::uint64_t> next_file{1};
};

}  // namespace gs::engine
