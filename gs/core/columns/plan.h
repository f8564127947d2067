// How one column of numbers becomes planes; what packing and unpacking share. Internal to
// gs/core/columns.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "globalstorage/bytes.h"
#include "gs/core/columns/packing.h"

namespace gs::columns {

enum class Packing : std::uint8_t { constant, planes, differences, whole_doubles };
inline constexpr std::uint8_t kPackingMax = 3;
inline constexpr std::uint8_t kDenseBit = 0x80;  // beside the packing
inline constexpr std::size_t kNumberBits = 64;
inline constexpr std::size_t kPlaneBits = 8;

struct Plan {
  Packing packing = Packing::constant;
  // The bits of the last plane, fewer than 8 in each number, stand without gaps.
  bool dense = false;
  std::uint64_t base = 0;  // the least number; of a constant column the only one
  std::size_t bits = 0;    // of the largest number in the planes

  std::size_t planes() const noexcept { return (bits + kPlaneBits - 1) / kPlaneBits; }
  std::size_t last_bits() const noexcept { return bits % kPlaneBits; }
  bool is_dense(std::size_t plane) const noexcept { return dense && plane + 1 == planes(); }
  std::size_t plane_bytes(std::size_t plane, std::size_t count) const noexcept {
    return is_dense(plane) ? (count * last_bits() + kPlaneBits - 1) / kPlaneBits : count;
  }
};

// Differences modulo 2^64, near zero first: 0 -1 1 -2 ... are 0 1 2 3 ...
constexpr std::uint64_t fold64(std::uint64_t value) noexcept {
  return value << 1 ^ (0 - (value >> 63));
}
constexpr std::uint64_t unfold64(std::uint64_t value) noexcept {
  return value >> 1 ^ (0 - (value & 1));
}

inline constexpr double kWholeMax = 9007199254740992.0;  // 2^53: beyond it doubles skip numbers

// The folded whole number of which `bits` are the double; false: it is none, or minus zero.
inline bool whole_of_double(std::uint64_t bits, std::uint64_t& folded) noexcept {
  const auto number = std::bit_cast<double>(bits);
  if (!(std::fabs(number) < kWholeMax)) return false;
  const auto whole = static_cast<std::int64_t>(number);
  folded = fold64(static_cast<std::uint64_t>(whole));
  return std::bit_cast<std::uint64_t>(static_cast<double>(whole)) == bits;
}

inline std::uint64_t double_of_whole(std::uint64_t folded) noexcept {
  const auto whole = static_cast<std::int64_t>(unfold64(folded));
  return std::bit_cast<std::uint64_t>(static_cast<double>(whole));
}

}  // namespace gs::columns
