// Goal: the simulated clock stands until told, then does what real clocks do, from a seed.

#include "gs/platform/sim/sim_clock.h"

#include <gtest/gtest.h>

namespace gs::platform {
namespace {

TEST(SimClock, StandsUntilToldThenStepsStandsAndJumpsBothWays) {
  SimClock clock(1);
  EXPECT_EQ(clock.wall_ms(), SimClock::kStartMs);
  bool stood = false;
  bool jumped_back = false;
  bool jumped_ahead = false;
  for (int i = 0; i < 5'000; ++i) {
    const std::uint64_t wall = clock.wall_ms();
    const std::uint64_t monotonic = clock.monotonic_ns();
    clock.wander();
    EXPECT_GE(clock.monotonic_ns(), monotonic);
    stood |= clock.wall_ms() == wall;
    jumped_back |= clock.wall_ms() < wall;
    jumped_ahead |= clock.wall_ms() > wall + 3'600'000;
  }
  EXPECT_TRUE(stood);
  EXPECT_TRUE(jumped_back);
  EXPECT_TRUE(jumped_ahead);
}

TEST(SimClock, EqualSeedsWanderTogether) {
  SimClock one(5);
  SimClock two(5);
  for (int i = 0; i < 1'000; ++i) {
    one.wander();
    two.wander();
    ASSERT_EQ(one.wall_ms(), two.wall_ms());
    ASSERT_EQ(one.monotonic_ns(), two.monotonic_ns());
  }
}

TEST(SimClock, NeverGoesBackBeforeTheYear1970) {
  SimClock clock(3, 10);
  for (int i = 0; i < 5'000; ++i) {
    clock.wander();
    ASSERT_LT(clock.wall_ms(), std::uint64_t{1} << 50);
  }
}

}  // namespace
}  // namespace gs::platform
