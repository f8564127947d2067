// Goal: a table shows at each sequence exactly what was put up to it, in order, however it came.

#include "gs/storage/index/table.h"

#include <algorithm>
#include <map>

#include "gs/storage/index/test_support.h"

namespace gs::index {
namespace {

using test::make_id;
using test::make_key;
using test::number_key;
using test::PairValue;

std::shared_ptr<const Tiers> tiers_of(std::shared_ptr<Table> table) {
  auto tiers = std::make_shared<Tiers>();
  tiers->tables.push_back(std::move(table));
  return tiers;
}

std::vector<PairValue> seen(const std::shared_ptr<Table>& table, Sequence at) {
  Cursor cursor(tiers_of(table), at);
  return test::all_of(cursor);
}

TEST(IndexTable, ShowsAPairFromItsAdditionToItsRemoval) {
  const auto table = std::make_shared<Table>();
  table->put(make_key("a"), make_id(1), 5, false);
  table->put(make_key("a"), make_id(1), 8, true);
  table->put(make_key("a"), make_id(2), 6, false);
  const PairValue first{make_key("a"), make_id(1)};
  const PairValue second{make_key("a"), make_id(2)};
  EXPECT_EQ(seen(table, 4), (std::vector<PairValue>{}));
  EXPECT_EQ(seen(table, 5), (std::vector<PairValue>{first}));
  EXPECT_EQ(seen(table, 7), (std::vector<PairValue>{first, second}));
  EXPECT_EQ(seen(table, 8), (std::vector<PairValue>{second}));
  EXPECT_EQ(table->entry_count(), 3u);
}

TEST(IndexTable, OfOnePairAndSequenceTheLastPutCounts) {
  for (const bool removed : {false, true}) {
    const auto table = std::make_shared<Table>();
    // Enough of them that they do not fit into one node.
    for (int i = 0; i < 101; ++i) table->put(make_key("a"), make_id(1), 5, (i % 2 == 0) == removed);
    EXPECT_EQ(seen(table, 5).size(), removed ? 0u : 1u);
  }
}

TEST(IndexTable, KeysAreOrderedAsBytesAndShorterOnesFirst) {
  const auto table = std::make_shared<Table>();
  std::vector<Buffer> keys = {
      {},        {0},          {0, 0},         {0, 1},         {1},           {0xff},
      {0xff, 0}, {0xff, 0xff}, Buffer(7, 'a'), Buffer(8, 'a'), Buffer(9, 'a')};
  std::vector<PairValue> wanted;
  for (const Buffer& key : keys) wanted.emplace_back(key, make_id(1));
  std::sort(wanted.begin(), wanted.end());
  std::reverse(keys.begin(), keys.end());
  for (const Buffer& key : keys) table->put(key, make_id(1), 1, false);
  EXPECT_EQ(seen(table, 1), wanted);
}

TEST(IndexTableLaw, ShowsTheSameHoweverEntriesCame) {
  constexpr std::uint64_t kEntries = 20'000;
  for (int order = 0; order < 4; ++order) {
    const auto table = std::make_shared<Table>();
    std::vector<std::uint64_t> numbers(kEntries);
    for (std::uint64_t i = 0; i < kEntries; ++i) numbers[i] = i;
    if (order == 1) std::reverse(numbers.begin(), numbers.end());
    if (order >= 2) std::shuffle(numbers.begin(), numbers.end(), std::mt19937_64(1));
    // Half ascending into what is there, half at the end.
    if (order == 3) std::sort(numbers.begin() + kEntries / 2, numbers.end());
    for (const std::uint64_t n : numbers) table->put(number_key(n / 3), make_id(n), n + 1, false);
    for (const Sequence at : {Sequence{0}, Sequence{777}, kEntries}) {
      Cursor cursor(tiers_of(table), at);
      for (std::uint64_t n = 0; n < at; ++n) {
        ASSERT_TRUE(cursor.next()) << "order " << order;
        ASSERT_EQ(cursor.id(), make_id(n)) << "order " << order;
      }
      ASSERT_FALSE(cursor.next());
      for (std::uint64_t n = at; n-- > 0;) {
        ASSERT_TRUE(cursor.previous()) << "order " << order;
        ASSERT_EQ(cursor.id(), make_id(n)) << "order " << order;
      }
      ASSERT_FALSE(cursor.previous());
    }
    EXPECT_LT(table->memory_bytes(), kEntries * 150 + (1 << 20)) << "order " << order;
  }
}

TEST(IndexTable, TakesTheLongestKey) {
  const auto table = std::make_shared<Table>();
  const Buffer longest(kKeyBytesMax, 'x');
  table->put(longest, make_id(1), 1, false);
  table->put(make_key("y"), make_id(2), 1, false);
  Cursor cursor(tiers_of(table), 1);
  ASSERT_TRUE(cursor.next());
  EXPECT_TRUE(equal(cursor.key(), longest));
  EXPECT_GE(table->memory_bytes(), kKeyBytesMax);
}

TEST(IndexTable, OfAnUnusedIndexIsSmall) { EXPECT_LE(Table().memory_bytes(), 4096u); }

}  // namespace
}  // namespace gs::index
