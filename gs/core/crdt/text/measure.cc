#include "gs/core/crdt/text/measure.h"

#include "gs/base/endian.h"

namespace gs::crdt {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101u;
constexpr std::uint64_t kLow7 = 0x7f7f7f7f7f7f7f7fu;

// How many of the bytes, each 0 or 1, are 1.
std::uint32_t sum_bytes(std::uint64_t bits) noexcept {
  return static_cast<std::uint32_t>((bits * kOnes) >> 56);
}

std::uint32_t continuations(std::uint64_t word) noexcept {
  return sum_bytes((word >> 7) & (~word >> 6) & kOnes);
}

std::uint32_t leads_of_four(std::uint64_t word) noexcept {
  return sum_bytes((word >> 7) & (word >> 6) & (word >> 5) & (word >> 4) & kOnes);
}

std::uint32_t line_feeds(std::uint64_t word) noexcept {
  const std::uint64_t other = word ^ (kOnes * '\n');
  return sum_bytes((~(((other & kLow7) + kLow7) | other) >> 7) & kOnes);
}

std::uint64_t load_part(const char* at, std::size_t bytes) noexcept {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    word |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(at[i])) << (8 * i);
  }
  return word;
}

void add_word(Measure& sum, std::uint64_t word) noexcept {
  sum.lines += line_feeds(word);
  if ((word & (kOnes << 7)) == 0) return;
  const std::uint32_t inner = continuations(word);
  sum.points -= inner;
  sum.units16 -= inner;
  sum.units16 += leads_of_four(word);
}

}  // namespace

Measure measure_long(std::string_view text) noexcept {
  const auto bytes = static_cast<std::uint32_t>(text.size());
  Measure sum{bytes, bytes, bytes, 0};
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left >= 8; left -= 8, at += 8) {
    add_word(sum, load_u64(reinterpret_cast<const std::uint8_t*>(at)));
  }
  if (left > 0) add_word(sum, load_part(at, left));
  return sum;
}

std::size_t bytes_of_points(std::string_view text, std::uint32_t points) noexcept {
  std::size_t at = 0;
  while (text.size() - at >= 8) {
    const std::uint64_t word = load_u64(reinterpret_cast<const std::uint8_t*>(text.data() + at));
    const std::uint32_t begun = 8 - continuations(word);
    if (begun >= points) break;
    points -= begun;
    at += 8;
  }
  // Behind the last of them stand the rest of its bytes.
  for (; at < text.size(); ++at) {
    if ((static_cast<std::uint8_t>(text[at]) & 0xc0) == 0x80) continue;
    if (points-- == 0) break;
  }
  return at;
}

}  // namespace gs::crdt
