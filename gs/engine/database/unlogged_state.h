// Records that are not in the log: which these are, and how much of the memory for them is of use.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "gs/core/graph/change.h"

namespace gs::engine {

// What the table of records that are not in the log has in it.
struct UnloggedSize {
  std::size_t bytes = 0;               // of all rows with their images
  std::size_t live_bytes = 0;          // of the newest ones of live records
  std::vector<std::uint64_t> records;  // live ones by collection number

  std::size_t useless() const noexcept { return bytes - live_bytes; }
};

struct UnloggedState {
  std::set<std::string, std::less<>> collections;  // as the schema in force says
  UnloggedSize size;
  graph::Hlc hlc = 0;
  std::atomic<bool> wasteful{false};
};

}  // namespace gs::engine
