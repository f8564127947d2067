// Goal: a row table is a map from id to its versions, at every sequence, and sorts on demand.
// Method: fixed examples, then random histories against std::map.

#include "gs/storage/state/row_table.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "gs/storage/state/large_memory.h"
#include "gs/storage/state/test_support.h"

namespace gs::state {
namespace {

using test::make_entry;
using test::make_id;

constexpr auto kLog = Entry::Kind::log;

TEST(RowTable, AnEmptyTableFindsNothingAndHasNoOrder) {
  const RowTable table;
  EXPECT_EQ(table.find(make_id(1, 1), ~Sequence{0}), nullptr);
  EXPECT_EQ(table.find(Id{}, 0), nullptr);
  EXPECT_TRUE(table.order().empty());
  EXPECT_EQ(table.row_count(), 0u);
}

TEST(RowTable, AReaderSeesTheNewestVersionUpToItsSequence) {
  RowTable table;
  const Id id = make_id(1, 1);
  EXPECT_EQ(table.put(make_entry(id, kLog, 10), 5, 0), RowTable::kNone);
  EXPECT_EQ(table.put(make_entry(id, kLog, 20), 8, 0), 0u);
  EXPECT_EQ(table.find(id, 4), nullptr);
  EXPECT_EQ(table.find(id, 5)->entry.position(), 10u);
  EXPECT_EQ(table.find(id, 7)->entry.position(), 10u);
  EXPECT_EQ(table.find(id, 8)->entry.position(), 20u);
  EXPECT_EQ(table.find(id, ~Sequence{0})->previous, 0u);
}

TEST(RowTable, OfTwoVersionsInOneTransactionTheLaterCounts) {
  RowTable table;
  const Id id = make_id(1, 1);
  table.put(make_entry(id, kLog, 10), 5, 0);
  table.put(make_entry(id, kLog, 20), 5, 0);
  EXPECT_EQ(table.find(id, 5)->entry.position(), 20u);
}

// Two chunks and more: 7 large pages each, of which the first takes small pages in the beginning.
// Of chunks that are smaller than a large page nothing is ever asked for.
TEST(RowTable, EachPageIsAskedForAheadOnceAndBeforeARowIsThere) {
  constexpr std::uint32_t kChunkRows = std::uint32_t{1} << RowTable::kChunkBits;
  constexpr bool kSmallChunks = kChunkRows * sizeof(RowTable::Row) < kLargePageBytes;
  constexpr std::uint32_t kRows = std::max(2 * kChunkRows, std::uint32_t{1} << 17) + 1000;
  RowTable table;
  std::vector<std::pair<const std::uint8_t*, std::size_t>> asked;
  for (std::uint32_t i = 0; i < kRows; ++i) {
    table.put(make_entry(make_id(i, 1), kLog, i), 1, 0);
    const RowTable::Ahead ahead = table.memory_ahead();
    if (ahead.bytes == 0) continue;
    ASSERT_GT(i, 1000u) << "a small table takes no large pages";
    ASSERT_LE(ahead.bytes, 2 * kLargePageBytes);
    const auto* const begin = static_cast<const std::uint8_t*>(ahead.memory);
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(begin) % kLargePageBytes, 0u);
    ASSERT_GT(begin, reinterpret_cast<const std::uint8_t*>(&table.row(i))) << "a row is there";
    touch_pages(ahead.memory, ahead.bytes);
    asked.emplace_back(begin, ahead.bytes);
  }
  std::sort(asked.begin(), asked.end());
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (i > 0) ASSERT_LE(asked[i - 1].first + asked[i - 1].second, asked[i].first);
    bytes += asked[i].second;
  }
  EXPECT_EQ(bytes, kSmallChunks ? 0 : (6 + 6 + 2) * kLargePageBytes);
  for (std::uint32_t i = 0; i < 2 * kChunkRows; i += 77) {
    ASSERT_EQ(table.row(i).entry.position(), i);
  }
}

TEST(RowTable, ImagesStayWhereTheyAreHoweverManyFollow) {
  RowTable table;
  std::vector<std::tuple<const std::uint8_t*, std::uint64_t, std::size_t>> images;
  std::mt19937_64 random(1);
  for (std::size_t i = 0; i < 3000; ++i) {
    const std::size_t bytes = i == 100 ? std::size_t{5} << 20 : 1 + random() % 5000;
    const auto space = table.arena_allocate(bytes);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(space.bytes) % 8, 0u);
    std::memset(space.bytes, static_cast<int>(i), bytes);
    images.emplace_back(space.bytes, space.position, bytes);
  }
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto [bytes, position, size] = images[i];
    ASSERT_LE(position, Entry::kPositionMask);
    ASSERT_EQ(table.arena_at(position), bytes);
    ASSERT_EQ(bytes[0], static_cast<std::uint8_t>(i));
    ASSERT_EQ(bytes[size - 1], static_cast<std::uint8_t>(i));
  }
  EXPECT_GE(table.memory_bytes(), std::size_t{5} << 20);
}

// Reads the sorted lists as one.
std::vector<std::uint32_t> merged_order(const RowTable& table) {
  std::vector<std::uint32_t> all;
  for (const auto& list : table.order()) {
    EXPECT_TRUE(std::is_sorted(list->begin(), list->end(), [&](std::uint32_t a, std::uint32_t b) {
      const auto key = [&](std::uint32_t n) {
        return std::make_tuple(table.row(n).collection, table.row(n).entry.id, ~n);
      };
      return key(a) < key(b);
    }));
    all.insert(all.end(), list->begin(), list->end());
  }
  return all;
}

