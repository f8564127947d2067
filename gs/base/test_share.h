// How much of a test is done under a sanitizer, whose code is four to fifteen times as slow and
// looks for something else than laws do: one part of so many.
#pragma once

namespace gs::testing {

#if defined(GS_SANITIZE_ADDRESS)
inline constexpr int kSanitizedShare = 6;
#else
inline constexpr int kSanitizedShare = 1;
#endif

// For going through places one by one: odd, so that each bit of a byte is met somewhere.
inline constexpr int kSanitizedStep = 2 * kSanitizedShare - 1;

}  // namespace gs::testing
