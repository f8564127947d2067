// Goal: replicas that have the same changes have the same state also when records were erased
// beside other writes: what had not seen the erasure is gone with the record, in whatever order
// both came; what had seen it is a new record.
// Method: single stories in both orders; then replicas that write, erase, exchange, merge runs and
// restart at random, and in the end have all changes.
#include <gtest/gtest.h>

#include "gs/base/test_share.h"
#include "gs/engine/database/test_erasing.h"

namespace gs::engine::testing {
namespace {

class ErasedBeside : public ::testing::Test, protected Erasing {
 protected:
  const Id kyiv_ = id_of_key("City", "kyiv");

  void expect_everywhere(const std::string& text) {
    settle();
    expect_same();
    for (std::size_t i = 0; i < kErasing; ++i) EXPECT_EQ((*this)[i].text(kyiv_), text);
  }
};

TEST_F(ErasedBeside, ASetAtTheSameTimeGoesWithTheRecord) {
  erase(0, kyiv_);
  ASSERT_TRUE((*this)[1].put("City", "kyiv", R"({"name":"set"})").ok());
  ASSERT_FALSE((*this)[2].update(kyiv_, R"({"n":5})"));
  expect_everywhere("<not_found>");
}

TEST_F(ErasedBeside, AnInsertOfTheKeyAtTheSameTimeGoesWithTheRecord) {
  const Id lviv = id_of_key("City", "lviv");
  ASSERT_TRUE((*this)[1].put("City", "lviv", R"({"name":"one"})").ok());
  ASSERT_TRUE((*this)[2].put("City", "lviv", R"({"name":"two"})").ok());
  erase(1, lviv);
  settle();
  expect_same();
  EXPECT_EQ((*this)[0].text(lviv), "<not_found>");
}

TEST_F(ErasedBeside, APutThatHasSeenItIsANewRecordEverywhere) {
  ASSERT_FALSE((*this)[2].update(kyiv_, R"({"n":5,"old":1})"));
  erase(0, kyiv_);
  ASSERT_TRUE((*this)[0].put("City", "kyiv", R"({"name":"new"})").ok());
  give_all(0, 1);
  EXPECT_EQ((*this)[1].text(kyiv_), R"({"name":"new"})");
  ASSERT_FALSE((*this)[1].update(kyiv_, R"({"m":1})"));
  expect_everywhere(R"({"name":"new","m":1})");
}

TEST_F(ErasedBeside, TheNewRecordCanBeRemovedPutAndErasedAgain) {
  erase(0, kyiv_);
  ASSERT_TRUE((*this)[0].put("City", "kyiv", R"({"name":"new"})").ok());
  settle();
  ASSERT_FALSE((*this)[1].remove(kyiv_));
  settle();
  ASSERT_TRUE((*this)[2].put("City", "kyiv", R"({"name":"again"})").ok());
  expect_everywhere(R"({"name":"again"})");
  ASSERT_FALSE((*this)[2].update(kyiv_, R"({"n":1})"));
  erase(1, kyiv_);
  expect_everywhere("<not_found>");
}

// A second erasure takes the bytes of what was written beside the first one, and counts as well.
TEST_F(ErasedBeside, WhatWasWrittenMeanwhileIsErasedByErasingOnceMore) {
  erase(0, kyiv_);
  ASSERT_TRUE((*this)[1].put("City", "kyiv", R"({"name":"beside it"})").ok());
  give_all(1, 0);
  EXPECT_EQ((*this)[0].text(kyiv_), "<not_found>");
  EXPECT_FALSE(files_with(disk(0), "beside it").empty());
  erase(0, kyiv_);
  EXPECT_TRUE(files_with(disk(0), "beside it").empty());
  EXPECT_EQ(erased(), 2u);
  ASSERT_TRUE((*this)[0].put("City", "kyiv", R"({"name":"new"})").ok());
  expect_everywhere(R"({"name":"new"})");
}

// Of two erasures the later one counts, for who saw it and who did not.
TEST_F(ErasedBeside, TwoErasuresMakeOneState) {
  erase(0, kyiv_);
  (*this)[1];  // later
  erase(1, kyiv_);
  ASSERT_TRUE((*this)[1].put("City", "kyiv", R"({"name":"saw the later one"})").ok());
  ASSERT_TRUE((*this)[0].put("City", "kyiv", R"({"name":"saw the earlier one"})").ok());
  expect_everywhere(R"({"name":"saw the later one"})");
}

TEST(ErasureLaw, EqualChangesMakeEqualStates) {
  constexpr std::uint64_t kSeeds = 60 / gs::testing::kSanitizedShare;
  std::size_t erased = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Erasing replicas(seed);
    replicas.play(60);
    replicas.settle();
    replicas.expect_same();
    erased += replicas.erased();
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(erased, kSeeds) << "records must be erased";
}

}  // namespace
}  // namespace gs::engine::testing
