// Goal: whatever is done through the public interface, in whatever order, what is read back is what
// a map in memory says: now, in every snapshot, at every old change, after every open.
// Method: random walks from fixed seeds over all of the interface, on real files. The totals prove
// that the walks went everywhere.

#include <gtest/gtest.h>

#include "tests/model/walk.h"

namespace gs::model {

// Instrumented code is ten times slower: one walk, which gives a collection its fill of shapes.
#if defined(GS_SANITIZE_ADDRESS)
constexpr std::uint64_t kFirst = 5;
constexpr std::uint64_t kWalks = 1;
#else
constexpr std::uint64_t kFirst = 1;
constexpr std::uint64_t kWalks = 40;
#endif

TEST(Model, WhateverIsDoneTheStorageIsWhatAMapSays) {
  Totals totals;
  for (std::uint64_t seed = kFirst; seed < kFirst + kWalks; ++seed) {
    ASSERT_EQ(walk(seed, default_directory(), totals), "") << "seed " << seed;
  }
  EXPECT_GT(totals.transactions, kWalks * 50);
  EXPECT_GT(totals.refused, kWalks) << "expectations must fail";
  EXPECT_GT(totals.old_reads, kWalks) << "old changes must be looked at";
  EXPECT_GT(totals.snapshots, kWalks);
  EXPECT_GT(totals.proofs, kWalks);
  EXPECT_GT(totals.erasures, kWalks);
  EXPECT_GT(totals.opens, kWalks);
  EXPECT_GT(totals.copies, kWalks / 4) << "backups and copied directories must be opened";
  EXPECT_GT(totals.runs, kWalks) << "tables must become runs";
  EXPECT_GT(totals.floods, 0u) << "collections must have their fill of shapes";
}

}  // namespace gs::model
