// Goal: no crash, torn write, failed sync or full disk loses what was acknowledged or invents what
// was not.
// Method: thousands of schedules from fixed seeds; each is several lives of the real engine on a
// simulated disk, compared with a naive model after every crash. The totals prove that the faults
// happened.

#include <gtest/gtest.h>

#include "gs/base/test_share.h"
#include "tests/simulation/simulator.h"

namespace gs::simulation {

TEST(Simulation, NothingAcknowledgedIsLostAndNothingIsInvented) {
  const std::uint64_t schedules = gs::testing::whole() ? 4'000 : 1'200;
  Totals totals;
  for (std::uint64_t seed = 1; seed <= schedules; ++seed) {
    const std::string failure = run_schedule(seed, totals);
    ASSERT_EQ(failure, "") << "seed " << seed;
  }
  EXPECT_EQ(totals.schedules, schedules);
  EXPECT_GT(totals.acknowledged, schedules);
  EXPECT_GT(totals.torn_tails, schedules / 100) << "the disk must tear";
  EXPECT_GT(totals.failed_writes, schedules / 20) << "writes must fail";
  EXPECT_GT(totals.full_disks, 0u) << "the disk must fill up";
  EXPECT_GT(totals.refused, schedules / 10) << "expectations must not hold sometimes";
  EXPECT_GT(totals.erasures, schedules / 20);
  EXPECT_GT(totals.rebuilt, schedules / 20) << "the state must be lost sometimes";
  EXPECT_GT(totals.restored, schedules / 20);
  EXPECT_GT(totals.cut_opens, schedules / 4) << "openings must be cut off";
  EXPECT_GT(totals.checked_indexes, schedules) << "indexes must be looked at";
  EXPECT_GT(totals.built_indexes, schedules / 10) << "some must be lost";
  EXPECT_GT(totals.looked_back, schedules / 10) << "history must be looked at";
  EXPECT_GT(totals.proven, schedules / 10);
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
