// Goal: runs stay few and small. Method: simulated storages, each with its own way of writing.

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "gs/storage/state/test_support.h"

namespace gs::state {
namespace {

TEST(RunsToMerge, ExamplesFromTheNewestToTheOldest) {
  EXPECT_EQ(runs_to_merge({}), 0u);
  EXPECT_EQ(runs_to_merge({5}), 0u);
  EXPECT_EQ(runs_to_merge({5, 5}), 0u);
  EXPECT_EQ(runs_to_merge({6, 5}), 2u);                // newer runs outgrow the oldest
  EXPECT_EQ(runs_to_merge({5, 5, 5}), 3u);             // also together
  EXPECT_EQ(runs_to_merge({1, 1, 1, 100}), 0u);        // three in a tier may stay
  EXPECT_EQ(runs_to_merge({1, 1, 1, 1, 100}), 4u);     // the fourth closes it
  EXPECT_EQ(runs_to_merge({1, 1, 1, 3, 6, 100}), 5u);  // what is no larger joins
  EXPECT_EQ(runs_to_merge({1, 1, 1, 4, 100}), 0u);     // what is larger does not
}

std::uint64_t sum(const std::vector<std::uint64_t>& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0});
}

// A run is the set of its ids, 40 bytes each; merging unites.
using Ids = std::set<std::uint64_t>;

void check_storage(std::uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::uint64_t universe = 1 + random() % 1500;
  const std::uint64_t run_max = 1 + random() % 60;
  std::vector<Ids> runs;  // newest first
  const auto sizes = [&] {
    std::vector<std::uint64_t> out;
    for (const Ids& run : runs) out.push_back(run.size() * 40);
    return out;
  };
  for (int round = 0; round < 150; ++round) {
    Ids fresh;
    const std::uint64_t size = 1 + random() % run_max;
    for (std::uint64_t i = 0; i < size; ++i) {
      fresh.insert(seed % 3 == 0 ? round * run_max + i
                                 : random() % universe);  // inserts or updates
    }
    const std::uint64_t fresh_bytes = fresh.size() * 40;
    runs.insert(runs.begin(), std::move(fresh));
    while (const std::size_t count = runs_to_merge(sizes())) {
      Ids merged;
      for (std::size_t i = 0; i < count; ++i) merged.insert(runs[i].begin(), runs[i].end());
      Ids all = merged;
      for (const Ids& run : runs) all.insert(run.begin(), run.end());
      EXPECT_LE(sum(sizes()) + merged.size() * 40, all.size() * 40 * 3 + fresh_bytes);
      runs.erase(runs.begin(), runs.begin() + static_cast<std::ptrdiff_t>(count));
      runs.insert(runs.begin(), std::move(merged));
    }
    Ids all;
    for (const Ids& run : runs) all.insert(run.begin(), run.end());
    EXPECT_LE(sum(sizes()), all.size() * 40 * 2);
    const double smallest = 40.0;
    EXPECT_LE(static_cast<double>(runs.size()),
              4 + std::log2(static_cast<double>(sum(sizes())) / smallest + 1));
  }
}

TEST(RunsToMergeLaw, BoundsNumberAndSpace) {
  for (std::uint64_t seed = 1; seed <= 15; ++seed) check_storage(seed);
}

TEST(RunsToMergeLaw, RewritesEachByteAFewTimesOnly) {
  std::vector<std::uint64_t> sizes;
  std::uint64_t rewritten = 0;
  constexpr std::uint64_t kRuns = 1000;
  for (std::uint64_t i = 0; i < kRuns; ++i) {
    sizes.insert(sizes.begin(), 100);
    while (const std::size_t count = runs_to_merge(sizes)) {
      std::uint64_t merged = 0;
      for (std::size_t n = 0; n < count; ++n) merged += sizes[n];
      rewritten += merged;
      sizes.erase(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(count));
      sizes.insert(sizes.begin(), merged);
    }
  }
  EXPECT_LE(rewritten, kRuns * 100 * 10);  // log2(1000)
}

}  // namespace
}  // namespace gs::state
