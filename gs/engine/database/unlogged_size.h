// How much of the memory for records that are not in the log is of use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gs::engine {

// What the table of records that are not in the log has in it.
struct UnloggedSize {
  std::size_t bytes = 0;               // of all rows with their images
  std::size_t live_bytes = 0;          // of the newest ones of live records
  std::vector<std::uint64_t> records;  // live ones by collection number

  std::size_t useless() const noexcept { return bytes - live_bytes; }
};

}  // namespace gs::engine
