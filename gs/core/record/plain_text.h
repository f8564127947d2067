// Text that JSON takes as it stands, found and copied in one pass: the bulk of what is read.
//
// Plain is every byte from 0x20 to 0x7f but the quote and the backslash. 32 bytes at a time where
// the processor has SSE2, which every x86-64 has; else 8. Pure.
#pragma once

#include <algorithm>
#include <bit>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "gs/base/endian.h"
#include "gs/core/record/json_forms.h"
#include "gs/core/record/utf8.h"

namespace gs::record {

inline bool is_plain(char c) noexcept { return c >= 0x20 && c != '"' && c != '\\'; }

#if defined(__SSE2__)

// One bit for each of 16 bytes: it is not plain. As signed numbers all of 0x80 to 0xff lie below
// 0x20, like the control characters.
inline std::uint32_t special_bits(__m128i text) noexcept {
  const __m128i quote = _mm_cmpeq_epi8(text, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(text, _mm_set1_epi8('\\'));
  const __m128i low = _mm_cmplt_epi8(text, _mm_set1_epi8(0x20));
  return static_cast<std::uint32_t>(
      _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), low)));
}

// Copies 32 bytes; one bit for each that is not plain.
inline std::uint32_t copy_block(const char* from, std::uint8_t* to) noexcept {
  const __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  const __m128i second = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + 16));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), first);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to + 16), second);
  return special_bits(first) | special_bits(second) << 16;
}
inline constexpr std::size_t kBlockText = 32;
inline constexpr int kBlockBitsPerByte = 1;

#else

inline std::uint64_t copy_block(const char* from, std::uint8_t* to) noexcept {
  const std::uint64_t text = load_u64(reinterpret_cast<const std::uint8_t*>(from));
  store_u64(to, text);
  return escape_bytes(text) | (text & kHighBits);
}
inline constexpr std::size_t kBlockText = 8;
inline constexpr int kBlockBitsPerByte = 8;

#endif

// Copies the plain bytes at the beginning of `from`, which has `size` bytes; returns how many they
// are. Whatever it finds, it may write to the first `size` bytes of `to`.
inline std::size_t copy_plain(const char* from, std::size_t size, std::uint8_t* to) noexcept {
  std::size_t at = 0;
  while (size - at >= kBlockText) {
    const auto special = copy_block(from + at, to + at);
    if (special != 0)
      return at + static_cast<unsigned>(std::countr_zero(special)) / kBlockBitsPerByte;
    at += kBlockText;
  }
  for (; at < size && is_plain(from[at]); ++at) to[at] = static_cast<std::uint8_t>(from[at]);
  return at;
}

}  // namespace gs::record
