// How much memory writing a run may take, however long it is; smaller only in tests, which then
// need no large runs. With the blocks of files on their way and what sorts slots (slot_windows.cc)
// it is less than 24 MiB, and 32 bytes for each collection.
#pragma once

#include "gs/storage/state/run.h"

namespace gs::state {

struct RunWriterLimits {
  std::size_t entries_in_memory = std::size_t{1} << 16;  // 2.5 MiB, then they go to a file
  std::size_t slots_at_once = std::size_t{1} << 20;      // 8 MiB, for 700,000 ids
  std::size_t sums_in_memory = std::size_t{1} << 16;     // 256 KiB, for 256 MiB of file
};

Result<std::unique_ptr<RunWriter>> create_run_writer(platform::FileSystem& files,
                                                     const std::string& path, std::uint64_t number,
                                                     const RunWriterLimits& limits);

}  // namespace gs::state
