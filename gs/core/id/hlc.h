// Hybrid logical clock: 48 bits of milliseconds, 16 bits of counter, in one number.
//
// Two stamps of one writer always differ, and a stamp is greater than all that its writer had seen.
// Pure: the wall time is an argument. Source: Kulkarni et al., "Logical Physical Clocks", 2014.
#pragma once

#include <algorithm>
#include <cstdint>

namespace gs::id {

using Hlc = std::uint64_t;

inline constexpr Hlc hlc_of_ms(std::uint64_t ms) noexcept { return ms << 16; }
inline constexpr std::uint64_t hlc_ms(Hlc hlc) noexcept { return hlc >> 16; }

// The next stamp after everything seen so far, at wall time `wall_ms`.
inline constexpr Hlc hlc_next(Hlc last, std::uint64_t wall_ms) noexcept {
  return std::max(last + 1, hlc_of_ms(wall_ms));
}

// A stamp further ahead of the receiver's clock than this is quarantined (DESIGN "clocks").
inline constexpr std::uint64_t kAheadMsMax = 60'000;

}  // namespace gs::id
