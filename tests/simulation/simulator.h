// Years of crashes in seconds: the real engine on a simulated disk, against a naive model.
//
// One schedule is one seed: a storage is created, several lives of random work are lived, each ends
// in a power cut, a killed process or a clean close, with whatever faults the seed brings (failing
// writes and syncs, torn sectors, lost names, a full disk). After each life the storage is opened
// again and must hold exactly the transactions up to some point not before the last acknowledged
// one: nothing acknowledged lost, nothing invented, nothing half done. In a share of lives it must
// lead to the same without its state, and as a backup. See docs/TESTING.md.
#pragma once

#include <cstdint>
#include <string>

namespace gs::simulation {

struct Totals {
  std::uint64_t schedules = 0;
  std::uint64_t lives = 0;
  std::uint64_t transactions = 0;
  std::uint64_t refused = 0;  // transactions with an expectation that does not hold, and the like
  std::uint64_t acknowledged = 0;
  std::uint64_t lost_unacknowledged = 0;
  std::uint64_t torn_tails = 0;
  std::uint64_t failed_writes = 0;
  std::uint64_t full_disks = 0;
  std::uint64_t checkpoints_used = 0;
  std::uint64_t erasures = 0;
  std::uint64_t rebuilt = 0;    // opened without state
  std::uint64_t restored = 0;   // opened as a backup
  std::uint64_t cut_opens = 0;  // openings that failed by a power cut or another fault
  std::uint64_t checked_indexes = 0;
  std::uint64_t built_indexes = 0;
  std::uint64_t looked_back = 0;  // records asked for as of an earlier change
  std::uint64_t proven = 0;       // proofs that were given and checked
};

// Runs the schedule of `seed`. Empty when every promise held; else what broke, with all that is
// needed to repeat it.
std::string run_schedule(std::uint64_t seed, Totals& totals);

}  // namespace gs::simulation
