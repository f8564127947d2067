// Text that JSON takes as it stands, found and copied in one pass: the bulk of what is read.
//
// Plain is every byte from 0x20 to 0x7f but the quote and the backslash. 16 bytes at a time where
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

// Without the sign of `char`, which depends on the processor.
inline bool is_plain(char c) noexcept {
  const auto byte = static_cast<std::uint8_t>(c);
  return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

// Eight bytes are copied; the lowest bit that is set belongs to the first one that is not plain.
inline std::uint64_t copy_word(const char* from, std::uint8_t* to) noexcept {
  const std::uint64_t text = load_u64(reinterpret_cast<const std::uint8_t*>(from));
  store_u64(to, text);
  return escape_bytes(text) | (text & kHighBits);
}

#if defined(__SSE2__)

// One bit for each of 16 bytes: it is not plain. As signed numbers all of 0x80 to 0xff lie below
// 0x20, like the control characters.
inline std::uint32_t copy_block(const char* from, std::uint8_t* to) noexcept {
  const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), text);
  const __m128i quote = _mm_cmpeq_epi8(text, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(text, _mm_set1_epi8('\\'));
  const __m128i low = _mm_cmplt_epi8(text, _mm_set1_epi8(0x20));
  return static_cast<std::uint32_t>(
      _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), low)));
}

#endif

// Copies the plain bytes at the beginning of `from`, which has `size` bytes; returns how many they
// are. Whatever it finds, it may write to the first `size` bytes of `to`.
inline std::size_t copy_plain(const char* from, std::size_t size, std::uint8_t* to) noexcept {
  std::size_t at = 0;
#if defined(__SSE2__)
  if (size >= 8) {  // words between letters of other scripts are short
    const std::uint64_t special = copy_word(from, to);
    if (special != 0) return static_cast<unsigned>(std::countr_zero(special)) / 8;
    at = 8;
  }
  for (; size - at >= 16; at += 16) {
    const std::uint32_t special = copy_block(from + at, to + at);
    if (special != 0) return at + static_cast<unsigned>(std::countr_zero(special));
  }
#endif
  for (; size - at >= 8; at += 8) {
    const std::uint64_t special = copy_word(from + at, to + at);
    if (special != 0) return at + static_cast<unsigned>(std::countr_zero(special)) / 8;
  }
  for (; at < size && is_plain(from[at]); ++at) to[at] = static_cast<std::uint8_t>(from[at]);
  return at;
}

}  // namespace gs::record