struct Put {
  Sequence sequence;
  std::uint64_t position;
};

void check_random_history(std::uint64_t seed, std::uint64_t ids, std::size_t puts) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  RowTable table(random() % 2 == 0 ? 0 : 5000);
  std::map<Id, std::vector<Put>> model;
  const auto some_id = [&] {
    const std::uint64_t n = random() % ids;
    // Ids that share one half, as ids of one millisecond or one key space do.
    return seed % 2 == 0 ? make_id(n, 7) : make_id(n / 16, n % 16);
  };
  Sequence sequence = 0;
  for (std::size_t i = 0; i < puts; ++i) {
    sequence += random() % 3;
    const Id id = some_id();
    table.prefetch(id);
    const std::uint32_t previous =
        table.put(make_entry(id, kLog, i), sequence, static_cast<std::uint32_t>(id.bytes[15] % 3));
    auto& versions = model[id];
    ASSERT_EQ(previous, versions.empty() ? RowTable::kNone
                                         : static_cast<std::uint32_t>(versions.back().position));
    versions.push_back({sequence, i});
    if (random() % 200 == 0) {
      const auto order = table.order();
      ASSERT_LE(order.size(), 32u);
    }
    const Id wanted = some_id();
    const Sequence at = random() % (sequence + 2);
    const auto known = model.find(wanted);
    const Put* expected = nullptr;
    if (known != model.end()) {
      for (const Put& version : known->second) {
        if (version.sequence <= at) expected = &version;
      }
    }
    const RowTable::Row* const found = table.find(wanted, at);
    ASSERT_EQ(found != nullptr, expected != nullptr);
    if (found != nullptr) {
      ASSERT_EQ(found->entry.position(), expected->position);
      ASSERT_EQ(found->entry.id, wanted);
    }
  }
  std::vector<std::uint32_t> rows = merged_order(table);
  ASSERT_EQ(rows.size(), puts);
  std::sort(rows.begin(), rows.end());
  for (std::uint32_t i = 0; i < puts; ++i) ASSERT_EQ(rows[i], i);
}

TEST(RowTableLaw, IsAMapOfVersionsAtEverySequence) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    check_random_history(seed, seed <= 2 ? 20 : seed <= 4 ? 1000 : 100000, 20000);
  }
}

void fill(RowTable& table, std::uint64_t rows, std::uint64_t salt) {
  for (std::uint64_t i = 0; i < rows; ++i) {
    table.put(make_entry(make_id(i * 0x9e3779b97f4a7c15, salt), kLog, salt + i), 1, 0);
  }
}

TEST(RowTable, ASuccessorIsEmptyAndExpectsAsManyIds) {
  RowTable table;
  constexpr std::uint64_t kRows = 10000;
  fill(table, kRows, 1);
  const auto next = table.successor();
  EXPECT_EQ(next->row_count(), 0u);
  EXPECT_EQ(next->find(make_id(0, 1), ~Sequence{0}), nullptr);
  const std::size_t empty_bytes = next->memory_bytes();
  fill(*next, kRows, 2);
  EXPECT_EQ(next->memory_bytes(), empty_bytes + kRows * sizeof(RowTable::Row)) << "it grew";
}

TEST(RowTable, ASuccessorTakesTheMemoryThatNobodyReadsAnyMore) {
  constexpr std::uint64_t kRows = 100;
  auto first = std::make_shared<RowTable>();
  fill(*first, kRows, 1);
  const auto second = first->successor();
  fill(*second, kRows, 2);  // while the first one is read: it has its own
  for (std::uint32_t i = 0; i < kRows; ++i) {
    ASSERT_EQ(first->row(i).entry.position(), 1 + i);
    ASSERT_EQ(second->row(i).entry.position(), 2 + i);
  }
  const RowTable::Row* const left = &first->row(0);
  first.reset();
  const auto third = second->successor();
  fill(*third, kRows, 3);
  EXPECT_EQ(&third->row(0), left);
  for (std::uint32_t i = 0; i < kRows; ++i) {
    ASSERT_EQ(second->row(i).entry.position(), 2 + i);
    ASSERT_EQ(third->row(i).entry.position(), 3 + i);
    EXPECT_EQ(third->find(second->row(i).entry.id, ~Sequence{0}), nullptr);
  }
}

TEST(RowTable, TrimmedMemoryIsNotTakenTwice) {
  auto first = std::make_shared<RowTable>();
  fill(*first, 1, 1);
  auto second = first->successor();
  first.reset();
  second->trim();  // gives it to the system
  second->trim();
  fill(*second, 1, 2);
  EXPECT_EQ(second->row(0).entry.position(), 2u);
  const auto third = second->successor();
  fill(*third, 1, 3);
  EXPECT_NE(&third->row(0), &second->row(0));
}

TEST(RowTable, KeepsMemoryWithinItsPromise) {
  RowTable table;
  constexpr std::size_t kRows = 200000;
  for (std::uint64_t i = 0; i < kRows; ++i) {
    table.put(make_entry(make_id(i * 0x9e3779b97f4a7c15, i), kLog, i), 1, 0);
  }
  EXPECT_LE(table.memory_bytes(), kRows * (56 + 26));
  table.order();
  EXPECT_LE(table.memory_bytes(), kRows * (56 + 26 + 8));
}

}  // namespace
}  // namespace gs::state
