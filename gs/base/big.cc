// Big integers: decimal text to magnitude and back.
//
// Both ways go limb by limb (64 bits, or 19 decimal digits) over all limbs so
// far, so the cost is limbs squared / 2. kBigBytesMax holds that below 2,048 *
// 2,076 / 2 = 2.2 million steps: about 2 ms to read and 12 ms to write the
// largest number. A subquadratic method would pay only above that size. Input
// of any length is refused by its length before any work.
#include <algorithm>
#include <bit>
#include <string>

#include "globalstorage/value.h"
#include "gs/base/check.h"
#include "gs/base/digit.h"

namespace gs {
namespace {

using Wide = unsigned __int128;

constexpr std::size_t kChunkDigits = 19;
constexpr std::uint64_t kChunk =
    10'000'000'000'000'000'000u;  // 10^19, the largest power in 64 bits
// floor((2^128 - 1) / kChunk) - 2^64: turns the division by kChunk into a
// multiplication.
constexpr std::uint64_t kInverse = static_cast<std::uint64_t>(~Wide{0} / kChunk - (Wide{1} << 64));

// Divides (high, low) by kChunk; high < kChunk. Source: Möller and Granlund,
// "Improved division by invariant integers", 2011, algorithm 4. Compilers call
// a library function for this, 5 times slower.
std::uint64_t divide(std::uint64_t high, std::uint64_t low, std::uint64_t& remainder) noexcept {
  const Wide estimate = Wide{kInverse} * high + ((Wide{high} << 64) | low);
  std::uint64_t quotient = static_cast<std::uint64_t>(estimate >> 64) + 1;
  remainder = low - quotient * kChunk;
  if (remainder > static_cast<std::uint64_t>(estimate)) {
    --quotient;
    remainder += kChunk;
  }
  if (remainder >= kChunk) [[unlikely]] {
    ++quotient;
    remainder -= kChunk;
  }
  return quotient;
}

bool all_digits(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), is_digit);
}

// limbs = limbs * factor + addend
void multiply_add(std::vector<std::uint64_t>& limbs, std::uint64_t factor, std::uint64_t addend) {
  std::uint64_t carry = addend;
  for (std::uint64_t& limb : limbs) {
    const Wide product = Wide{limb} * factor + carry;
    limb = static_cast<std::uint64_t>(product);
    carry = static_cast<std::uint64_t>(product >> 64);
  }
  if (carry != 0) limbs.push_back(carry);
}

}  // namespace

bool Big::parse(std::string_view decimal, Big& out) {
  const bool minus = !decimal.empty() && decimal.front() == '-';
  if (minus) decimal.remove_prefix(1);
  if (decimal.empty() || decimal.size() > kBigDigitsMax || !all_digits(decimal)) return false;
  if (decimal.front() == '0' && (decimal.size() > 1 || minus)) return false;

  std::vector<std::uint64_t> limbs;
  limbs.reserve(decimal.size() / kChunkDigits + 1);
  // The first chunk is the short one, so that all others are whole.
  std::size_t take = (decimal.size() - 1) % kChunkDigits + 1;
  while (!decimal.empty()) {
    std::uint64_t factor = 1;
    std::uint64_t chunk = 0;
    for (const char c : decimal.substr(0, take)) {
      factor *= 10;
      chunk = chunk * 10 + static_cast<std::uint64_t>(c - '0');
    }
    multiply_add(limbs, factor, chunk);
    decimal.remove_prefix(take);
    take = kChunkDigits;
  }
  const std::size_t bytes =
      limbs.empty()
          ? 0
          : 8 * limbs.size() - static_cast<std::size_t>(std::countl_zero(limbs.back())) / 8;
  if (bytes > kBigBytesMax) return false;  // the largest numbers of kBigDigitsMax digits
  out.negative = minus;
  out.magnitude.resize(bytes);
  for (std::size_t i = 0; i < bytes; ++i) {
    out.magnitude[i] = static_cast<std::uint8_t>(limbs[i / 8] >> (8 * (i % 8)));
  }
  return true;
}

std::string Big::text() const {
  GS_CHECK(magnitude.size() <= kBigBytesMax);
  std::vector<std::uint64_t> limbs((magnitude.size() + 7) / 8);
  for (std::size_t i = 0; i < magnitude.size(); ++i) {
    limbs[i / 8] |= std::uint64_t{magnitude[i]} << (8 * (i % 8));
  }
  while (!limbs.empty() && limbs.back() == 0) limbs.pop_back();
  if (limbs.empty()) return "0";

  std::string reversed;
  reversed.reserve(limbs.size() * 20 + 1);
  while (!limbs.empty()) {
    std::uint64_t remainder = 0;
    for (std::size_t i = limbs.size(); i-- > 0;) {
      limbs[i] = divide(remainder, limbs[i], remainder);
    }
    while (!limbs.empty() && limbs.back() == 0) limbs.pop_back();
    for (std::size_t digit = 0; digit < kChunkDigits; ++digit, remainder /= 10) {
      if (limbs.empty() && remainder == 0) break;  // no zeros before the first digit
      reversed.push_back(static_cast<char>('0' + remainder % 10));
    }
  }
  if (negative) reversed.push_back('-');
  std::reverse(reversed.begin(), reversed.end());
  return reversed;
}

}  // namespace gs
