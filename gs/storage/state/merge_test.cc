// Goal: merging keeps the newest version of each id, copies what it shall, and refuses nonsense.

#include "gs/storage/state/test_support.h"

namespace gs::state {
namespace {

using platform::MemoryFileSystem;
using test::make_entry;
using test::make_id;

class Merging : public ::testing::Test {
 protected:
  Merging() { test::fill_tables(names_); }

  std::shared_ptr<const state::Run> write(std::uint64_t number, const std::vector<Entry>& entries) {
    auto writer = RunWriter::create(files_, run_path(number), number);
    EXPECT_TRUE(writer.ok());
    for (const Entry& entry : entries) EXPECT_TRUE((*writer)->add(0, entry, {}).ok());
    EXPECT_TRUE((*writer)->finish().ok());
    return test::open_run(files_, number);
  }

  Error merge(const std::vector<std::shared_ptr<const state::Run>>& runs,
              const MergeOptions& options = {}) {
    return merge_runs(files_, run_path(9), 9, runs, *log_.view(), names_, options);
  }

  MemoryFileSystem files_;
  test::RecordLog log_{files_};
  Tables names_;
};

TEST_F(Merging, KeepsTheNewestOfEachIdAndTombstones) {
  const auto newer = write(2, {make_entry(make_id(1, 0), Entry::Kind::tombstone, 0),
                               make_entry(make_id(2, 0), Entry::Kind::log, 22)});
  const auto older = write(1, {make_entry(make_id(1, 0), Entry::Kind::log, 11),
                               make_entry(make_id(2, 0), Entry::Kind::log, 12),
                               make_entry(make_id(3, 0), Entry::Kind::log, 13)});
  ASSERT_TRUE(merge({newer, older}).ok());
  const auto merged = test::open_run(files_, 9);
  ASSERT_EQ(merged->entry_count(), 3u);
  const Entry* const entries = merged->collection(0).begin;
  EXPECT_EQ(entries[0].kind(), Entry::Kind::tombstone);
  EXPECT_EQ(entries[1].position(), 22u);
  EXPECT_EQ(entries[2].position(), 13u);
}

// They say what was erased to whoever has not seen it.
TEST_F(Merging, KeepsTombstonesAlsoInTheOldestRun) {
  const auto newer = write(2, {make_entry(make_id(1, 0), Entry::Kind::tombstone, 0)});
  const auto older = write(1, {make_entry(make_id(1, 0), Entry::Kind::log, 11)});
  MergeOptions options;
  ASSERT_TRUE(merge({newer, older}, options).ok());
  EXPECT_EQ(test::open_run(files_, 9)->entry_count(), 1u);
}

TEST_F(Merging, CopiesRecordsInTheOrderOfTheirIds) {
  const log::Location late = log_.add(200);
  const log::Location early = log_.add(100);
  const auto run = write(1, {make_entry(make_id(1, 0), Entry::Kind::log, early),
                             make_entry(make_id(2, 0), Entry::Kind::log, late)});
  MergeOptions options;
  options.images = true;
  ASSERT_TRUE(merge({run}, options).ok());
  const auto merged = test::open_run(files_, 9);
  const Entry* const entries = merged->collection(0).begin;
  EXPECT_EQ(entries[0].position(), 0u);
  EXPECT_EQ(entries[0].kind(), Entry::Kind::record);
  EXPECT_EQ(entries[1].position(), 16u);
  const Run::Images images = merged->images(Run::Pattern::random);
  EXPECT_EQ(test::payload_of(images.record_at(0)), 100u);
  EXPECT_EQ(test::payload_of(images.record_at(16)), 200u);
}

// A flipped bit must not be copied into the new run, where it would get a checksum of its own.
TEST_F(Merging, NeverCarriesAFlippedBitOn) {
  Entry entry = make_entry(make_id(1, 0), Entry::Kind::record, 0);
  {
    auto writer = RunWriter::create(files_, run_path(1), 1);
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE((*writer)->add(0, entry, test::make_record(7)).ok());
    ASSERT_TRUE((*writer)->finish().ok());
  }
  const Buffer good = test::read_file(files_, run_path(1));
  const auto merged = [&](const Buffer& bytes) {
    test::replace_file(files_, run_path(1), bytes);
    const auto run = Run::open(files_, run_path(1), 1);
    if (!run.ok()) return run.code();
    return merge({*run}).code();
  };
  ASSERT_EQ(merged(good), Code::ok);
  const Buffer expected = test::read_file(files_, run_path(9));
  std::size_t harmless = 0;  // in zeros that nobody reads
  for (std::size_t at = 4096; at < good.size(); ++at) {
    Buffer bad = good;
    bad[at] ^= 0x20;
    const Code code = merged(bad);
    if (code == Code::ok) {
      ++harmless;
      EXPECT_EQ(test::read_file(files_, run_path(9)), expected) << "byte " << at;
    } else {
      EXPECT_EQ(code, Code::damaged) << "byte " << at;
    }
  }
  EXPECT_EQ(harmless, 8u);
}

// The first block of entries was damaged, and the walk over them had none to begin with.
TEST_F(Merging, RefusesARunWithADamagedBlockOfEntries) {
  constexpr std::uint64_t kEntries = 400;
  std::vector<Entry> entries;
  for (std::uint64_t i = 0; i < kEntries; ++i)
    entries.push_back(make_entry(make_id(i, 0), Entry::Kind::tombstone, 0));
  const auto newer = write(2, {make_entry(make_id(7, 0), Entry::Kind::tombstone, 0)});
  write(1, entries);
  const Buffer good = test::read_file(files_, run_path(1));
  for (std::uint64_t n = 0; n < kEntries - 110; ++n) {  // the last block has the directory, too
    Buffer bad = good;
    bad[4096 + n * sizeof(Entry)] ^= 0x08;
    test::replace_file(files_, run_path(1), bad);
    const auto run = Run::open(files_, run_path(1), 1);
    ASSERT_TRUE(run.ok()) << n;
    EXPECT_EQ(merge({*run}).code(), Code::damaged) << n;
    EXPECT_EQ(merge({newer, *run}).code(), Code::damaged) << n;
    EXPECT_FALSE(files_.exists(run_path(9)).value());
  }
}

TEST_F(Merging, RefusesAnEntryThatPointsToNoRecord) {
  const log::Location record = log_.add(100);
  MergeOptions options;
  options.images = true;
  // Outside of the log; inside of a record (a size of 100 is no multiple of 8); far away.
  for (const std::uint64_t position : {std::uint64_t{3}, record + 8, Entry::kPositionMask}) {
    const auto run = write(1, {make_entry(make_id(1, 0), Entry::Kind::log, position)});
    EXPECT_EQ(merge({run}, options).code(), Code::damaged) << position;
    EXPECT_FALSE(files_.exists(run_path(9)).value());
  }
}

TEST_F(Merging, RefusesAShapeOrWriterThatNobodyKnows) {
  Entry entry = make_entry(make_id(1, 0), Entry::Kind::log, 8);
  entry.shape = 1;
  EXPECT_EQ(merge({write(1, {entry})}).code(), Code::damaged);
  entry.shape = 0;
  entry.writer = 1;
  EXPECT_EQ(merge({write(1, {entry})}).code(), Code::damaged);
}

TEST_F(Merging, AnEntryIntoNowhereIsNotFoundAndNotWalked) {
  Version version;
  version.runs.push_back(write(1, {make_entry(make_id(1, 0), Entry::Kind::log, 3)}));
  version.log = log_.view();
  Found found;
  EXPECT_EQ(version.find(make_id(1, 0), 0, found), Version::Lookup::damaged);
  Cursor cursor(std::make_shared<Version>(version), 0, {});
  EXPECT_EQ(cursor.next(), nullptr);
}

}  // namespace
}  // namespace gs::state
