// Goal: replicas that have the same changes have the same state, whatever each of them wrote
// meanwhile, with and without rules of a schema, and in whatever order, portions and multiplicity
// changes came.
// Method: five directories of one storage, each on a simulated disk, write, take back, restart,
// lose their power in the midst of a call and exchange at random; in the end each gets what it
// lacks, in an order of its own. Then their digests, contents and removed records are compared, and
// each one with a replay of its own log.
#include "gs/engine/database/test_random_replicas.h"

namespace gs::engine::testing {
namespace {

TEST(ExchangeLaw, EqualChangesMakeEqualStates) {
  const std::uint64_t usual = gs::testing::whole() ? 48 : 24;
  const RandomSeeds seeds(usual);
  std::size_t hidden = 0;
  std::size_t power_cuts = 0;
  std::size_t marked = 0;
  std::size_t taken_back = 0;
  for (std::uint64_t seed = seeds.first; seed < seeds.end; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomReplicas replicas(seed);
    replicas.play(120);
    replicas.settle();
    replicas.expect_same();
    hidden += replicas.hidden_records();
    power_cuts += replicas.totals().power_cuts;
    marked += replicas.marked();
    taken_back += replicas.taken_back();
    if (::testing::Test::HasFailure()) return;
  }
  if (!seeds.is_usual) return;
  EXPECT_GT(hidden, usual / 2) << "writes must be concurrent";
  EXPECT_GT(marked, usual / 4) << "texts must have marks";
  EXPECT_GT(power_cuts, usual) << "and the power must go in the midst";
  EXPECT_GT(taken_back, usual) << "writes must be taken back";
}

TEST(ExchangeLaw, EqualChangesMakeEqualStatesAlsoWithoutHistory) {
  const std::uint64_t usual = gs::testing::whole() ? 32 : 16;
  const RandomSeeds seeds(usual);
  std::size_t times_shallow = 0;
  for (std::uint64_t seed = seeds.first; seed < seeds.end; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomReplicas replicas(seed, {.shallow = true});
    replicas.play(120);
    replicas.settle();
    replicas.expect_same();
    times_shallow += replicas.totals().times_shallow;
    if (::testing::Test::HasFailure()) return;
  }
  if (!seeds.is_usual) return;
  EXPECT_GT(times_shallow, usual) << "history must be dropped, and more than once";
}

TEST(ExchangeLaw, EqualChangesMakeEqualStatesOnEveryBranch) {
  const std::uint64_t usual = gs::testing::whole() ? 32 : 16;
  const RandomSeeds seeds(usual);
  for (std::uint64_t seed = seeds.first; seed < seeds.end; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomReplicas replicas(seed, {.branches = true});
    replicas.begin_branches();
    replicas.play(120);
    replicas.settle();
    for (const char* const name : kBranches) {
      SCOPED_TRACE(name);
      replicas.check_out(name);
      replicas.expect_same();
      if (::testing::Test::HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace gs::engine::testing
