// The checksum of A and B, one behind the other, is that of A times x^(8 |B|), plus that of B. So
// what B adds is known from the sums up to its begin and its end.
#include "gs/base/crc32c_parts.h"

#include <array>

#include "gs/base/check.h"
#include "gs/base/crc32c.h"

namespace gs {
namespace {

constexpr std::size_t kStepBytes = 256;

// Polynomials modulo that of CRC-32C; the highest bit is the coefficient of x^0.
constexpr std::uint32_t times(std::uint32_t a, std::uint32_t b) noexcept {
  std::uint32_t product = 0;
  for (std::uint32_t bit = 0x80000000; bit != 0; bit >>= 1) {
    if ((a & bit) != 0) product ^= b;
    b = (b >> 1) ^ ((b & 1) != 0 ? kCrc32cPolynomial : 0);
  }
  return product;
}

// kPowers[k][n] is x^(8 n 256^k).
using Powers = std::array<std::array<std::uint32_t, 256>, 4>;

constexpr Powers make_powers() noexcept {
  Powers powers{};
  std::uint32_t step = 0x00800000;  // x^8: one byte
  for (auto& row : powers) {
    row[0] = 0x80000000;
    for (std::size_t n = 1; n < row.size(); ++n) row[n] = times(row[n - 1], step);
    step = times(row[255], step);
  }
  return powers;
}

constexpr Powers kPowers = make_powers();

// `sum` times x^(8 bytes).
std::uint32_t shifted(std::uint32_t sum, std::uint32_t bytes) noexcept {
  for (const auto& row : kPowers) {
    if ((bytes & 0xff) != 0) sum = times(row[bytes & 0xff], sum);
    bytes >>= 8;
  }
  return sum;
}

}  // namespace

Crc32cParts::Crc32cParts(Bytes bytes) : bytes_(bytes) {
  GS_CHECK(static_cast<std::uint64_t>(bytes.size()) <= 0xffff'ffff);
}

std::uint32_t Crc32cParts::sum_to(std::size_t end) {
  const std::size_t step = end / kStepBytes;
  while (known_.size() <= step) {
    const std::size_t at = (known_.size() - 1) * kStepBytes;
    known_.push_back(crc32c(bytes_.subspan(at, kStepBytes), known_.back()));
  }
  const std::size_t at = step * kStepBytes;
  return crc32c(bytes_.subspan(at, end - at), known_[step]);
}

std::uint32_t Crc32cParts::sum(std::size_t begin, std::size_t end, std::uint32_t previous) {
  return sum_to(end) ^ shifted(sum_to(begin) ^ previous, static_cast<std::uint32_t>(end - begin));
}

}  // namespace gs
