// How much memory writing a run may take; smaller only in tests, which then need no large runs.
#pragma once

#include "gs/storage/state/run.h"

namespace gs::state {

struct RunWriterLimits {
  std::size_t entries_in_memory = std::size_t{1} << 19;  // 20 MiB, then they go to a file
  std::size_t slots_at_once = std::size_t{4} << 20;      // 32 MiB, for 3 million ids
};

Result<std::unique_ptr<RunWriter>> create_run_writer(platform::FileSystem& files,
                                                     const std::string& path, std::uint64_t number,
                                                     const RunWriterLimits& limits);

}  // namespace gs::state
