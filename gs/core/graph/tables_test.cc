// Goal: tables hold each entry once, whoever chose the entries. Method: examples around the paths
// of
// the check (ascending, hashed, sorted), and entries made to collide.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "gs/core/graph/samples_test.h"
#include "gs/core/graph/unique.h"

namespace gs::graph {
namespace {

Buffer random_table(std::uint64_t seed, std::size_t count, std::size_t entry_bytes) {
  std::mt19937_64 random(seed);
  Buffer table(count * entry_bytes);
  for (std::uint8_t& byte : table) byte = static_cast<std::uint8_t>(random());
  return table;
}

void copy_entry(Buffer& table, std::size_t entry_bytes, std::size_t from, std::size_t to) {
  std::memcpy(table.data() + to * entry_bytes, table.data() + from * entry_bytes, entry_bytes);
}

TEST(AllUnique, FindsOnePairAnywhere) {
  std::printf("seed 5\n");
  for (const std::size_t entry_bytes : {std::size_t{16}, std::size_t{32}}) {
    for (const std::size_t count : {2u, 3u, 9u, 100u, 5000u}) {
      Buffer table = random_table(5, count, entry_bytes);
      EXPECT_TRUE(all_unique(table, entry_bytes));
      copy_entry(table, entry_bytes, 0, count - 1);
      EXPECT_FALSE(all_unique(table, entry_bytes)) << count;
      copy_entry(table, entry_bytes, count - 2, count - 1);
      EXPECT_FALSE(all_unique(table, entry_bytes)) << count;
    }
  }
  EXPECT_TRUE(all_unique({}, 16));
  EXPECT_TRUE(all_unique(Buffer(16), 16));
  EXPECT_FALSE(all_unique(Buffer(32), 16));
}

TEST(AllUnique, LooksAtWholeEntries) {
  Buffer table(3 * 32);
  table[31] = 2;
  table[63] = 1;
  EXPECT_TRUE(all_unique(table, 32));
  table[95] = 2;
  EXPECT_FALSE(all_unique(table, 32));
}

TEST(AllUnique, CollidingEntriesCostNoMoreThanSorting) {
  // Entries that differ only where the hash does not look, in descending order: 200,000 of them
  // would take minutes in a hash table that goes on probing.
  constexpr std::size_t kCount = 200'000;
  Buffer table(kCount * 32);
  for (std::size_t i = 0; i < kCount; ++i) {
    store_u64_be(table.data() + i * 32 + 16, kCount - i);
  }
  EXPECT_TRUE(all_unique(table, 32));
  copy_entry(table, 32, 7, kCount - 3);
  EXPECT_FALSE(all_unique(table, 32));
}

}  // namespace
}  // namespace gs::graph
