// The compression function of SHA-256, the only part that differs between platforms.
//
// `state` is eight native words, `blocks` is `count` times 64 bytes. Pure; safe from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace gs::crypto {

inline constexpr std::size_t kBlockBytes = 64;

using Sha256State = std::array<std::uint32_t, 8>;

void sha256_blocks(Sha256State& state, const std::uint8_t* blocks, std::size_t count) noexcept;

// True when sha256_block_pairs works here and is faster than one message after the other.
bool sha256_pairs_supported() noexcept;
// The same for two independent messages at once. Only where it is supported.
void sha256_block_pairs(Sha256State& state_a, const std::uint8_t* blocks_a, Sha256State& state_b,
                        const std::uint8_t* blocks_b, std::size_t count) noexcept;

// Many independent messages at once: `words[i][lane]` is word i of a lane's state.
inline constexpr std::size_t kLanes = 16;
struct Sha256Lanes {
  alignas(64) std::uint32_t words[8][kLanes];
};
// True when sha256_block_lanes works here.
bool sha256_lanes_supported() noexcept;
// `blocks`: of each lane. Costs the same however many lanes matter. Only where it is supported.
void sha256_block_lanes(Sha256Lanes& states, const std::uint8_t* const* blocks,
                        std::size_t count) noexcept;

}  // namespace gs::crypto
