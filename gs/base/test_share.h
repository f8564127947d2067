// How much of a test is done. Under a sanitizer, whose code is four to fifteen times as slow and
// looks for something else than laws do, and as WebAssembly, where only types have other sizes, one
// part of so many. Of a few that take longest one part everywhere, and all of it by
// `./run test --whole`.
#pragma once

#include <cstdlib>

namespace gs::testing {

#if defined(GS_SANITIZE_ADDRESS) || defined(__wasm__)
inline constexpr int kSanitizedShare = 6;
inline constexpr int kSanitizedShareOfLong = 12;  // of a law whose every round is long
#else
inline constexpr int kSanitizedShare = 1;
inline constexpr int kSanitizedShareOfLong = 1;
#endif

// For going through places one by one: odd, so that each bit of a byte is met somewhere.
inline constexpr int kSanitizedStep = 2 * kSanitizedShare - 1;

// Whether nothing is left out only because it takes long.
inline bool whole() { return std::getenv("GS_TESTS_WHOLE") != nullptr; }

// For going through all cases of a search that takes long: each so many-th of them.
inline std::size_t search_step(std::size_t usual) {
  return (whole() ? 1 : usual) * static_cast<std::size_t>(kSanitizedStep);
}

}  // namespace gs::testing

// First in a test whose cost is the amount of its data, which goes where that of smaller tests
// goes, too: under the address sanitizer it is skipped, and counted as that.
#if defined(GS_SANITIZE_ADDRESS)
#define GS_TEST_OF_VOLUME() GTEST_SKIP() << "of the amount of its data: runs in `dev`"
#else
#define GS_TEST_OF_VOLUME() static_cast<void>(0)
#endif
