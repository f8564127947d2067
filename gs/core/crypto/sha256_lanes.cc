// Sixteen messages at once with AVX-512: word i of all of them lies in one register.
//
// The SHA instructions share one unit, which two messages keep busy: 99 cycles a block. Here rounds
// are ordinary arithmetic on two units, about 60 cycles a block, when the lanes are full. Nothing
// is looked up by secret data.
// Source: FIPS 180-4 for the function; Gueron and Krasnov, "Simultaneous hashing of multiple
// messages", 2012, for the layout.
#include "gs/base/check.h"
#include "gs/core/crypto/sha256_blocks.h"

#if defined(__x86_64__)

#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes the undefined registers inside its own functions for mistakes (its bug 105593).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <immintrin.h>

#include <utility>

#include "gs/core/crypto/sha256_rounds.h"

namespace gs::crypto {
namespace {

#define GS_LANES_TARGET __attribute__((target("avx512f,avx512bw"), always_inline)) inline

// What vpternlog computes from three bits, as its table.
constexpr int kXor = 0x96;       // a ^ b ^ c
constexpr int kChoose = 0xca;    // a ? b : c
constexpr int kMajority = 0xe8;  // at least two of them

GS_LANES_TARGET __m512i add(__m512i a, __m512i b) noexcept { return _mm512_add_epi32(a, b); }

template <int A, int B, int C>
GS_LANES_TARGET __m512i big_sigma(__m512i x) noexcept {
  return _mm512_ternarylogic_epi32(_mm512_ror_epi32(x, A), _mm512_ror_epi32(x, B),
                                   _mm512_ror_epi32(x, C), kXor);
}

template <int A, int B, int Shift>
GS_LANES_TARGET __m512i small_sigma(__m512i x) noexcept {
  return _mm512_ternarylogic_epi32(_mm512_ror_epi32(x, A), _mm512_ror_epi32(x, B),
                                   _mm512_srli_epi32(x, Shift), kXor);
}

// The eight working variables stay in their registers: their names move instead, by one each round.
template <int Round>
GS_LANES_TARGET void one_round(__m512i (&state)[8], __m512i (&words)[16]) noexcept {
  const auto at = [](int variable) { return (variable + 64 - Round) % 8; };
  __m512i& word = words[Round % 16];
  const __m512i a = state[at(0)];
  const __m512i e = state[at(4)];
  __m512i& d = state[at(3)];
  __m512i& h = state[at(7)];
  const __m512i chosen = _mm512_ternarylogic_epi32(e, state[at(5)], state[at(6)], kChoose);
  const __m512i constant = _mm512_set1_epi32(static_cast<int>(kSha256Rounds[Round]));
  const __m512i sum = add(add(add(h, constant), add(word, chosen)), big_sigma<6, 11, 25>(e));
  const __m512i most = _mm512_ternarylogic_epi32(a, state[at(1)], state[at(2)], kMajority);
  d = add(d, sum);
  h = add(sum, add(big_sigma<2, 13, 22>(a), most));
  if constexpr (Round < 48) {
    const __m512i early = small_sigma<7, 18, 3>(words[(Round + 1) % 16]);
    const __m512i late = small_sigma<17, 19, 10>(words[(Round + 14) % 16]);
    word = add(add(word, early), add(words[(Round + 9) % 16], late));
  }
}

template <int... Rounds>
GS_LANES_TARGET void all_rounds(__m512i (&state)[8], __m512i (&words)[16],
                                std::integer_sequence<int, Rounds...>) noexcept {
  (one_round<Rounds>(state, words), ...);
}

// Turns 16 rows of 16 words into 16 columns.
GS_LANES_TARGET void transpose(__m512i (&rows)[16]) noexcept {
  __m512i pairs[16];
  for (int i = 0; i < 16; i += 4) {
    const __m512i low_a = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
    const __m512i high_a = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
    const __m512i low_b = _mm512_unpacklo_epi32(rows[i + 2], rows[i + 3]);
    const __m512i high_b = _mm512_unpackhi_epi32(rows[i + 2], rows[i + 3]);
    pairs[i] = _mm512_unpacklo_epi64(low_a, low_b);
    pairs[i + 1] = _mm512_unpackhi_epi64(low_a, low_b);
    pairs[i + 2] = _mm512_unpacklo_epi64(high_a, high_b);
    pairs[i + 3] = _mm512_unpackhi_epi64(high_a, high_b);
  }
  for (int i = 0; i < 4; ++i) {
    const __m512i low_a = _mm512_shuffle_i32x4(pairs[i], pairs[i + 4], 0x88);
    const __m512i high_a = _mm512_shuffle_i32x4(pairs[i], pairs[i + 4], 0xdd);
    const __m512i low_b = _mm512_shuffle_i32x4(pairs[i + 8], pairs[i + 12], 0x88);
    const __m512i high_b = _mm512_shuffle_i32x4(pairs[i + 8], pairs[i + 12], 0xdd);
    rows[i] = _mm512_shuffle_i32x4(low_a, low_b, 0x88);
    rows[i + 4] = _mm512_shuffle_i32x4(high_a, high_b, 0x88);
    rows[i + 8] = _mm512_shuffle_i32x4(low_a, low_b, 0xdd);
    rows[i + 12] = _mm512_shuffle_i32x4(high_a, high_b, 0xdd);
  }
}

GS_LANES_TARGET void load_words(const std::uint8_t* const* blocks, std::size_t offset,
                                __m512i (&words)[16]) noexcept {
  const __m512i big_endian =
      _mm512_broadcast_i32x4(_mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
  for (int lane = 0; lane < 16; ++lane) {
    words[lane] = _mm512_shuffle_epi8(_mm512_loadu_si512(blocks[lane] + offset), big_endian);
  }
  transpose(words);
}

#undef GS_LANES_TARGET

}  // namespace

bool sha256_lanes_supported() noexcept {
  static const bool supported =
      __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
  return supported;
}

__attribute__((target("avx512f,avx512bw"))) void sha256_block_lanes(
    Sha256Lanes& states, const std::uint8_t* const* blocks, std::size_t count) noexcept {
  __m512i state[8];
  for (int i = 0; i < 8; ++i) state[i] = _mm512_load_si512(states.words[i]);
  for (std::size_t block = 0; block < count; ++block) {
    __m512i words[16];
    load_words(blocks, block * kBlockBytes, words);
    __m512i before[8];
    for (int i = 0; i < 8; ++i) before[i] = state[i];
    all_rounds(state, words, std::make_integer_sequence<int, 64>());
    for (int i = 0; i < 8; ++i) state[i] = _mm512_add_epi32(state[i], before[i]);
  }
  for (int i = 0; i < 8; ++i) _mm512_store_si512(states.words[i], state[i]);
}

}  // namespace gs::crypto

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#else

namespace gs::crypto {

bool sha256_lanes_supported() noexcept { return false; }

void sha256_block_lanes(Sha256Lanes&, const std::uint8_t* const*, std::size_t) noexcept {
  GS_CHECK(sha256_lanes_supported());
}

}  // namespace gs::crypto

#endif
