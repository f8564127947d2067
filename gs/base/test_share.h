// How much of a test is done under a sanitizer, whose code is four to fifteen times as slow and
// looks for something else than laws do: one part of so many.
#pragma once

namespace gs::testing {

#if defined(GS_SANITIZE_ADDRESS)
inline constexpr int kSanitizedShare = 6;
inline constexpr int kSanitizedShareOfLong = 12;  // of a law whose every round is long
#else
inline constexpr int kSanitizedShare = 1;
inline constexpr int kSanitizedShareOfLong = 1;
#endif

// For going through places one by one: odd, so that each bit of a byte is met somewhere.
inline constexpr int kSanitizedStep = 2 * kSanitizedShare - 1;

}  // namespace gs::testing

// First in a test whose cost is the amount of its data, which goes where that of smaller tests
// goes, too: under the address sanitizer it is skipped, and counted as that.
#define GS_TEST_OF_VOLUME()                                       \
  do {                                                            \
    if constexpr (gs::testing::kSanitizedShare > 1) {             \
      GTEST_SKIP() << "of the amount of its data: runs in `dev`"; \
    }                                                             \
  } while (false)
