// Goal: rows are sorted alike, however their ids and collections are spread.
// Method: kinds of ids and numbers of rows around the borders, against a plain sort.
#include "gs/storage/state/row_order.h"

#include <algorithm>
#include <functional>

#include "gs/storage/state/test_support.h"

namespace gs::state {
namespace {

using test::make_entry;
using test::make_id;

using MakeId = std::function<Id(std::uint64_t n)>;

void check(const MakeId& id, std::uint64_t count, std::uint32_t collections,
           std::uint32_t collection_step) {
  RowTable table;
  std::vector<std::uint32_t> numbers;
  for (std::uint64_t n = 0; n < count; ++n) {
    const auto collection = static_cast<std::uint32_t>(n * 7 % collections) * collection_step;
    table.put(make_entry(id(n), Entry::Kind::log, n), 1, collection);
    numbers.push_back(static_cast<std::uint32_t>(n));
  }
  std::vector<std::uint32_t> expected = numbers;
  std::sort(expected.begin(), expected.end(),
            [&](std::uint32_t a, std::uint32_t b) { return row_before(table, a, b); });
  sort_rows(table, numbers);
  EXPECT_EQ(numbers, expected) << count << " rows, " << collections << " collections";
}

TEST(RowOrder, IsTheSameForEverySpreadOfIds) {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
  const std::vector<MakeId> kinds = {
      [](std::uint64_t n) { return make_id(n * kOdd, n); },                    // even
      [](std::uint64_t n) { return make_id(1000 - n % 1000, n); },             // descending
      [](std::uint64_t n) { return make_id(n % 2 == 0 ? 0 : ~n, n * kOdd); },  // at both ends
      [](std::uint64_t n) { return make_id(5, n * kOdd); },                    // one prefix
      [](std::uint64_t n) { return make_id(n * kOdd % 50, 1); },               // many versions
      [](std::uint64_t n) { return make_id(n < 9 ? n << 60 : n % 64, n); },    // a cluster
  };
  for (const MakeId& kind : kinds) {
    for (const std::uint64_t count : {0, 1, 2, 255, 256, 257, 5000}) {
      check(kind, count, 1, 1);
      check(kind, count, 13, 1);
      check(kind, count, 3, 1'000'000'000);  // too far apart for a count of each
    }
  }
}

}  // namespace
}  // namespace gs::state
