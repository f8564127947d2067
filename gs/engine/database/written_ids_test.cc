// That no change which writes to a record is left out, and that nearly all others are.
#include "gs/engine/database/written_ids.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "gs/base/endian.h"
#include "gs/base/test_share.h"

namespace gs::engine {
namespace {

using graph::ChangeNumber;
using graph::ChangeRange;

class WrittenIdsTest : public ::testing::Test {
 protected:
  // As mixed as an id that was minted. A generator for each of a million would take all the time.
  Id id_of(std::uint64_t number) const {
    Id id;
    for (std::size_t at = 0; at < sizeof id.bytes; at += sizeof number) {
      number += 0x9e3779b97f4a7c15u;
      std::uint64_t mixed = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9u;
      mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
      store_u64(id.bytes.data() + at, mixed ^ (mixed >> 31));
    }
    return id;
  }
  static std::set<ChangeNumber> members(const std::vector<ChangeRange>& ranges) {
    std::set<ChangeNumber> all;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      EXPECT_LE(ranges[i].first, ranges[i].last);
      if (i != 0) EXPECT_GT(ranges[i].first, ranges[i - 1].last + 1);
      for (ChangeNumber n = ranges[i].first; n <= ranges[i].last; ++n) all.insert(n);
    }
    return all;
  }

  WrittenIds written;
};

TEST_F(WrittenIdsTest, LeavesOutNothingThatWrites) {
  std::mt19937_64 random(7);
  std::vector<std::vector<Id>> ids;
  for (ChangeNumber number = 0; number < 600; ++number) {
    auto& own = ids.emplace_back();
    const std::size_t count = random() % 10 == 0 ? random() % 9000 : random() % 40;
    for (std::size_t i = 0; i < count; ++i) own.push_back(id_of(random() % 100'000));
    switch (number % 50) {
      case 17:  // nobody tells what it writes to
        break;
      case 33:
        written.add_any(number);
        break;
      default:
        written.add(number, own);
    }
  }
  for (int i = 0; i < 200 / gs::testing::kSanitizedShare; ++i) {
    std::vector<Id> asked;
    for (std::size_t n = 1 + random() % 3; n != 0; --n) asked.push_back(id_of(random() % 100'000));
    std::vector<ChangeRange> among;
    const auto below = [&](std::uint64_t most) {
      return static_cast<ChangeNumber>(random() % most);
    };
    for (ChangeNumber at = below(30); at < 600;) {
      const ChangeNumber last = std::min<ChangeNumber>(at + below(90), 599);
      among.push_back({at, last});
      at = last + 2 + below(60);
    }
    const auto found = members(written.narrowed(among, asked));
    const auto within = members(among);
    for (const ChangeNumber number : within) {
      const bool writes = std::any_of(asked.begin(), asked.end(), [&](const Id& id) {
        return std::find(ids[number].begin(), ids[number].end(), id) != ids[number].end();
      });
      if (writes || number % 50 == 17 || number % 50 == 33) {
        EXPECT_EQ(found.count(number), 1u) << number;
      }
    }
    EXPECT_TRUE(std::includes(within.begin(), within.end(), found.begin(), found.end()));
  }
}

TEST_F(WrittenIdsTest, TakesFewForNothing) {
  constexpr ChangeNumber kChanges = 150;
  std::uint64_t next = 0;
  for (ChangeNumber number = 0; number < kChanges; ++number) {
    std::vector<Id> own;
    for (int i = 0; i < 5000; ++i) own.push_back(id_of(next++));
    written.add(number, own);
  }
  const ChangeRange all[] = {{0, kChanges - 1}};
  std::size_t taken = 0;
  for (std::uint64_t i = 0; i < 50; ++i) {
    const Id absent[] = {id_of(next + i)};
    taken += members(written.narrowed(all, absent)).size();
    const Id there[] = {id_of(i * 5000)};
    EXPECT_EQ(members(written.narrowed(all, there)).count(static_cast<ChangeNumber>(i)), 1u);
  }
  EXPECT_LT(taken, 50 * kChanges / 50);  // 1 of 120 is expected
}

TEST_F(WrittenIdsTest, AsksForMuchWithoutLooking) {
  written.add(0, {});
  const ChangeRange all[] = {{0, 0}};
  EXPECT_TRUE(written.narrowed(all, {}).empty());
  const std::vector<Id> many(WrittenIds::kAskedMax + 1);
  EXPECT_EQ(written.narrowed(all, many).size(), 1u);
}

}  // namespace
}  // namespace gs::engine
