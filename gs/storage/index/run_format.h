// The bytes of a run of an index (docs/FORMAT.md, "Index run"); shared by writer and reader.
//
//   header, 4096 bytes (rest zero):
//        0     4  magic "gsx1"          4  2  format version = 1      6  2  zero
//        8     8  run number, of the file's name
//       16     4  CRC-32C of bytes 0..16
//   blocks | sums, one after the other, each a multiple of 8
//   footer, the last 88 bytes:
//        0     4  magic "gsx2"          4  2  format version = 1      6  2  zero
//        8     8  run number           16  8  pair count N           24  8  removed among them
//       32     8  offset of the root block; 0 when N = 0
//       40     4  levels of blocks; 0 when N = 0
//       44     4  bytes of the longest key
//       48     8  offset of the sums    56  8  bytes of the sums
//       64     8  offset of the last block of level 0; 0 when N = 0
//       72     8  zero                  80  4  CRC-32C of bytes 0..80     84  4  zero
//   block, at a multiple of 8:
//        0     4  bytes of the block, a multiple of 8
//        4     4  entry count n, at least 1
//        8     4  removed among them; 0 above level 0
//       12     4  level
//       16     4  bytes p of the prefix that all keys share
//       20     4  bytes s of the suffixes
//       24     8  level 0: how far back the last block of level 0 begins, 0 for none; above: 0
//       32   16n  ids
//        .    8n  above level 0: offset in the file of the block that the entry is the bound of
//        .    4n  where the entry's suffix ends, below 2^31; the top bit: removed
//        .     p  prefix, then s bytes of suffixes, then zeros to a multiple of 8
//   Level 0 has the pairs, in order. An entry above is a bound of a block of the level below: no
//   pair there is before it, and all pairs in blocks before that are. The root is alone in its
//   level.
//   sums: as in a run of records (gs/storage/state/run_format.h)
#pragma once

#include <cstddef>
#include <cstdint>

#include "gs/storage/state/run_format.h"

namespace gs::index {

inline constexpr std::uint32_t kRunMagic = 0x31787367;        // "gsx1"
inline constexpr std::uint32_t kRunFooterMagic = 0x32787367;  // "gsx2"
inline constexpr std::uint16_t kRunVersion = 1;
inline constexpr std::size_t kRunHeaderBytes = state::kRunHeaderBytes;  // its sums begin behind it
inline constexpr std::size_t kRunFooterBytes = 88;
inline constexpr std::size_t kBlockHeadBytes = 32;
// About so many bytes has a block: four pages, which a disk reads as fast as one.
inline constexpr std::size_t kBlockBytes = std::size_t{16} << 10;
inline constexpr std::uint32_t kSuffixEndMask = (std::uint32_t{1} << 31) - 1;
// A block above level 0 has two entries at least, but for the last one of its level: 2^63 pairs.
inline constexpr std::uint32_t kBlockLevelsMax = 64;

struct RunFooter {
  std::uint32_t magic = kRunFooterMagic;
  std::uint16_t version = kRunVersion;
  std::uint16_t zero = 0;
  std::uint64_t number = 0;
  std::uint64_t pair_count = 0;
  std::uint64_t removed_count = 0;
  std::uint64_t root = 0;
  std::uint32_t levels = 0;
  std::uint32_t key_bytes_max = 0;
  state::RunSection sums;
  std::uint64_t last = 0;
  std::uint64_t reserved = 0;
  std::uint32_t crc = 0;
  std::uint32_t zero_end = 0;
};
static_assert(sizeof(RunFooter) == kRunFooterBytes);
static_assert(offsetof(RunFooter, crc) == 80);

struct BlockHead {
  std::uint32_t bytes = 0;
  std::uint32_t count = 0;
  std::uint32_t removed = 0;
  std::uint32_t level = 0;
  std::uint32_t prefix_bytes = 0;
  std::uint32_t suffix_bytes = 0;
  std::uint64_t back = 0;
};
static_assert(sizeof(BlockHead) == kBlockHeadBytes);

// Without the zeros at the end.
inline constexpr std::uint64_t block_bytes(std::uint64_t entries, std::uint32_t level,
                                           std::uint64_t key_bytes) noexcept {
  return kBlockHeadBytes + entries * (level == 0 ? 20 : 28) + key_bytes;
}

}  // namespace gs::index
