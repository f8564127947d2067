// What makes runs a database: which runs, up to which place in the log, and all local numbers.
//
//   state/<number>.gsp   one immutable file per checkpoint, written and synced before the manifest
//   manifest             two 4096-byte slots, written in turn: u32 magic "gsm1", u16 version, u16 zero,
//                        u64 turn, u64 checkpoint number, u64 checkpoint bytes, u8[32] SHA-256 of the
//                        checkpoint file, u32 CRC-32C of what stands before it
//
// Opening takes the valid slot with the highest turn whose checkpoint file matches its digest; when
// none does, state is rebuilt from the log. docs/FORMAT.md "Checkpoint" has the file's table.
// Errors: damaged, io, no_space.
#pragma once

#include "gs/core/graph/change.h"
#include "gs/platform/file_system.h"
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

struct Checkpoint {
  std::uint64_t number = 0;
  std::uint64_t log_location = 0;       // replay begins here ...
  std::uint64_t log_sequence = 0;       // ... with this local sequence
  std::uint64_t log_generation_sum = 0;
  std::uint64_t log_tree_size = 0;      // changes before that place
  std::uint64_t next_file = 1;          // first unused number for run and checkpoint files
  std::vector<std::uint64_t> runs;      // newest first
  std::vector<WriterHead> heads;
  std::vector<Digest> frontier;         // of branch main, ascending
  std::vector<std::uint64_t> live_records;  // by collection number
  // Shapes, writers and collections in order of their numbers.
};

Error write_checkpoint(platform::FileSystem& files, const Checkpoint& checkpoint, const Tables& tables,
                       std::uint64_t manifest_turn);
// not_found when there is no usable checkpoint. Fills `tables`, which must be empty.
struct Loaded {
  Checkpoint checkpoint;
  std::uint64_t manifest_turn = 0;
};
Result<Loaded> read_checkpoint(platform::FileSystem& files, Tables& tables);

}  // namespace gs::state
