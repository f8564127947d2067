// Goal: merging runs keeps the newest of each pair, and carries no damage on.

#include "gs/storage/index/merge.h"

#include "gs/storage/index/test_support.h"

namespace gs::index {
namespace {

using platform::MemoryFileSystem;
using test::make_id;
using test::make_key;
using test::number_key;
using test::value_of;

struct Put {
  std::string_view key;
  std::uint64_t id = 0;
  bool removed = false;

  friend bool operator==(const Put&, const Put&) = default;
};

class IndexMerging : public ::testing::Test {
 protected:
  using Runs = std::vector<std::shared_ptr<const index::Run>>;

  static std::string path_of(std::uint64_t number) { return "run" + std::to_string(number); }

  std::shared_ptr<const index::Run> write(std::uint64_t number, const std::vector<Put>& puts) {
    Table table;
    for (const Put& put : puts) table.put(as_bytes(put.key), make_id(put.id), 1, put.removed);
    EXPECT_TRUE(write_run(files_, path_of(number), number, table).ok());
    return test::open_run(files_, path_of(number), number);
  }

  Error merge(const Runs& runs, const MergeOptions& options = {}) {
    return merge_runs(files_, path_of(9), 9, runs, options);
  }

  // Of the merged run: key, id, whether it is removed.
  std::vector<std::pair<test::PairValue, bool>> merged() {
    std::vector<std::pair<test::PairValue, bool>> all;
    const auto run = test::open_run(files_, path_of(9), 9);
    RunSource source(*run);
    for (source.seek(Pair::of({}, Id{})); !source.done(); source.next()) {
      all.emplace_back(value_of(source.pair().key, *source.pair().id), source.is_removed());
    }
    return all;
  }

  MemoryFileSystem files_;
};

TEST_F(IndexMerging, KeepsTheNewestOfEachPairAndWhatIsRemoved) {
  const auto newer = write(2, {{"a", 1, true}, {"b", 1}});
  const auto older = write(1, {{"a", 1}, {"a", 2}, {"b", 1, true}, {"c", 1}});
  ASSERT_TRUE(merge({newer, older}).ok());
  using Values = std::vector<std::pair<test::PairValue, bool>>;
  EXPECT_EQ(merged(), (Values{{{make_key("a"), make_id(1)}, true},
                              {{make_key("a"), make_id(2)}, false},
                              {{make_key("b"), make_id(1)}, false},
                              {{make_key("c"), make_id(1)}, false}}));
}

TEST_F(IndexMerging, DropsWhatIsRemovedWhenAsked) {
  const auto newer = write(2, {{"a", 1, true}});
  const auto older = write(1, {{"a", 1}});
  MergeOptions options;
  options.drop_removed = true;
  ASSERT_TRUE(merge({newer, older}, options).ok());
  EXPECT_TRUE(merged().empty());
}

TEST_F(IndexMerging, NoRunsMakeAnEmptyOne) {
  ASSERT_TRUE(merge({}).ok());
  EXPECT_TRUE(merged().empty());
}

// A flipped bit must not be copied into the new run, where it would get a checksum of its own.
TEST_F(IndexMerging, NeverCarriesAFlippedBitOn) {
  const auto newer = write(2, {{"b", 1}});
  Table table;  // of several blocks: opening looks at one of them only
  for (std::uint64_t n = 0; n < 2000; ++n) table.put(number_key(n), make_id(n), 1, n % 3 == 0);
  ASSERT_TRUE(write_run(files_, path_of(1), 1, table).ok());
  const Buffer good = test::read_file(files_, path_of(1));
  std::size_t opened = 0;
  const auto code_of = [&](const Buffer& bytes) {
    test::replace_file(files_, path_of(1), bytes);
    const auto run = index::Run::open(files_, path_of(1), 1);
    opened += run.ok() ? 1 : 0;
    return run.ok() ? merge({newer, *run}).code() : run.code();
  };
  ASSERT_EQ(code_of(good), Code::ok);
  for (std::size_t at = kRunHeaderBytes; at < good.size() - 100; at += 97) {
    Buffer bad = good;
    bad[at] ^= 0x20;
    ASSERT_TRUE(files_.remove_if_there(path_of(9)).ok());
    EXPECT_EQ(code_of(bad), Code::damaged) << "byte " << at;
    EXPECT_FALSE(files_.exists(path_of(9)).value()) << "byte " << at;
  }
  EXPECT_GT(opened, 200u);
}

// Whoever must not wait for the end of a long merge gets a turn, and can end it.
TEST_F(IndexMerging, LetsOthersInBetweenAndStopsWhenTheyFail) {
  Table table;
  for (std::uint64_t n = 0; n < 200'000; ++n) table.put(number_key(n), make_id(n), 1, false);
  ASSERT_TRUE(write_run(files_, path_of(1), 1, table).ok());
  const auto run = test::open_run(files_, path_of(1), 1);
  std::vector<std::uint64_t> done;
  MergeOptions options;
  options.progress = [&](std::uint64_t pairs, std::uint64_t total) {
    EXPECT_EQ(total, 200'000u);
    done.push_back(pairs);
  };
  options.between = [&] { return done.size() < 4 ? Error() : Error(Code::io, "enough"); };
  EXPECT_EQ(merge({run}, options).code(), Code::io);
  EXPECT_EQ(done.size(), 4u);
  EXPECT_TRUE(std::is_sorted(done.begin(), done.end()));
  EXPECT_FALSE(files_.exists(path_of(9)).value());
}

TEST_F(IndexMerging, RunsAreMergedAsThoseOfRecords) {
  const auto small = write(2, {{"a", 1}});
  EXPECT_EQ(runs_to_merge({small}), 0u);
  EXPECT_EQ(runs_to_merge({small, small}), 0u);
  EXPECT_EQ(runs_to_merge({small, small, small}), 3u);  // the newer ones outgrew the oldest
}

}  // namespace
}  // namespace gs::index
