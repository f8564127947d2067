// The bytes of a run file (docs/FORMAT.md, "Run"); shared by writer, reader and check.
//
//   header, 4096 bytes (rest zero):
//        0     4  magic "gsr1"          4  2  format version = 3      6  2  zero
//        8     8  run number, of the file's name
//       16     4  CRC-32C of bytes 0..16
//   images | entries | directory | sparse | slots | sums, one after the other, each a multiple of 8
//   footer, the last 144 bytes:
//        0     4  magic "gsr2"          4  2  format version = 3      6  2  zero
//        8     8  run number           16  8  entry count N, at most 2^31
//       24     8  collection count C   32  8  hash places P: 0 when N = 0
//       40  6*16  sections in file order: u64 offset, u64 bytes
//      136     4  CRC-32C of bytes 0..136
//      140     4  zero
//   directory, C * 32, ascending by collection number:
//        0     4  collection number     4  4  zero
//        8     8  first entry          16  8  entry count n, at least 1
//       24     8  first key in the sparse index; it has ceil(n / 64) + ceil(n / 4096)
//   sparse: u64 each, the first 8 bytes of an id, read as a big-endian number: for each collection
//   those of every 64th entry, then those of every 4096th
//   slots: u64 each, (P + overhang): 0, or high 32 bits of the id's hash over entry number + 1. An
//   entry is in the first free slot at or after its place = (low 32 bits of the hash * P) >> 32.
//   Probing never wraps: the overhang takes what the last places push out, and the last slot is
//   always 0.
//   sums: u32 each, the CRC-32C of each 4096 bytes of the file from byte 4096 on, up to the sums
//   (the last block may be shorter); a zero behind them when their count is odd
#pragma once

#include <cstddef>
#include <cstdint>

#include "gs/storage/state/entry.h"

namespace gs::state {

inline constexpr std::uint32_t kRunMagic = 0x31727367;        // "gsr1"
inline constexpr std::uint32_t kRunFooterMagic = 0x32727367;  // "gsr2"
inline constexpr std::uint16_t kRunVersion = 4;
inline constexpr std::size_t kRunHeaderBytes = 4096;
inline constexpr std::size_t kRunFooterBytes = 144;
inline constexpr std::uint64_t kRunBlockBytes = 4096;  // of a page: no more is read than is used
inline constexpr std::uint64_t kRunEntriesMax = std::uint64_t{1}
                                                << 31;  // numbers in slots have 32 bits
inline constexpr std::size_t kSparseStep = 64;
inline constexpr std::size_t kTopStep = kSparseStep * kSparseStep;

struct RunSection {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};
static_assert(sizeof(RunSection) == 16);

enum RunPart : std::size_t { kImages, kEntries, kDirectory, kSparse, kSlots, kSums, kRunParts };
struct RunFooter {
  std::uint32_t magic = kRunFooterMagic;
  std::uint16_t version = kRunVersion;
  std::uint16_t zero = 0;
  std::uint64_t number = 0;
  std::uint64_t entry_count = 0;
  std::uint64_t collection_count = 0;
  std::uint64_t places = 0;
  RunSection sections[kRunParts];
  std::uint32_t crc = 0;
  std::uint32_t zero_end = 0;
};
static_assert(sizeof(RunFooter) == kRunFooterBytes);
static_assert(offsetof(RunFooter, crc) == 136);

struct RunCollection {
  std::uint32_t number = 0;
  std::uint32_t zero = 0;
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  std::uint64_t sparse_first = 0;
};
static_assert(sizeof(RunCollection) == 32);

inline constexpr std::uint64_t run_block_of(std::uint64_t at) noexcept {
  return (at - kRunHeaderBytes) / kRunBlockBytes;
}
// Of the blocks between the header and the sums.
inline constexpr std::uint64_t run_block_count(std::uint64_t sums_at) noexcept {
  return (sums_at - kRunHeaderBytes + (kRunBlockBytes - 1)) / kRunBlockBytes;
}

// Keys of a collection's entries: of every 64th one ...
inline constexpr std::uint64_t key_count(std::uint64_t entries) noexcept {
  return (entries + (kSparseStep - 1)) / kSparseStep;
}
// ... and, behind them, of every 64th of these: few enough to stay in a cache.
inline constexpr std::uint64_t top_count(std::uint64_t entries) noexcept {
  return key_count(key_count(entries));
}
inline constexpr std::uint64_t sparse_count(std::uint64_t entries) noexcept {
  return key_count(entries) + top_count(entries);
}

// 70 % full at most.
inline constexpr std::uint64_t places_for(std::uint64_t entries) noexcept {
  return entries == 0 ? 0 : entries * 10 / 7 + 1;
}

inline constexpr std::uint64_t slot_place(std::uint64_t hash, std::uint64_t places) noexcept {
  return ((hash & 0xffffffff) * places) >> 32;
}

inline constexpr std::uint64_t slot_value(std::uint64_t hash, std::uint64_t entry) noexcept {
  return (hash & 0xffffffff00000000) | (entry + 1);
}

}  // namespace gs::state
