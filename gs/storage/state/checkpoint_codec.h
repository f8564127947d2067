// The bytes of a checkpoint file (docs/FORMAT.md, "Checkpoint").
//
//   offset  size  field
//        0     4  magic "gsp1"          4  2  format version 1..3     6  2  zero
//        8     8  checkpoint number    16  8  log location            24  8  log sequence
//       32     8  log generation sum   40  8  changes before it       48  8  next file number
//       56     4  collections C        60  4  shapes S                64  4  writers W
//       68     4  runs R               72  4  heads H                 76  4  frontier F
//       80     4  live counts L <= C   84  4  indexes I, zero in version 1
//       88     .  C times: u16 name bytes N (0..255), u16 zero, u32 zero, id 16, name N, zeros to 8
//        .     .  S times: u32 collection number < C, u32 definition bytes, the definition
//        .   32W  writers, all different
//        .    8R  run numbers, newest first
//        .   80H  u32 writer number < W, u32 zero, u64 sequence, u64 hlc, u64 mint next,
//                 mint last 16, digest of the newest change 32
//        .   32F  digests, ascending, all different
//        .    8L  live records by collection number
//
//   Version 2, which is written exactly when there is a schema or an index, goes on, and so does
//   version 3, which is written exactly when there ever was a reference:
//
//        .     .  the schema in force: u64 hlc, writer 32, digest of the entry 32, u32 source bytes
//                 N, u32 zero, source N, zeros to 8. Without one N and all else is zero
//        .     .  I times, ascending by digest: digest of the definition 32, u32 runs R, u32 zero,
//                 8R run numbers, newest first
//
//   Version 3 goes on:
//
//        .     .  u32 references N, at least 1, u32 zero, N times, ascending by name: u64 hlc,
//                 writer 32, and the payload of the operation
//
// Exactly one encoding; nothing follows. Pure. Errors: damaged.
#pragma once

#include "gs/storage/state/checkpoint.h"

namespace gs::state {

Result<Buffer> encode_checkpoint(const Checkpoint& checkpoint, const Tables& tables);
// Fills `tables`, which must be empty, on success only.
Result<Checkpoint> decode_checkpoint(Bytes file, Tables& tables);

}  // namespace gs::state
