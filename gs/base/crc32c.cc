// CRC-32C three ways with one result: the SSE 4.2 instruction, three streams of
// it at once for large inputs, and tables (slicing by 8) where there is no such
// instruction.
#include "gs/base/crc32c.h"

#include <array>

#include "gs/base/endian.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace gs {
namespace {

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

// kTables[k][b]: what byte b does to the checksum when k more bytes follow in
// its word.
constexpr Tables make_tables() noexcept {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kCrc32cPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

std::uint32_t by_tables(const std::uint8_t* at, std::size_t size, std::uint32_t crc) noexcept {
  for (; size >= 8; at += 8, size -= 8) {
    const std::uint64_t word = load_u64(at) ^ crc;
    crc = 0;
    for (std::size_t k = 0; k < 8; ++k) crc ^= kTables[7 - k][(word >> (8 * k)) & 0xff];
  }
  for (; size > 0; ++at, --size) crc = (crc >> 8) ^ kTables[0][(crc ^ *at) & 0xff];
  return crc;
}

#if defined(__x86_64__)

// One instruction takes 3 cycles but a new one can start in each: three streams
// use them all.
constexpr std::size_t kStreamBytes = 1024;

// x^(8 * bytes - 33) modulo the polynomial, reflected: times a checksum, then
// through the crc instruction (which multiplies by x^32; the reflected product
// brings the other x), it appends `bytes` zero bytes to what that checksum
// covers.
constexpr std::uint64_t shift_constant(std::size_t bytes) noexcept {
  std::uint32_t power = 0x80000000;  // x^0
  for (std::size_t i = 0; i < 8 * bytes - 33; ++i) {
    power = (power >> 1) ^ ((power & 1) != 0 ? kCrc32cPolynomial : 0);
  }
  return power;
}

__attribute__((target("sse4.2,pclmul"))) std::uint32_t append_zeros(
    std::uint64_t crc, std::uint64_t constant) noexcept {
  const __m128i product =
      _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<long long>(crc)),
                           _mm_cvtsi64_si128(static_cast<long long>(constant)), 0);
  return static_cast<std::uint32_t>(
      _mm_crc32_u64(0, static_cast<std::uint64_t>(_mm_cvtsi128_si64(product))));
}

__attribute__((target("sse4.2,pclmul"))) std::uint32_t by_instruction(
    const std::uint8_t* at, std::size_t size, std::uint32_t start) noexcept {
  constexpr std::uint64_t kOne = shift_constant(kStreamBytes);
  constexpr std::uint64_t kTwo = shift_constant(2 * kStreamBytes);
  std::uint64_t crc = start;
  for (; size >= 3 * kStreamBytes; at += 3 * kStreamBytes, size -= 3 * kStreamBytes) {
    std::uint64_t second = 0;
    std::uint64_t third = 0;
    for (std::size_t i = 0; i < kStreamBytes; i += 8) {
      crc = _mm_crc32_u64(crc, load_u64(at + i));
      second = _mm_crc32_u64(second, load_u64(at + kStreamBytes + i));
      third = _mm_crc32_u64(third, load_u64(at + 2 * kStreamBytes + i));
    }
    crc = append_zeros(crc, kTwo) ^ append_zeros(second, kOne) ^ third;
  }
  for (; size >= 8; at += 8, size -= 8) crc = _mm_crc32_u64(crc, load_u64(at));
  auto narrow = static_cast<std::uint32_t>(crc);
  for (; size > 0; ++at, --size) narrow = _mm_crc32_u8(narrow, *at);
  return narrow;
}

#endif

}  // namespace

std::uint32_t crc32c(Bytes bytes, std::uint32_t previous) noexcept {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul")) [[likely]] {
    return ~by_instruction(bytes.data(), bytes.size(), ~previous);
  }
#endif
  return ~by_tables(bytes.data(), bytes.size(), ~previous);
}

}  // namespace gs
