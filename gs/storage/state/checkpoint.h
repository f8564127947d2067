// What makes runs a database: which runs, up to which place in the log, and all local numbers.
//
//   state/<number>.gsp   one immutable file per checkpoint, written and synced before the manifest
//   manifest             two 4096-byte slots, written in turn: u32 magic "gsm1", u16 version,
//                        u16 zero, u64 turn, u64 checkpoint number, u64 checkpoint bytes, u8[32]
//                        SHA-256 of the checkpoint file, u32 CRC-32C of what stands before it
//
// Opening takes the valid slot with the highest turn whose checkpoint file matches its digest; when
// none does, state is rebuilt from the log. docs/FORMAT.md "Checkpoint" has the file's table.
//
// Runs and checkpoint files share one sequence of numbers. A file that no valid slot names is a
// leftover and may be removed or replaced. As long as the older slot shall be a way back, the runs
// that its checkpoint names have to stay.
// Threads: one at a time. Tables may grow meanwhile: what is added later is in the log behind
// log_location, and replaying gives it the same number again.
// Errors: not_found, damaged, io, no_space, too_large.
#pragma once

#include <memory>

#include "gs/core/graph/change.h"
#include "gs/platform/file_system.h"
#include "gs/storage/state/references.h"
#include "gs/storage/state/tables.h"

namespace gs::state {

// The newest change of one writer, and what its next one needs.
struct WriterHead {
  std::uint32_t writer = 0;  // number
  std::uint64_t sequence = 0;
  std::uint64_t hlc = 0;  // greatest stamp used
  std::uint64_t mint_next = 0;
  Id mint_last;
  Digest change;
};

// The schema in force: the entry of the log with the greatest stamp. None has an empty source.
struct SchemaEntry {
  std::uint64_t hlc = 0;
  id::Writer writer;
  Digest digest;  // SHA-256 of the entry's payload
  std::string source;
  bool is_there() const noexcept { return !source.empty(); }
};

// Which files hold a secondary index, beside what rows in RAM add to it.
struct IndexRuns {
  Digest definition;                // names the index
  std::vector<std::uint64_t> runs;  // newest first
};

// Of a storage with more than the branch main.
struct Branches {
  // Whose changes are in the log.
  struct Chain {
    id::Writer writer;
    graph::BranchId branch;  // not main
    friend auto operator<=>(const Chain&, const Chain&) = default;
  };
  graph::BranchId branch{};       // whose state this is; zero: main
  std::vector<Digest> log_heads;  // of all that is in the log, ascending
  std::vector<Chain> chains;      // ascending

  bool empty() const noexcept { return branch.is_zero() && log_heads.empty() && chains.empty(); }
};

struct Checkpoint {
  std::uint64_t number = 0;
  std::uint64_t log_location = 0;  // replay begins here ...
  std::uint64_t log_sequence = 0;  // ... with this local sequence
  std::uint64_t log_generation_sum = 0;
  std::uint64_t log_tree_size = 0;  // changes before that place
  std::uint64_t next_file = 1;      // first unused number for run and checkpoint files
  std::vector<std::uint64_t> runs;  // newest first
  std::vector<WriterHead> heads;
  std::vector<Digest> frontier;             // of the state, ascending
  std::vector<std::uint64_t> live_records;  // by collection number
  SchemaEntry schema;
  std::vector<IndexRuns> indexes;                // ascending by definition
  std::shared_ptr<const References> references;  // null or empty: there never was one
  Branches branches;                             // empty: there is main alone
  // Shapes, writers and collections in order of their numbers: those that the log before this
  // checkpoint defines, and none that a lost tail may have defined.
  std::uint32_t shape_count = kUnknown;
  std::uint32_t writer_count = kUnknown;
  std::uint32_t collection_count = kUnknown;

  bool has_references() const noexcept { return references != nullptr && !references->empty(); }
};

inline constexpr const char* kManifestPath = "manifest";
inline constexpr const char* kStateDirectory = "state";
// 4 Mi shapes or writers make some hundred megabytes; a file is read in one piece.
inline constexpr std::uint64_t kCheckpointBytesMax = std::uint64_t{1} << 30;

std::string run_path(std::uint64_t number);         // state/00000001.gsr
std::string checkpoint_path(std::uint64_t number);  // state/00000001.gsp

// Writes and syncs the file, then the slot that belongs to the turn. A failure leaves the slot of
// the turn before as it was.
Error write_checkpoint(platform::FileSystem& files, const Checkpoint& checkpoint,
                       const Tables& tables, std::uint64_t manifest_turn);

struct Loaded {
  Checkpoint checkpoint;
  std::uint64_t manifest_turn = 0;  // the next checkpoint is written with this + 1
};
// What verification finds in the manifest and the checkpoint that it names.
struct ManifestCheck {
  std::uint64_t sound = 0;  // slots, and the checkpoint of the newest one
  bool usable = false;      // some slot is valid
  std::string fault;        // empty: none. What is wrong
  std::string absent;       // the checkpoint, when somebody removed it: the state is made again
};
// Reads by pieces. Errors: io.
Result<ManifestCheck> check_manifest(platform::FileSystem& files);

// not_found when there is no usable checkpoint. Fills `tables`, which must be empty, on success
// only.
Result<Loaded> read_checkpoint(platform::FileSystem& files, Tables& tables);

}  // namespace gs::state
