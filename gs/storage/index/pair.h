// A pair of an index: a key and the id of a record that has it; and the order of pairs.
//
// Keys are compared as bytes, a shorter one before those that it begins; equal keys by id. The
// first eight bytes of a key as a number decide most comparisons without a look at the key.
//
// Pure.
#pragma once

#include <algorithm>
#include <cstring>

#include "globalstorage/bytes.h"
#include "globalstorage/id.h"
#include "gs/base/endian.h"
#include "gs/storage/state/id_key.h"

namespace gs::index {

// 16 MiB, as much as a record has: whatever a record holds can be a key.
inline constexpr std::size_t kKeyBytesMax = std::size_t{16} << 20;

// The first eight bytes, zeros behind a shorter key: never decides between a key and a longer one.
inline std::uint64_t key_prefix(Bytes key) noexcept {
  if (key.size() >= 8) return load_u64_be(key.data());
  std::uint64_t prefix = 0;
  for (std::size_t i = 0; i < key.size(); ++i) prefix |= std::uint64_t{key[i]} << (56 - 8 * i);
  return prefix;
}

// Below, at or above zero, as memcmp.
inline int compare_keys(Bytes a, Bytes b) noexcept {
  const std::size_t shared = std::min(a.size(), b.size());
  const int order = shared == 0 ? 0 : std::memcmp(a.data(), b.data(), shared);
  if (order != 0) return order;
  return a.size() < b.size() ? -1 : (a.size() > b.size() ? 1 : 0);
}

inline int compare_ids(const Id& a, const Id& b) noexcept {
  return std::memcmp(a.bytes.data(), b.bytes.data(), a.bytes.size());
}

// How many bytes both begin with.
inline std::size_t shared_bytes(Bytes a, Bytes b) noexcept {
  const std::size_t most = std::min(a.size(), b.size());
  std::size_t at = 0;
  while (most - at >= 8 && load_u64(a.data() + at) == load_u64(b.data() + at)) at += 8;
  while (at < most && a[at] == b[at]) ++at;
  return at;
}

// A pair by reference, as long as its source stays where it is.
struct Pair {
  std::uint64_t prefix = 0;
  Bytes key;
  const Id* id = nullptr;

  static Pair of(Bytes key, const Id& id) noexcept { return {key_prefix(key), key, &id}; }
};

inline int compare(const Pair& a, const Pair& b) noexcept {
  if (a.prefix != b.prefix) return a.prefix < b.prefix ? -1 : 1;
  const int order = compare_keys(a.key, b.key);
  return order != 0 ? order : compare_ids(*a.id, *b.id);
}

inline bool same_pair(const Pair& a, const Pair& b) noexcept {
  return a.prefix == b.prefix && state::same_id(*a.id, *b.id) && equal(a.key, b.key);
}

}  // namespace gs::index
