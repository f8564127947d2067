// Sorts row numbers by keys laid side by side, merges sorted lists.

#include "gs/storage/state/row_order.h"

#include <algorithm>
#include <iterator>

#include "gs/storage/state/id_key.h"

namespace gs::state {
namespace {

// What decides nearly every comparison, side by side, so that sorting does not visit the rows.
struct Key {
  std::uint64_t prefix;
  std::uint32_t collection;
  std::uint32_t row;
};

// Rows to a bucket on average, when prefixes are spread evenly.
constexpr std::size_t kBucketRows = 4;
// Fewer rows are sorted at once.
constexpr std::size_t kRowsWorthBuckets = 256;

// The rows of one collection, and how their prefixes choose a bucket.
struct Group {
  std::uint64_t low = ~std::uint64_t{0};
  std::uint64_t high = 0;
  std::uint64_t step = 1;
  std::size_t rows = 0;
  std::size_t first_bucket = 0;

  void add(std::uint64_t prefix) noexcept {
    low = std::min(low, prefix);
    high = std::max(high, prefix);
    ++rows;
  }
  // At least two, so that the step of the widest range does not overflow.
  std::size_t buckets() const noexcept { return rows / kBucketRows + 2; }
  std::size_t bucket_of(std::uint64_t prefix) const noexcept {
    return first_bucket + static_cast<std::size_t>((prefix - low) / step);
  }
};

// Sorts by buckets first: by collection, then by where a prefix lies between the lowest and the
// highest one. Derived ids are spread evenly, which leaves little to sort; for others it is a
// few passes more. False, and nothing done, when the collections are too many for that.
template <typename Before>
bool sort_by_buckets(std::vector<Key>& keys, const Before& before) {
  const auto by_collection = [](const Key& a, const Key& b) { return a.collection < b.collection; };
  const auto [least, most] = std::minmax_element(keys.begin(), keys.end(), by_collection);
  const std::uint32_t first = least->collection;
  const std::size_t collections = std::size_t{most->collection - first} + 1;
  if (collections > keys.size()) return false;
  std::vector<Group> groups(collections);
  for (const Key& key : keys) groups[key.collection - first].add(key.prefix);
  std::size_t buckets = 0;
  for (Group& group : groups) {
    if (group.rows == 0) continue;
    group.first_bucket = buckets;
    group.step = (group.high - group.low) / group.buckets() + 1;
    buckets += group.buckets();
  }
  const auto bucket_of = [&](const Key& key) {
    return groups[key.collection - first].bucket_of(key.prefix);
  };
  std::vector<std::size_t> ends(buckets + 1, 0);
  for (const Key& key : keys) ++ends[bucket_of(key) + 1];
  for (std::size_t i = 1; i < ends.size(); ++i) ends[i] += ends[i - 1];
  std::vector<Key> placed(keys.size());
  for (const Key& key : keys) placed[ends[bucket_of(key)]++] = key;  // a begin becomes an end
  keys.swap(placed);
  for (std::size_t i = 0; i < buckets; ++i) {
    const std::size_t begin = i == 0 ? 0 : ends[i - 1];
    if (ends[i] - begin < 2) continue;
    std::sort(keys.begin() + static_cast<std::ptrdiff_t>(begin),
              keys.begin() + static_cast<std::ptrdiff_t>(ends[i]), before);
  }
  return true;
}

}  // namespace

bool row_before(const RowTable& table, std::uint32_t a, std::uint32_t b) noexcept {
  const RowTable::Row& row_a = table.row(a);
  const RowTable::Row& row_b = table.row(b);
  if (row_a.collection != row_b.collection) return row_a.collection < row_b.collection;
  if (!same_id(row_a.entry.id, row_b.entry.id)) return id_less(row_a.entry.id, row_b.entry.id);
  return a > b;
}

void sort_rows(const RowTable& table, std::vector<std::uint32_t>& numbers) {
  const auto before = [&table](const Key& a, const Key& b) {
    if (a.collection != b.collection) return a.collection < b.collection;
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    return row_before(table, a.row, b.row);
  };
  std::vector<Key> keys;
  keys.reserve(numbers.size());
  bool sorted = true;
  for (const std::uint32_t number : numbers) {
    const RowTable::Row& row = table.row(number);
    const Key key{id_prefix(row.entry.id), row.collection, number};
    if (sorted && !keys.empty() && !before(keys.back(), key)) sorted = false;
    keys.push_back(key);
  }
  if (sorted) return;
  if (keys.size() < kRowsWorthBuckets || !sort_by_buckets(keys, before)) {
    std::sort(keys.begin(), keys.end(), before);
  }
  for (std::size_t i = 0; i < keys.size(); ++i) numbers[i] = keys[i].row;
}

std::vector<std::uint32_t> merge_rows(const RowTable& table,
                                      const std::vector<std::uint32_t>& older,
                                      const std::vector<std::uint32_t>& newer) {
  const auto before = [&table](std::uint32_t a, std::uint32_t b) {
    return row_before(table, a, b);
  };
  std::vector<std::uint32_t> merged;
  merged.reserve(older.size() + newer.size());
  // The common case of ids that ascend with time: one after the other.
  if (older.empty() || newer.empty() || before(older.back(), newer.front())) {
    merged.insert(merged.end(), older.begin(), older.end());
    merged.insert(merged.end(), newer.begin(), newer.end());
    return merged;
  }
  std::merge(older.begin(), older.end(), newer.begin(), newer.end(), std::back_inserter(merged),
             before);
  return merged;
}

}  // namespace gs::state
