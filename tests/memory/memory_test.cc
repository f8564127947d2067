// Memory stays bounded: 300,000 records with 1 MiB for rows, checkpoints every 1 MiB of log and
// merges that write whole records. Content is checked by a scan and by lookups; anonymous memory of
// this process is measured while it works (mapped files are the page cache's, not ours).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>

#include "globalstorage/storage.h"

namespace gs {
namespace {

constexpr int kRecords = 300'000;
constexpr int kBatch = 500;
// What the engine may hold beyond what there was before the first write. Most of it is for a merge,
// which keeps up to 20 MiB of entries and 32 MiB of slots (see run_writer.h); the rest is for the
// changes in work and the row tables that wait for the background. The data is twice as much.
constexpr std::uint64_t kGrowthBytesMax = std::uint64_t{64} << 20;
constexpr std::uint64_t kDataBytesMin = 2 * kGrowthBytesMax;
constexpr std::uint64_t kSeed = 20260701;

std::uint64_t anonymous_bytes() {
  std::FILE* file = std::fopen("/proc/self/smaps_rollup", "r");
  if (file == nullptr) return 0;
  char line[256];
  unsigned long long kib = 0;
  while (std::fgets(line, sizeof line, file) != nullptr) {
    if (std::sscanf(line, "Anonymous: %llu kB", &kib) == 1) break;
  }
  std::fclose(file);
  return std::uint64_t{kib} << 10;
}

struct Directory {
  std::string path = (std::filesystem::temp_directory_path() / "gs_memory.XXXXXX").string();
  Directory() { EXPECT_NE(mkdtemp(path.data()), nullptr); }
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

std::string json_of(int number) {
  const std::string padding(360, 'x');
  return "{\"n\":" + std::to_string(number) + ",\"name\":\"record number " +
         std::to_string(number) + "\",\"padding\":\"" + padding + "\"}";
}

TEST(Memory, StaysBoundedWhileTheStorageGrows) {
  if (anonymous_bytes() == 0) GTEST_SKIP() << "no /proc/self/smaps_rollup on this system";
  Directory directory;
  Options options;
  options.memory_bytes = std::uint64_t{1} << 20;
  options.checkpoint_log_bytes = std::uint64_t{1} << 20;
  options.cache_bytes = std::uint64_t{1} << 20;
  options.durability = Durability::lazy;
  Storage storage = Storage::create(directory.path + "/gs", {}, options).value();
  const std::uint64_t before = anonymous_bytes();
  std::uint64_t most = before;
  const auto measure = [&] { most = std::max(most, anonymous_bytes()); };

  for (int n = 0; n < kRecords; n += kBatch) {
    Transaction tx = storage.begin();
    for (int i = n; i < n + kBatch; ++i) {
      ASSERT_TRUE(tx.put("Record", std::to_string(i), json_of(i)).ok());
    }
    const auto committed = tx.commit();
    ASSERT_TRUE(committed.ok()) << committed.error().text();
    if (n / kBatch % 8 == 0) measure();
  }
  ASSERT_TRUE(storage.sync().ok());
  EXPECT_EQ(storage.stats()->records, static_cast<std::uint64_t>(kRecords));
  EXPECT_GT(storage.stats()->runs, 0u);
  EXPECT_GE(storage.stats()->log_bytes, kDataBytesMin);
  measure();

  std::printf("seed=%llu\n", static_cast<unsigned long long>(kSeed));
  std::mt19937_64 random(kSeed);
  for (int i = 0; i < 20'000; ++i) {
    const int n = static_cast<int>(random() % kRecords);
    const auto record = storage.get(Storage::resolve(std::to_string(n), "Record"));
    ASSERT_TRUE(record.ok()) << record.error().text();
    ASSERT_EQ(record->json(), json_of(n));
  }
  measure();

  Scan scan = storage.scan().value();
  Record record;
  Id last;
  int count = 0;
  while (scan.next(record)) {
    if (count > 0) ASSERT_LT(last, record.id());
    last = record.id();
    const auto n = record.find("n")->number();
    ASSERT_TRUE(n.has_value());
    ASSERT_EQ(record.key(), std::to_string(static_cast<int>(*n)));
    ASSERT_EQ(record.json(), json_of(static_cast<int>(*n)));
    ++count;
  }
  EXPECT_EQ(count, kRecords);
  measure();
  ASSERT_TRUE(storage.compact().ok());
  measure();
  ASSERT_TRUE(storage.close().ok());

  std::printf("anonymous memory: %llu KiB before, %llu KiB at most\n",
              static_cast<unsigned long long>(before >> 10),
              static_cast<unsigned long long>(most >> 10));
  EXPECT_LE(most - before, kGrowthBytesMax);
}

}  // namespace
}  // namespace gs
