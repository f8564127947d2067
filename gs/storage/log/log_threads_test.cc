// Goal: views are taken and read on any thread while one thread writes, another syncs, and segments
// are rewritten and verified. Run under tsan.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "gs/platform/memory/memory_file_system.h"
#include "gs/storage/log/log_harness.h"

namespace gs::log {
namespace {

using harness::append;
using harness::change;
using platform::MemoryFileSystem;

constexpr std::uint64_t kChanges = 3000;
constexpr std::size_t kChangeBytes = 64;
constexpr std::size_t kLargeBytes = 12'288;  // has whole blocks, which are written ahead

TEST(LogThreads, ReadersSeeEveryChangeOnceItIsAnnounced) {
  MemoryFileSystem files;
  Options options;
  options.segment_bytes = kSegmentHeaderBytes + (16 << 10);
  options.tail_bytes = 512;  // buffers come and go
  auto opened = harness::open(files, options);
  Log& log = *opened.log;
  std::mutex mutex;  // announces locations, as an engine's tables do
  std::vector<Location> at;
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> wrong{0};

  const auto read = [&](std::uint64_t seed) {
    std::uint64_t state = seed;
    while (!done) {
      std::uint64_t index = 0;
      Location place = 0;
      {
        const std::lock_guard lock(mutex);
        if (at.empty()) continue;
        state = state * 6364136223846793005 + 1442695040888963407;
        index = (state >> 33) % at.size();
        place = at[index];
      }
      const auto view = log.view();
      const std::uint8_t* bytes = view->at(place);
      const std::size_t size = index % 20 == 0 ? kLargeBytes : kChangeBytes;
      if (bytes == nullptr || !equal({bytes, size}, change(index, size))) ++wrong;
    }
  };
  const auto sync = [&] {
    while (!done) {
      if (log.sync() || log.mark()) ++wrong;
      if (log.bytes() < log.segment_count()) ++wrong;
    }
  };
  const auto write = [&] {
    while (!done) {
      if (log.write_pending()) ++wrong;
      std::this_thread::yield();
    }
  };
  const auto verify = [&] {
    while (!done) {
      std::vector<Damage> damage;
      if (log.verify({}, damage) || !damage.empty()) ++wrong;
      if (log.walk(0, 0, [](Location, std::uint64_t, Bytes) { return Error(); })) ++wrong;
    }
  };
  std::vector<std::thread> threads;
  threads.emplace_back(read, 1);
  threads.emplace_back(read, 2);
  threads.emplace_back(sync);
  threads.emplace_back(write);
  threads.emplace_back(verify);
  Buffer kept;
  const auto same = [&kept](Location, Bytes bytes) -> Result<Bytes> {
    kept.assign(bytes.begin(), bytes.end());
    return Bytes(kept);
  };
  const auto append_ahead = [&](std::uint64_t i, Location& place) -> Error {
    const Buffer bytes = change(i, kLargeBytes);
    GS_TRY(const Log::Space space, log.begin(bytes.size()));
    std::memcpy(space.space.data(), bytes.data(), bytes.size());
    GS_TRY_OK(log.write_ahead(space.space));
    std::this_thread::yield();  // the time in which an engine hashes
    place = space.at;
    return log.write(bytes.size());
  };
  for (std::uint64_t i = 0; i < kChanges; ++i) {
    Location place = 0;
    const bool large = i % 20 == 0;
    const bool later = i % 3 == 1;
    if (large   ? append_ahead(i, place)
        : later ? harness::append_later(log, change(i, kChangeBytes), &place)
                : append(log, change(i, kChangeBytes), &place)) {
      ++wrong;
    }
    {
      const std::lock_guard lock(mutex);
      at.push_back(place);
    }
    if (i % 500 == 499 && log.rewrite(1 + static_cast<std::uint32_t>(i / 500), same, {})) ++wrong;
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_FALSE(log.close());
  EXPECT_EQ(harness::open(files, options).seen.size(), kChanges);
}

}  // namespace
}  // namespace gs::log
