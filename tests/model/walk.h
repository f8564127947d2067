// One walk: a storage in a temporary directory, a few hundred random steps through the public
// interface, and a model that is a map. After each step what was touched is compared; now and then
// everything is.
//
// Kept beside it, to be compared much later: snapshots, records, half-done scans, the whole content
// at old changes, and proofs. Small options make runs, merges and segments of a few records. The
// same seed makes the same steps; the system's clock and randomness make other ids and digests.
#pragma once

#include <cstdint>
#include <string>

namespace gs::model {

struct Totals {
  std::uint64_t walks = 0;
  std::uint64_t transactions = 0;
  std::uint64_t refused = 0;  // transactions that must not take effect
  std::uint64_t old_reads = 0;
  std::uint64_t snapshots = 0;
  std::uint64_t proofs = 0;
  std::uint64_t erasures = 0;
  std::uint64_t opens = 0;
  std::uint64_t copies = 0;  // backups, restored ones, copied directories
  std::uint64_t runs = 0;
  std::uint64_t floods = 0;  // collections with more shapes than are made
  std::string text() const;
};

// A directory in memory where there is one: this is no test of the disk.
std::string default_directory();

// Empty when the storage was what the model says all the way, else what differed.
std::string walk(std::uint64_t seed, const std::string& directory, Totals& totals);

}  // namespace gs::model
