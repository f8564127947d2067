// Goal: the interner agrees with a list that is searched, also after it was emptied many times.
#include "gs/base/interner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <random>

#include "globalstorage/id.h"
#include "gs/base/test_share.h"

namespace gs {
namespace {

Digest digest_of(std::uint64_t number) {
  Digest digest;
  store_u64(digest.bytes.data() + 8 * (number % 4), number + 1);
  return digest;
}

TEST(Interner, NumbersEntriesInOrderOfFirstUse) {
  std::printf("seed 6\n");
  std::mt19937_64 random(6);
  Interner<Digest> interner;
  for (int round = 0; round < 20 / gs::testing::kSanitizedShare; ++round) {
    const std::uint64_t key[2] = {random(), random()};
    interner.begin(reinterpret_cast<const std::uint8_t*>(key));
    std::vector<Digest> seen;
    for (int i = 0; i < 3000; ++i) {
      const Digest digest = digest_of(random() % 1500);
      const auto at = std::find(seen.begin(), seen.end(), digest);
      const auto index = static_cast<std::uint32_t>(at - seen.begin());
      if (at == seen.end()) seen.push_back(digest);
      ASSERT_EQ(interner.add(digest), index);
    }
    EXPECT_EQ(interner.entries(), seen);
  }
}

TEST(Interner, ForgetsAHundredThousandTimes) {
  Interner<Digest> interner;
  const std::uint64_t key[2] = {1, 2};
  for (std::uint64_t round = 0; round < 100'000; ++round) {  // generations wrap
    interner.begin(reinterpret_cast<const std::uint8_t*>(key));
    ASSERT_EQ(interner.add(digest_of(round)), 0u);
    ASSERT_EQ(interner.add(digest_of(round + 1)), 1u);
    ASSERT_EQ(interner.add(digest_of(round)), 0u);
  }
}

TEST(Interner, GivesTheMemoryOfAGiantBack) {
  Interner<Digest> interner;
  const std::uint64_t key[2] = {1, 2};
  const auto begin = [&] { interner.begin(reinterpret_cast<const std::uint8_t*>(key)); };
  begin();
  const std::size_t before = interner.memory_bytes();
  for (std::uint64_t number = 0; number < 200'000; ++number) interner.add(digest_of(number));
  EXPECT_GT(interner.memory_bytes(), before + 6'000'000);
  begin();
  EXPECT_EQ(interner.memory_bytes(), before);
  EXPECT_EQ(interner.add(digest_of(7)), 0u);
}

}  // namespace
}  // namespace gs
