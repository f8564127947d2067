// Ids as keys: hash, equality and order in a few instructions.
//
// The hash is part of the run format (docs/FORMAT.md, "Run"): never change it without a new format
// version. It mixes all 16 bytes, so ids that share their first or last half spread as well as
// random ones. It is no defence against somebody who searches for collisions; minted and keyed ids
// carry 62 bits of SHA-256, which makes that search expensive.
//
// Pure.
#pragma once

#include "globalstorage/id.h"
#include "gs/base/endian.h"

namespace gs::state {

inline std::uint64_t hash_id(const Id& id) noexcept {
  const std::uint64_t low = load_u64(id.bytes.data());
  const std::uint64_t high = load_u64(id.bytes.data() + 8);
  std::uint64_t hash = low ^ (high * 0x9e3779b97f4a7c15);
  hash ^= hash >> 32;
  hash *= 0xd6e8feb86659fd93;
  hash ^= hash >> 32;
  return hash;
}

inline bool same_id(const Id& a, const Id& b) noexcept {
  return ((load_u64(a.bytes.data()) ^ load_u64(b.bytes.data())) |
          (load_u64(a.bytes.data() + 8) ^ load_u64(b.bytes.data() + 8))) == 0;
}

// The first half of an id as a number whose order is the order of the bytes.
inline std::uint64_t id_prefix(const Id& id) noexcept { return load_u64_be(id.bytes.data()); }
inline std::uint64_t id_suffix(const Id& id) noexcept { return load_u64_be(id.bytes.data() + 8); }

inline bool id_less(const Id& a, const Id& b) noexcept {
  const std::uint64_t a_prefix = id_prefix(a);
  const std::uint64_t b_prefix = id_prefix(b);
  if (a_prefix != b_prefix) return a_prefix < b_prefix;
  return id_suffix(a) < id_suffix(b);
}

}  // namespace gs::state
