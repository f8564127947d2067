// Goal: whatever is done through the public interface, in whatever order, what is read back is what
// a map in memory says: now, in every snapshot, at every old change, after every open.
// Method: random walks from fixed seeds over all of the interface, on real files. The totals prove
// that the walks went everywhere.

#include <gtest/gtest.h>

#include "gs/base/test_share.h"
#include "tests/model/walk.h"

namespace gs::model {

// Instrumented code is ten times slower: two walks, neither of which gives a collection its fill of
// shapes, whose cost is the amount of its data.
#if defined(GS_SANITIZE_ADDRESS)
constexpr std::uint64_t kFirst = 10;
constexpr std::uint64_t kWalks = 2;
constexpr std::uint64_t kAllWalks = kWalks;
constexpr std::uint64_t kFloodsMin = 0;
#else
constexpr std::uint64_t kFirst = 1;
constexpr std::uint64_t kWalks = 16;
constexpr std::uint64_t kAllWalks = 40;
constexpr std::uint64_t kFloodsMin = 1;
#endif

TEST(Model, WhateverIsDoneTheStorageIsWhatAMapSays) {
  const std::uint64_t walks = gs::testing::whole() ? kAllWalks : kWalks;
  Totals totals;
  for (std::uint64_t seed = kFirst; seed < kFirst + walks; ++seed) {
    ASSERT_EQ(walk(seed, default_directory(), totals), "") << "seed " << seed;
  }
  EXPECT_GT(totals.transactions, walks * 50);
  EXPECT_GT(totals.refused, walks) << "expectations must fail";
  EXPECT_GT(totals.old_reads, walks) << "old changes must be looked at";
  EXPECT_GT(totals.snapshots, walks);
  EXPECT_GT(totals.proofs, walks);
  EXPECT_GT(totals.erasures, walks);
  EXPECT_GT(totals.opens, walks);
  EXPECT_GT(totals.copies, walks / 4) << "backups and copied directories must be opened";
  EXPECT_GT(totals.runs, walks) << "tables must become runs";
  EXPECT_GE(totals.floods, kFloodsMin) << "collections must have their fill of shapes";
}

}  // namespace gs::model
