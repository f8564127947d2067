// Group commit, without a lock: who sets `flushing` leads, the others wait for the next round
// (flush.cc).
#pragma once

#include <atomic>
#include <cstdint>

#include "gs/storage/state/row_table.h"

namespace gs::engine {

struct GroupCommit {
  std::atomic<bool> flushing{false};
  std::atomic<std::uint32_t> rounds{0};
  std::atomic<state::Sequence> durable{0};
  std::uint64_t marked_ms = 0;  // when the last flush marked the log; the leader's
};

}  // namespace gs::engine
