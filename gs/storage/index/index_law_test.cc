// Goal: tables and runs together are one multi-version set of pairs, whatever was frozen, written
// and merged meanwhile; a cursor walks it in order, in both directions, from any place, at any
// sequence. Method: random histories against std::map.

#include <map>

#include "gs/base/test_share.h"
#include "gs/storage/index/test_support.h"

namespace gs::index {
namespace {

using test::make_id;
using test::PairValue;
using test::value_of;

struct Written {
  Sequence sequence = 0;
  bool removed = false;
};

class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed), keys_(1 + below(seed % 3 == 0 ? 8 : 300)) {
    tiers_.tables.push_back(std::make_shared<Table>());
  }

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      const std::uint64_t dice = below(100);
      if (dice < 80) {
        for (std::uint64_t i = 0; i < 12; ++i) put();
      } else if (dice < 87) {
        tiers_.tables.insert(tiers_.tables.begin(), std::make_shared<Table>());
      } else if (dice < 94) {
        write_oldest();
      } else {
        merge();
      }
      if (::testing::Test::HasFatalFailure()) return;
      if (step % 5 == 0) check();
    }
  }

 private:
  std::uint64_t below(std::uint64_t count) { return random_() % count; }

  // Some keys begin others, some share much, some differ in their first byte, some repeat.
  Buffer some_key() {
    const std::uint64_t n = below(keys_);
    Buffer key(n % 5 == 0 ? 0 : n % 23, static_cast<std::uint8_t>(n % 3 == 0 ? 0xff : 'k'));
    for (std::uint64_t left = n; left != 0; left /= 7) {
      key.push_back(static_cast<std::uint8_t>(left % 7 == 6 ? 0xff : left % 7));
    }
    return key;
  }

  void put() {
    const Buffer key = some_key();
    const Id id = make_id(below(6));
    sequence_ += below(2);
    const bool removed = below(3) == 0;
    tiers_.tables.front()->put(key, id, sequence_, removed);
    model_[{key, id}].push_back({sequence_, removed});
  }

  // Runs keep the newest entry only: snapshots before their last sequence are gone.
  void write_oldest() {
    if (tiers_.tables.size() < 2) return;
    floor_ = sequence_;
    const std::string path = "run" + std::to_string(next_);
    const Error error = write_run(files_, path, next_, *tiers_.tables.back());
    ASSERT_TRUE(error.ok()) << error.text();
    tiers_.runs.insert(tiers_.runs.begin(), test::open_run(files_, path, next_++));
    tiers_.tables.pop_back();
  }

  void merge() {
    auto& runs = tiers_.runs;
    if (runs.empty()) return;
    const std::size_t begin = below(runs.size());
    const std::size_t count = 1 + below(runs.size() - begin);
    const auto first = runs.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = first + static_cast<std::ptrdiff_t>(count);
    MergeOptions options;
    options.drop_removed = last == runs.end() && below(2) == 0;
    const std::string path = "run" + std::to_string(next_);
    const Error error = merge_runs(files_, path, next_, {first, last}, options);
    ASSERT_TRUE(error.ok()) << error.text();
    const auto merged = test::open_run(files_, path, next_++);
    if (options.drop_removed) {
      ASSERT_EQ(merged->removed_count(), 0u);
    }
    runs.insert(runs.erase(first, last), merged);
  }

  bool is_visible(const std::vector<Written>& history, Sequence at) const {
    bool visible = false;
    for (const Written& written : history) {
      if (written.sequence <= at) visible = !written.removed;
    }
    return visible;
  }

  std::vector<PairValue> expected(Sequence at, const Range& range) const {
    std::vector<PairValue> pairs;
    for (const auto& [pair, history] : model_) {
      if (pair.first < range.from || (!range.to.empty() && pair.first >= range.to)) continue;
      if (is_visible(history, at)) pairs.push_back(pair);
    }
    return pairs;
  }

  Range some_range() {
    if (below(3) == 0) return Range::prefix(some_key());
    return {below(3) == 0 ? Buffer() : some_key(), below(3) == 0 ? Buffer() : some_key()};
  }

  void check() {
    const auto tiers = std::make_shared<Tiers>(tiers_);
    const Sequence at = floor_ + below(sequence_ - floor_ + 1);
    for (int i = 0; i < 3; ++i) {
      const Range range = some_range();
      const std::vector<PairValue> pairs = expected(at, range);
      Cursor cursor(tiers, at, range);
      ASSERT_EQ(test::all_of(cursor), pairs);
      const auto counted = index::count(tiers, at, range);
      ASSERT_TRUE(counted.ok());
      ASSERT_EQ(*counted, pairs.size());
      walk(cursor, pairs);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }

  // Random steps in both directions: `gap` is the number of pairs before the place, on a pair too.
  void walk(Cursor& cursor, const std::vector<PairValue>& pairs) {
    std::size_t gap = pairs.size();
    bool on_pair = false;
    for (int step = 0; step < 60; ++step) {
      const std::uint64_t dice = below(20);
      if (dice == 0) {
        const PairValue to = {some_key(), below(2) == 0 ? Id{} : make_id(below(6))};
        cursor.seek(to.first, to.second);
        gap = static_cast<std::size_t>(std::lower_bound(pairs.begin(), pairs.end(), to) -
                                       pairs.begin());
        on_pair = false;
      } else if (dice == 1) {
        cursor.seek_end();
        gap = pairs.size();
        on_pair = false;
      } else if (dice == 2) {
        const std::size_t rest = pairs.size() - gap - (on_pair ? 1 : 0);
        ASSERT_EQ(cursor.count_rest(), rest);
        gap = pairs.size();
        on_pair = false;
      } else if (dice % 2 == 0 || (dice > 10 && step % 30 < 15)) {
        gap += on_pair ? 1 : 0;
        on_pair = cursor.next();
        ASSERT_EQ(on_pair, gap < pairs.size());
        if (on_pair) expect_at(cursor, pairs[gap]);
      } else {
        on_pair = cursor.previous();
        ASSERT_EQ(on_pair, gap > 0);
        if (on_pair) expect_at(cursor, pairs[--gap]);
      }
      if (::testing::Test::HasFatalFailure()) return;
    }
    ASSERT_FALSE(cursor.is_cut_short());
  }

  static void expect_at(const Cursor& cursor, const PairValue& wanted) {
    ASSERT_EQ(value_of(cursor.key(), cursor.id()), wanted);
  }

  std::mt19937_64 random_;
  std::uint64_t keys_;
  platform::MemoryFileSystem files_;
  Tiers tiers_;
  std::map<PairValue, std::vector<Written>> model_;
  Sequence sequence_ = 1;
  Sequence floor_ = 0;
  std::uint64_t next_ = 1;
};

TEST(IndexLaw, TablesAndRunsAreOneSetOfPairs) {
  for (std::uint64_t seed = 1; seed <= 24 / gs::testing::kSanitizedShare; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World(seed).run(400);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace gs::index
