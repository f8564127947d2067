// What a storage tells of itself: figures, what recovery found, what verification says, and how far
// a long call is. Plain data.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "globalstorage/history.h"
#include "globalstorage/id.h"

namespace gs {

struct Stats {
  std::uint64_t records = 0;
  std::uint64_t log_bytes = 0;    // valid bytes of the log
  std::uint64_t state_bytes = 0;  // files below state/
  std::uint64_t blob_bytes = 0;
  std::uint64_t memory_bytes = 0;    // rows, slots, images and commits in RAM
  std::uint64_t memory_records = 0;  // of the records, those in memory only
  std::uint64_t segments = 0;
  std::uint64_t changes = 0;
  std::uint64_t operations = 0;  // appended by this process
  std::uint64_t runs = 0;
  std::uint64_t writers = 0;
  std::uint64_t shapes = 0;
  std::vector<std::pair<std::string, std::uint64_t>> collections;  // name, live records
};

// What open() found after a crash.
struct RecoveryReport {
  std::uint64_t changes_replayed = 0;
  std::uint64_t bytes_replayed = 0;
  // An unfinished write at the end of the log, which nothing shows to have been acknowledged:
  // removed, or left where it is because the storage was opened read-only. What an owner beside us
  // is writing is neither.
  bool torn_tail_cut = false;
  bool torn_tail_left_out = false;
  // With a torn tail: log/mark was there to show it. Else an acknowledged write may have been
  // there.
  bool torn_tail_judged = false;
  std::uint32_t cut_segment = 0;  // where it begins
  std::uint64_t cut_offset = 0;
  std::uint64_t cut_bytes = 0;
  std::vector<std::string> damage;  // not empty: the storage is read-only until repaired
};

// How far a long call is, `done` of `total` in units of its own. Called on the thread of the call,
// which waits for it. It may read, look at the history and ask for stats(). It must not commit,
// close or begin another long call (erase, verify, backup, compact, checkpoint, bundles): each may
// wait for the call that waits for it.
using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

struct ShallowOptions {
  std::optional<Version> before;  // what came before it is dropped; none: before now
  bool preview = false;           // tells what it would do, and does nothing
  Progress progress = {};         // of the log
};

// What making a storage shallow did, or would do.
struct ShallowReport {
  std::vector<Digest> version;   // the cut: what came before it is dropped, ascending
  std::uint64_t changes = 0;     // before the cut; their signed headers stay
  std::uint64_t operations = 0;  // whose contents were dropped by this call
  std::uint64_t log_bytes = 0;   // that they took in the log
  std::uint64_t base_bytes = 0;  // of the base, which has the state at the cut; 0 of a trial
};

struct VerifyOptions {
  bool full = true;            // false: without rebuilding the state from the log to compare it
  bool incremental = false;    // only changes that no verify() of this handle has seen yet
  std::optional<Digest> head;  // this change must be in the log: shows a cut-off end
  Progress progress;           // bytes
};

struct VerifySection {
  // frames, digests, links, signatures, commitments, payloads, ids, mark, keys, manifest, state,
  // blobs, head
  std::string name;
  bool ok = true;
  std::uint64_t checked = 0;
  bool complete = true;  // false: damage kept some of it from being checked
  // Of a failure: segment, offset, change, operation. When ok: what is odd and harms nothing.
  std::string detail;
};

struct VerifyReport {
  bool ok = true;
  std::vector<VerifySection> sections;
  std::uint64_t bytes = 0;
  std::uint64_t changes = 0;
  std::uint64_t operations = 0;
  std::uint64_t erased = 0;
  std::uint64_t dropped = 0;  // operations whose contents were dropped, as the storage is shallow
  std::vector<Digest> frontier;
  std::vector<std::string> damage;  // every damaged place of the log, up to 1,000
};

}  // namespace gs
