// Goal: a stamp is above everything that its writer had seen, and near the wall clock.
// Method: frozen numbers, then a law over clocks that jump.
#include "gs/core/id/hlc.h"

#include <gtest/gtest.h>

#include <random>

namespace gs::id {
namespace {

TEST(Hlc, HoldsMillisecondsAboveACounterOf16Bits) {
  EXPECT_EQ(hlc_of_ms(1), 0x10000u);
  EXPECT_EQ(hlc_ms(0x1ffff), 1u);
  EXPECT_EQ(hlc_next(0, 1'700'000'000'000), 1'700'000'000'000u << 16);
}

TEST(Hlc, CountsUpWithinAMillisecondAndBorrowsTheNext) {
  const Hlc start = hlc_of_ms(1000);
  EXPECT_EQ(hlc_next(start, 1000), start + 1);
  EXPECT_EQ(hlc_next(start + 0xffff, 1000), hlc_of_ms(1001));
}

TEST(Hlc, NeverGoesBackAndNeverFallsBehindTheWall) {
  for (const unsigned seed : {1u, 2u, 3u}) {
    RecordProperty("seed", static_cast<int>(seed));
    std::mt19937_64 random(seed);
    std::uint64_t wall = 1'700'000'000'000;
    Hlc last = 0;
    for (int i = 0; i < 10'000; ++i) {
      wall += random() % 5;
      if (random() % 50 == 0) wall -= random() % 10'000;
      const Hlc next = hlc_next(last, wall);
      ASSERT_GT(next, last) << "seed " << seed << " step " << i;
      ASSERT_GE(hlc_ms(next), wall);
      last = next;
    }
  }
}

}  // namespace
}  // namespace gs::id
