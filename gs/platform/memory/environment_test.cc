// Goal: the pieces of an environment without an operating system do what they say, every time.

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "gs/platform/memory/inline_executor.h"
#include "gs/platform/memory/manual_clock.h"
#include "gs/platform/memory/seeded_random.h"

namespace gs::platform {
namespace {

TEST(ManualClock, StandsStillUntilToldAndMayJumpBack) {
  ManualClock clock(1'000);
  EXPECT_EQ(clock.wall_ms(), 1'000u);
  EXPECT_EQ(clock.monotonic_ns(), 0u);
  clock.advance_ms(5);
  EXPECT_EQ(clock.wall_ms(), 1'005u);
  EXPECT_EQ(clock.monotonic_ns(), 5'000'000u);
  clock.set_wall_ms(10);
  EXPECT_EQ(clock.wall_ms(), 10u);
  EXPECT_EQ(clock.monotonic_ns(), 5'000'000u) << "the monotonic side never goes back";
}

TEST(SeededRandom, TheSequenceOfASeedNeverChanges) {
  SeededRandom random(1234567);  // the reference sequence of SplitMix64
  EXPECT_EQ(random.next(), 6457827717110365317u);
  EXPECT_EQ(random.next(), 3203168211198807973u);
  EXPECT_EQ(random.next(), 9817491932198370423u);
}

TEST(SeededRandom, BytesAreTheNumbersInLittleEndianOrder) {
  SeededRandom numbers(7);
  SeededRandom bytes(7);
  Buffer out(11);
  bytes.fill(out);
  const std::uint64_t first = numbers.next();
  const std::uint64_t second = numbers.next();
  for (std::size_t i = 0; i < 8; ++i)
    EXPECT_EQ(out[i], static_cast<std::uint8_t>(first >> (8 * i)));
  for (std::size_t i = 8; i < 11; ++i) {
    EXPECT_EQ(out[i], static_cast<std::uint8_t>(second >> (8 * (i - 8))));
  }
}

TEST(SeededRandom, ChancesHaveExactEnds) {
  SeededRandom random(1);
  for (int i = 0; i < 5'000; ++i) {
    EXPECT_FALSE(random.chance(0));
    EXPECT_TRUE(random.chance(1'000));
    EXPECT_LT(random.below(3), 3u);
  }
}

TEST(InlineExecutor, TasksRunBeforePostReturnsInTheOrderTheyWerePosted) {
  InlineExecutor executor;
  std::vector<int> order;
  executor.post([&] {
    executor.post([&] { order.push_back(2); });
    order.push_back(1);
  });
  executor.post([&] { order.push_back(3); });
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(InlineExecutor, LongChainsOfTasksNeedNoStack) {
  InlineExecutor executor;
  int left = 200'000;
  std::function<void()> step = [&] {
    if (--left > 0) executor.post(step);
  };
  executor.post(step);
  EXPECT_EQ(left, 0);
}

}  // namespace
}  // namespace gs::platform
