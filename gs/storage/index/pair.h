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

template <typename T>
int three_way(T a, T b) noexcept {
  return a < b ? -1 : (a > b ? 1 : 0);
}

// Below, at or above zero, as memcmp, which costs more for the few bytes that tell most keys apart.
inline int compare_bytes(const std::uint8_t* a, const std::uint8_t* b, std::size_t size) noexcept {
  if (size >= 8) {
    const int order = three_way(load_u64_be(a), load_u64_be(b));
    return order != 0 || size == 8 ? order : std::memcmp(a + 8, b + 8, size - 8);
  }
  for (std::size_t i = 0; i < size; ++i) {
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return 0;
}

// Below, at or above zero.
inline int compare_keys(Bytes a, Bytes b) noexcept {
  const int order = compare_bytes(a.data(), b.data(), std::min(a.size(), b.size()));
  return order != 0 ? order : three_way(a.size(), b.size());
}

inline int compare_ids(const Id& a, const Id& b) noexcept {
  const int order = three_way(state::id_prefix(a), state::id_prefix(b));
  return order != 0 ? order : three_way(state::id_suffix(a), state::id_suffix(b));
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
