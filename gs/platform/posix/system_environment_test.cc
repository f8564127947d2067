// Goal: the machine's clock and random numbers arrive as they are.

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>

#include "gs/platform/posix/system_clock.h"
#include "gs/platform/posix/system_random.h"

namespace gs::platform {
namespace {

TEST(SystemClock, TheWallAgreesWithTheMachineAndTheMonotonicSideNeverGoesBack) {
  SystemClock clock;
  const auto before = static_cast<std::uint64_t>(std::time(nullptr)) * 1'000;
  EXPECT_GE(clock.wall_ms() + 1'000, before);
  std::uint64_t last = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t now = clock.monotonic_ns();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(SystemRandom, FillsAnyLengthAndNeverRepeats) {
  SystemRandom random;
  random.fill({});
  Buffer first(1'000);
  Buffer second(1'000);
  random.fill(first);
  random.fill(second);
  EXPECT_NE(first, second);
  // Each part of 100 bytes was reached: all zero by chance once in 2^800.
  for (std::size_t at = 0; at < first.size(); at += 100) {
    const auto begin = first.begin() + static_cast<std::ptrdiff_t>(at);
    EXPECT_TRUE(std::any_of(begin, begin + 100, [](std::uint8_t byte) { return byte != 0; }));
  }
}

}  // namespace
}  // namespace gs::platform
