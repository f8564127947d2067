// Goal: leaves hashed by other threads, while operations are appended, give the same change. Run
// under the thread sanitizer.
#include <gtest/gtest.h>

#include <mutex>
#include <thread>

#include "gs/core/graph/samples_test.h"

namespace gs::graph {
namespace {

Buffer build(std::uint32_t operations, bool threads) {
  testing::Maker maker;
  maker.begin();
  const Digest shape = testing::digest_of("shape");
  std::mutex mutex;
  std::uint32_t available = 0;
  std::uint32_t next = 0;
  bool done = false;
  const auto hash = [&] {
    for (;;) {
      std::uint32_t chunk = 0;
      {
        const std::lock_guard lock(mutex);
        if (next == available) {
          if (done) return;
          continue;
        }
        chunk = next++;
      }
      maker.builder().hash_chunk(chunk, (chunk + 1) * 128);
    }
  };
  std::vector<std::thread> helpers;
  for (int i = 0; threads && i < 2; ++i) helpers.emplace_back(hash);
  for (std::uint32_t i = 0; i < operations; ++i) {
    Id id;
    store_u32(id.bytes.data(), i * 7919);
    maker.add(Kind::set, kLastOfTransaction, &shape, &id, Buffer(16 + i % 64 * 8, 0x5a), i);
    const std::lock_guard lock(mutex);
    available = maker.builder().finished_chunks();
  }
  {
    const std::lock_guard lock(mutex);
    done = true;
  }
  for (std::thread& helper : helpers) helper.join();
  return maker.close(threads ? available : 0);
}

TEST(ChangeThreads, HashTheSameRoot) {
  for (const std::uint32_t operations : {1u, 127u, 128u, 129u, 1000u, 2600u}) {
    EXPECT_EQ(build(operations, true), build(operations, false)) << operations;
  }
}

}  // namespace
}  // namespace gs::graph
