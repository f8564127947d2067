// Goal: the set is the ordered list of its keys, whatever is added and removed in which order.
// Method: random keys, long runs of growing and shrinking, against a sorted vector.
#include "gs/engine/live/counted_set.h"
#include "gs/base/test_share.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <random>

namespace gs::engine {
namespace {

TEST(CountedSet, KnowsThePlaceOfEachKey) {
  CountedSet set;
  EXPECT_TRUE(set.insert("b"));
  EXPECT_TRUE(set.insert(""));
  EXPECT_TRUE(set.insert("c"));
  EXPECT_FALSE(set.insert("b"));
  EXPECT_EQ(set.size(), 3u);
  EXPECT_EQ(set.at(0), "");
  EXPECT_EQ(set.at(2), "c");
  EXPECT_EQ(set.rank("b"), 1u);
  EXPECT_EQ(set.rank("bb"), 2u);
  EXPECT_EQ(set.rank("z"), 3u);
  EXPECT_TRUE(set.contains(""));
  EXPECT_FALSE(set.contains("bb"));
  EXPECT_TRUE(set.erase(""));
  EXPECT_FALSE(set.erase(""));
  EXPECT_EQ(set.at(0), "b");
  EXPECT_TRUE(set.erase("b"));
  EXPECT_TRUE(set.erase("c"));
  EXPECT_EQ(set.size(), 0u);
  EXPECT_EQ(set.memory_bytes(), 0u);
}

class CountedSetLaw : public ::testing::Test {
 protected:
  void insert(const std::string& key) {
    const auto place = std::lower_bound(list_.begin(), list_.end(), key);
    const bool is_new = place == list_.end() || *place != key;
    if (is_new) list_.insert(place, key);
    ASSERT_EQ(set_.insert(key), is_new);
  }
  void erase(std::string key) {  // a copy: it may be one of the list
    const auto place = std::lower_bound(list_.begin(), list_.end(), key);
    const bool is_there = place != list_.end() && *place == key;
    if (is_there) list_.erase(place);
    ASSERT_EQ(set_.erase(key), is_there);
  }
  std::string random_key() {
    const std::string number = std::to_string(random_() % 20'000);
    return random_() % 8 == 0 ? number : "the beginning is the same " + number;
  }
  void check() {
    ASSERT_EQ(set_.size(), list_.size());
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < list_.size(); ++i) {
      ASSERT_EQ(set_.at(i), list_[i]);
      ASSERT_EQ(set_.rank(list_[i]), i);
      ASSERT_TRUE(set_.contains(list_[i]));
      bytes += sizeof(std::string) + list_[i].size();
    }
    ASSERT_EQ(set_.memory_bytes(), bytes);
    for (int i = 0; i < 50; ++i) {
      const std::string key = random_key();
      const auto place = std::lower_bound(list_.begin(), list_.end(), key);
      ASSERT_EQ(set_.rank(key), static_cast<std::size_t>(place - list_.begin()));
      ASSERT_EQ(set_.contains(key), place != list_.end() && *place == key);
    }
  }

  std::mt19937_64 random_{20261128};
  CountedSet set_;
  std::vector<std::string> list_;
};

TEST_F(CountedSetLaw, IsTheSortedListOfItsKeys) {
  std::cout << "seed 20261128\n";
  for (int round = 0; round < 12; ++round) {
    const std::uint64_t kept = random_() % 3;  // grows, stays, shrinks
    for (int i = 0; i < 4000 / gs::testing::kSanitizedShare; ++i) {
      ASSERT_NO_FATAL_FAILURE(random_() % 3 >= kept ? insert(random_key()) : erase(random_key()));
      // What is there is hit more often than by chance.
      if (kept == 2 && !list_.empty() && random_() % 2 == 0) {
        ASSERT_NO_FATAL_FAILURE(erase(list_[random_() % list_.size()]));
      }
    }
    ASSERT_NO_FATAL_FAILURE(check()) << "round " << round;
  }
  while (!list_.empty()) ASSERT_NO_FATAL_FAILURE(erase(list_[random_() % list_.size()]));
  ASSERT_NO_FATAL_FAILURE(check());
  for (int i = 0; i < 300; ++i) ASSERT_NO_FATAL_FAILURE(insert(random_key()));
  ASSERT_NO_FATAL_FAILURE(check());
}

TEST_F(CountedSetLaw, IsMadeFromAListOfAnyLength) {
  for (const std::size_t count : {0u, 1u, 47u, 48u, 49u, 2304u, 2305u, 7000u}) {
    list_.clear();
    while (list_.size() < count) list_.push_back(random_key());
    std::sort(list_.begin(), list_.end());
    list_.erase(std::unique(list_.begin(), list_.end()), list_.end());
    set_.assign(list_);
    ASSERT_NO_FATAL_FAILURE(check()) << count;
    for (int i = 0; i < 200; ++i) {
      ASSERT_NO_FATAL_FAILURE(insert(random_key()));
      ASSERT_NO_FATAL_FAILURE(erase(random_key()));
    }
    ASSERT_NO_FATAL_FAILURE(check()) << count;
  }
}

// Keys that ascend, as minted ids do, and are removed in the same order.
TEST_F(CountedSetLaw, FollowsAWindowThatMovesOn) {
  const auto key = [](int i) { return std::to_string(1'000'000 + i); };
  for (int i = 0; i < 30'000; ++i) {
    ASSERT_NO_FATAL_FAILURE(insert(key(i)));
    if (i >= 300) ASSERT_NO_FATAL_FAILURE(erase(key(i - 300)));
    if (i % 5000 == 0) ASSERT_NO_FATAL_FAILURE(check());
  }
  ASSERT_NO_FATAL_FAILURE(check());
}

}  // namespace
}  // namespace gs::engine
