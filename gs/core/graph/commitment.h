// What a change commits to: the salts, the leaf of every operation, and their root.
//
// Leaves are made in chunks of kLeafChunk, each with its own subtree root, so that chunks can be
// hashed by different threads and need no memory beyond a small array. A chunk is a power of two,
// therefore the RFC 6962 root over the chunk roots is the root over all leaves.
// Internal to gs/core/graph. Pure; safe from any thread.
#pragma once

#include "gs/core/graph/change.h"

namespace gs::graph {

inline constexpr std::uint32_t kLeafChunk = 128;
inline constexpr std::size_t kExplicitSaltBytes = 32;

using Salt = std::array<std::uint8_t, kSaltBytes>;

// SHA-256("gs salt" | seed | index u32)[0..16).
Salt salt_of(const std::uint8_t* seed, std::uint32_t index) noexcept;

// SHA-256(00 | salt | id | operation); `id` zero for none.
Digest leaf_of(const Salt& salt, const Id& id, Bytes operation) noexcept;

// Everything beside the operations that leaves need.
struct LeafSource {
  const std::uint8_t* salts = nullptr;  // the seed, or 32 bytes per operation
  bool explicit_salts = false;
  const std::uint8_t* ids = nullptr;  // the id table
};

// The leaves of operations [first, first + out.size()); `operation` points at the first of them.
// Returns where the operation after them begins. Heads must have been checked.
const std::uint8_t* leaves_of(const LeafSource& source, std::uint32_t first,
                              const std::uint8_t* operation, std::span<Digest> out) noexcept;

// The root of one chunk (the last one may be shorter); moves `operation` behind it.
Digest chunk_root(const LeafSource& source, std::uint32_t first, std::uint32_t count,
                  const std::uint8_t*& operation) noexcept;

inline constexpr std::uint32_t chunks_of(std::uint32_t operations) noexcept {
  return operations / kLeafChunk + (operations % kLeafChunk != 0 ? 1 : 0);
}
// How many operations chunk `chunk` of `operations` has.
inline constexpr std::uint32_t chunk_size(std::uint32_t chunk, std::uint32_t operations) noexcept {
  const std::uint32_t left = operations - chunk * kLeafChunk;
  return left < kLeafChunk ? left : kLeafChunk;
}

}  // namespace gs::graph
