// Goal: when the key of a writer is in two places, so that it signs two changes with one number,
// nothing of either is lost, and whoever has the same changes has the same state: on all replicas
// one of the twins counts (decision 40). Those that have seen none are equal meanwhile.
// Method: the replicas of exchange_faults_law_test.cc; in the midst, and once more later, the last
// one is copied with its key, and both go on. Two replicas meet only each other meanwhile.
#include "gs/engine/database/test_exchange.h"
#include "gs/engine/database/test_random_replicas.h"

namespace gs::engine::testing {
namespace {

constexpr std::size_t kTwinSteps = 60;  // before there are twins, and as many with them

class RandomTwins : public RandomReplicas {
 public:
  using RandomReplicas::RandomReplicas;

  void make_twins(std::size_t one) {
    Replica& had = replica(one);
    ASSERT_TRUE(had.store->close().ok());
    had.store.db.reset();
    const std::size_t other = count();
    ASSERT_EQ(add(read_files(had.disk), true), other);
    open(one);
    ASSERT_EQ(replica(other).store->writer(), replica(one).store->writer());
    for (const std::size_t at : {one, other}) {
      const std::string json = "{\"twin\":" + std::to_string(at) + "}";
      ASSERT_TRUE(replica(at).store.put("City", "twin", json).ok());
      twins_.insert(replica(at).store.head());
    }
    are_apart_ = true;
  }

  void meet() { are_apart_ = false; }

  void expect_those_that_saw_none_equal() {
    settle_among(kApart);
    for (const std::size_t at : kApart) {
      if (twins_.size() == 2) {
        EXPECT_TRUE(replica(at).store->twins()->empty()) << at;
      }
    }
    expect_same(kApart);
  }

  // Each knows all, and of each set the same one counts. On branches the same key may sign more.
  void expect_equal(std::size_t sets, bool has_branches) {
    settle();
    for (const std::size_t at : everybody()) {
      SCOPED_TRACE("replica " + std::to_string(at));
      const auto found = replica(at).store->twins();
      ASSERT_TRUE(found.ok());
      ASSERT_GE(found->size(), sets);
      if (!has_branches) {
        ASSERT_EQ(found->size(), sets);
      }
      std::set<Digest> told;
      for (const TwinsFound& set : *found) {
        const auto counts = [](const TwinsFound::Twin& twin) { return twin.counts; };
        EXPECT_EQ(std::count_if(set.twins.begin(), set.twins.end(), counts), 1);
        for (const TwinsFound::Twin& twin : set.twins) told.insert(twin.change);
      }
      EXPECT_TRUE(std::includes(told.begin(), told.end(), twins_.begin(), twins_.end()));
    }
    expect_same();
  }

 private:
  const std::vector<std::size_t> kApart{0, 1};

  bool may_meet(std::size_t from, std::size_t to) const override {
    return !are_apart_ || (from <= kApart.back()) == (to <= kApart.back());
  }

  std::set<Digest> twins_;
  bool are_apart_ = false;
};

void expect_law(const RandomSeeds& seeds, const RandomPlays& plays) {
  for (std::uint64_t seed = seeds.first; seed < seeds.end; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomTwins replicas(seed, plays);
    if (plays.branches) replicas.begin_branches();
    replicas.play(kTwinSteps);
    for (std::size_t sets = 1; sets <= 2; ++sets) {
      replicas.make_twins(RandomReplicas::kReplicas - sets);
      replicas.play(kTwinSteps);
      if (!plays.branches) replicas.expect_those_that_saw_none_equal();
      replicas.meet();
      replicas.play(kTwinSteps);
      if (plays.branches) replicas.check_out("main");
      replicas.expect_equal(sets, plays.branches);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

TEST(TwinsLaw, EqualChangesMakeEqualStates) {
  expect_law(RandomSeeds(6), {.faults = true, .clocks = true, .bundles = true});
}

TEST(TwinsLaw, EqualChangesMakeEqualStatesOnEveryBranch) {
  expect_law(RandomSeeds(4), {.branches = true});
}

}  // namespace
}  // namespace gs::engine::testing
