// Goal: leaves hashed by several threads give the same change. Run under the thread sanitizer.
#include <gtest/gtest.h>

#include <thread>

#include "gs/core/graph/samples_test.h"

namespace gs::graph {
namespace {

Buffer build(std::uint32_t operations, const ChangeBuilder::Parallel& parallel) {
  testing::Maker maker;
  maker.begin();
  const Digest shape = testing::digest_of("shape");
  for (std::uint32_t i = 0; i < operations; ++i) {
    Id id;
    store_u32(id.bytes.data(), i % 300);
    maker.add(Kind::set, kLastOfTransaction, &shape, &id, Buffer(16 + i % 64 * 8, 0x5a), i);
  }
  return maker.close(parallel);
}

TEST(ChangeThreads, HashTheSameRoot) {
  int calls = 0;
  const ChangeBuilder::Parallel parallel = [&calls](std::uint32_t n, const auto& work) {
    ++calls;
    std::vector<std::thread> threads;
    for (std::uint32_t t = 0; t < 4; ++t) {
      threads.emplace_back([&work, n, t] { work(n * t / 4, n * (t + 1) / 4); });
    }
    for (std::thread& thread : threads) thread.join();
  };
  for (const std::uint32_t operations : {1u, 255u}) {
    EXPECT_EQ(build(operations, parallel), build(operations, {}));
  }
  EXPECT_EQ(calls, 0);  // not worth waking anybody
  for (const std::uint32_t operations : {256u, 1000u}) {
    EXPECT_EQ(build(operations, parallel), build(operations, {}));
  }
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace gs::graph
