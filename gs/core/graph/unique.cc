#include "gs/core/graph/unique.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "gs/base/endian.h"

namespace gs::graph {
namespace {

// Average probes per entry before we believe that the entries were made to collide; honest tables
// at half load need about 1.5.
constexpr std::size_t kProbesPerEntry = 8;

std::uint64_t hash_of(const std::uint8_t* entry) noexcept {
  const std::uint64_t mixed = load_u64(entry) * 0x9e3779b97f4a7c15u ^ load_u64(entry + 8);
  return (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93u;
}

bool ascending(Bytes table, std::size_t entry_bytes) noexcept {
  for (std::size_t at = entry_bytes; at < table.size(); at += entry_bytes) {
    if (std::memcmp(table.data() + at - entry_bytes, table.data() + at, entry_bytes) >= 0)
      return false;
  }
  return true;
}

// Empty when it would take too many probes.
std::optional<bool> unique_by_hash(Bytes table, std::size_t entry_bytes) {
  const std::size_t count = table.size() / entry_bytes;
  int bits = 4;
  while ((std::size_t{1} << bits) < count * 2) ++bits;
  std::vector<std::uint32_t> slots(std::size_t{1} << bits);  // index + 1
  const std::size_t mask = slots.size() - 1;
  std::size_t probes_left = count * kProbesPerEntry;
  for (std::size_t index = 0; index < count; ++index) {
    const std::uint8_t* entry = table.data() + index * entry_bytes;
    auto slot = static_cast<std::size_t>(hash_of(entry) >> (64 - bits));
    for (; slots[slot] != 0; slot = (slot + 1) & mask) {
      const std::uint8_t* other = table.data() + (slots[slot] - 1) * entry_bytes;
      if (std::memcmp(entry, other, entry_bytes) == 0) return false;
      if (probes_left-- == 0) return std::nullopt;
    }
    slots[slot] = static_cast<std::uint32_t>(index + 1);
  }
  return true;
}

bool unique_by_sorting(Bytes table, std::size_t entry_bytes) {
  std::vector<const std::uint8_t*> entries;
  entries.reserve(table.size() / entry_bytes);
  for (std::size_t at = 0; at < table.size(); at += entry_bytes)
    entries.push_back(table.data() + at);
  const auto compare = [entry_bytes](const std::uint8_t* a, const std::uint8_t* b) {
    return std::memcmp(a, b, entry_bytes);
  };
  std::sort(entries.begin(), entries.end(),
            [&](const std::uint8_t* a, const std::uint8_t* b) { return compare(a, b) < 0; });
  return std::adjacent_find(entries.begin(), entries.end(),
                            [&](const std::uint8_t* a, const std::uint8_t* b) {
                              return compare(a, b) == 0;
                            }) == entries.end();
}

}  // namespace

bool all_unique(Bytes table, std::size_t entry_bytes) {
  if (ascending(table, entry_bytes)) return true;
  const std::optional<bool> answer = unique_by_hash(table, entry_bytes);
  return answer ? *answer : unique_by_sorting(table, entry_bytes);
}

}  // namespace gs::graph
