// Goal: pairs in any order make the run that the same pairs in order make, in bounded memory.

#include "gs/storage/index/sorter.h"

#include <algorithm>

#include "gs/platform/sim/sim_file_system.h"
#include "gs/storage/index/test_support.h"

namespace gs::index {
namespace {

using platform::MemoryFileSystem;
using test::make_id;
using test::PairValue;

std::vector<PairValue> some_pairs(std::uint64_t seed, std::size_t count) {
  std::mt19937_64 random(seed);
  std::vector<PairValue> pairs;
  for (std::size_t i = 0; i < count; ++i) {
    Buffer key(random() % 12, 'k');
    key.push_back(static_cast<std::uint8_t>(random()));
    pairs.emplace_back(key, make_id(random() % 3));  // some come twice
  }
  return pairs;
}

Buffer written_in_order(std::vector<PairValue> pairs) {
  MemoryFileSystem files;
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  auto writer = RunWriter::create(files, "run", 3);
  EXPECT_TRUE(writer.ok());
  for (const PairValue& pair : pairs) {
    EXPECT_TRUE((*writer)->add(pair.first, pair.second, false).ok());
  }
  EXPECT_TRUE((*writer)->finish().ok());
  return test::read_file(files, "run");
}

Error sort(platform::FileSystem& files, const std::vector<PairValue>& pairs,
           std::size_t bytes_in_memory) {
  Sorter sorter(files, "index/run", 3, bytes_in_memory);
  for (const PairValue& pair : pairs) GS_TRY_OK(sorter.add(pair.first, pair.second));
  return sorter.finish({});
}

TEST(IndexSorterLaw, MakesTheSameFileWhateverFitsIntoMemory) {
  for (const std::size_t count : {0u, 1u, 3000u}) {
    const std::vector<PairValue> pairs = some_pairs(count, count);
    const Buffer wanted = written_in_order(pairs);
    // Everything; a few parts; more of them than are open at once; each pair alone.
    for (const std::size_t bytes :
         {std::size_t{1} << 24, std::size_t{30'000}, std::size_t{1000}, std::size_t{1}}) {
      SCOPED_TRACE(std::to_string(count) + " pairs, bytes in memory " + std::to_string(bytes));
      MemoryFileSystem files;
      const Error error = sort(files, pairs, bytes);
      ASSERT_TRUE(error.ok()) << error.text();
      EXPECT_EQ(test::read_file(files, "index/run"), wanted);
      EXPECT_EQ(files.list("index")->size(), 1u);  // no parts are left
    }
  }
}

TEST(IndexSorter, LeavesNothingBehindWhenItIsNotFinished) {
  MemoryFileSystem files;
  {
    Sorter sorter(files, "index/run", 3, 1000);
    for (const PairValue& pair : some_pairs(1, 500)) {
      ASSERT_TRUE(sorter.add(pair.first, pair.second).ok());
    }
    EXPECT_FALSE(files.list("index")->empty());
  }
  EXPECT_TRUE(files.list("index")->empty());
}

TEST(IndexSorter, AFailedCallIsToldAndLeavesNoRunThatOpens) {
  const std::vector<PairValue> pairs = some_pairs(1, 200);
  std::size_t failed = 0;
  for (std::uint64_t call = 1; call <= 120; ++call) {
    platform::SimFileSystem files(call);
    platform::Faults faults;
    faults.fail_call = call;
    files.set_faults(faults);
    const Error error = sort(files, pairs, 2000);
    files.set_faults({});
    EXPECT_EQ(Run::open(files, "index/run", 3).ok(), error.ok()) << files.text();
    failed += error.ok() ? 0 : 1;
  }
  EXPECT_GT(failed, 20u);
}

TEST(IndexSorter, TheLimitOfAKeyIsExact) {
  MemoryFileSystem files;
  Sorter sorter(files, "run", 3, 1000);
  Buffer key(kKeyBytesMax, 'x');
  EXPECT_TRUE(sorter.add(key, make_id(1)).ok());
  key.push_back('x');
  EXPECT_EQ(sorter.add(key, make_id(1)).code(), Code::too_large);
}

}  // namespace
}  // namespace gs::index
