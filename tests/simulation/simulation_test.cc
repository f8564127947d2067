// Goal: no crash, torn write, failed sync or full disk loses what was acknowledged or invents what
// was not.
// Method: thousands of schedules from fixed seeds; each is several lives of the real engine on a
// simulated disk, compared with a naive model after every crash. The totals prove that the faults
// happened.

#include <gtest/gtest.h>

#include "tests/simulation/simulator.h"

namespace gs::simulation {

// Instrumented code is ten times slower and looks for something else than the model does.
#if defined(GS_SANITIZE_ADDRESS)
constexpr std::uint64_t kSchedules = 200;
#else
constexpr std::uint64_t kSchedules = 4'000;
#endif

TEST(Simulation, NothingAcknowledgedIsLostAndNothingIsInvented) {
  Totals totals;
  for (std::uint64_t seed = 1; seed <= kSchedules; ++seed) {
    const std::string failure = run_schedule(seed, totals);
    ASSERT_EQ(failure, "") << "seed " << seed;
  }
  EXPECT_EQ(totals.schedules, kSchedules);
  EXPECT_GT(totals.acknowledged, kSchedules);
  EXPECT_GT(totals.torn_tails, kSchedules / 100) << "the disk must tear";
  EXPECT_GT(totals.failed_writes, kSchedules / 20) << "writes must fail";
  EXPECT_GT(totals.full_disks, 0u) << "the disk must fill up";
  EXPECT_GT(totals.refused, kSchedules / 10) << "expectations must not hold sometimes";
  EXPECT_GT(totals.erasures, kSchedules / 20);
  EXPECT_GT(totals.rebuilt, kSchedules / 20) << "the state must be lost sometimes";
  EXPECT_GT(totals.restored, kSchedules / 20);
  EXPECT_GT(totals.cut_opens, kSchedules / 4) << "openings must be cut off";
  EXPECT_GT(totals.checked_indexes, kSchedules) << "indexes must be looked at";
  EXPECT_GT(totals.built_indexes, kSchedules / 10) << "some must be lost";
  EXPECT_GT(totals.looked_back, kSchedules / 10) << "history must be looked at";
  EXPECT_GT(totals.proven, kSchedules / 10);
  EXPECT_GT(totals.lost_unacknowledged, 0u) << "lazy commits must be lost sometimes";
  EXPECT_GT(totals.checkpoints_used, 0u);
}

TEST(Simulation, TheSameSeedGivesTheSameRun) {
  Totals first;
  Totals second;
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    EXPECT_EQ(run_schedule(seed, first), run_schedule(seed, second));
  EXPECT_EQ(first.transactions, second.transactions);
  EXPECT_EQ(first.acknowledged, second.acknowledged);
  EXPECT_EQ(first.torn_tails, second.torn_tails);
}

}  // namespace gs::simulation
