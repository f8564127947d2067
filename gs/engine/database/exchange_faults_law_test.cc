// Goal: replicas on disks that fail and fill up, with clocks that differ and go back, and that get
// changes in files and more than once, end equal as those of exchange_law_test.cc do; and nothing
// that was confirmed is lost, nor what was said to wait.
// Method: the same replicas. A disk fails in the midst of commits, deliveries, checkpoints and
// switches of branches, and of opening again. What a call confirmed is remembered and looked for
// after each opening and, in the end, everywhere. GS_SEED and GS_RUNS as test_random_replicas.h
// has them.
#include "gs/engine/database/test_random_replicas.h"

namespace gs::engine::testing {
namespace {

constexpr std::size_t kFaultySteps = 120;

RandomTotals play_with_faults(const RandomSeeds& seeds, RandomPlays plays) {
  RandomTotals totals;
  for (std::uint64_t seed = seeds.first; seed < seeds.end; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomReplicas replicas(seed, plays);
    if (plays.branches) replicas.begin_branches();
    replicas.play(kFaultySteps);
    replicas.settle();
    for (const char* const name : kBranches) {
      SCOPED_TRACE(name);
      if (plays.branches) replicas.check_out(name);
      replicas.expect_same();
      if (::testing::Test::HasFailure()) return totals;
      if (!plays.branches) break;
    }
    totals.add(replicas.totals());
  }
  return totals;
}

TEST(FaultyExchangeLaw, EqualChangesMakeEqualStatesOnBadDisks) {
  constexpr std::uint64_t kSeeds = 8;
  const RandomSeeds seeds(kSeeds);
  const RandomTotals totals = play_with_faults(seeds, {.faults = true, .bundles = true});
  if (!seeds.is_usual || ::testing::Test::HasFailure()) return;
  EXPECT_GT(totals.power_cuts, kSeeds / 2);
  EXPECT_GT(totals.times_failed, 2 * kSeeds);
  EXPECT_GT(totals.times_full, 0u);
  EXPECT_GT(totals.opens_failed, kSeeds / 2);
}

TEST(FaultyExchangeLaw, EqualChangesMakeEqualStatesWhateverTheClocksSay) {
  constexpr std::uint64_t kSeeds = 6;
  const RandomSeeds seeds(kSeeds);
  const RandomTotals totals = play_with_faults(seeds, {.clocks = true, .bundles = true});
  if (!seeds.is_usual || ::testing::Test::HasFailure()) return;
  EXPECT_GT(totals.early, kSeeds) << "changes must have waited for their time";
  EXPECT_GT(totals.bundles, kSeeds);
  EXPECT_GT(totals.bundles_again, kSeeds / 2);
}

TEST(FaultyExchangeLaw, EqualChangesMakeEqualStatesOnBranchesOfBadDisks) {
  constexpr std::uint64_t kSeeds = 4;
  const RandomSeeds seeds(kSeeds);
  play_with_faults(seeds, {.branches = true, .faults = true, .clocks = true, .bundles = true});
}

TEST(FaultyExchangeLaw, EqualChangesMakeEqualStatesWithoutHistoryOnBadDisks) {
  constexpr std::uint64_t kSeeds = 6;
  const RandomSeeds seeds(kSeeds);
  play_with_faults(seeds, {.shallow = true, .faults = true, .clocks = true, .bundles = true});
}

}  // namespace
}  // namespace gs::engine::testing
