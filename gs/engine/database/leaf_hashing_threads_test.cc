// Goal: the operations of a change are really hashed by two, whenever the helper comes, and a
// helper that comes too late does no harm.
#include "gs/engine/database/leaf_hashing.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "gs/core/graph/samples_test.h"
#include "gs/engine/database/held_executor.h"

namespace gs::engine {
namespace {

using graph::Kind;
using testing::HeldExecutor;

void run_beside(HeldExecutor& executor) {
  for (const auto& task : executor.take()) std::thread(task).join();
}

void append(graph::testing::Maker& maker, std::uint32_t operations) {
  const Digest shape = graph::testing::digest_of("shape");
  for (std::uint32_t i = 0; i < operations; ++i) {
    Id id;
    store_u32(id.bytes.data(), i);
    maker.add(Kind::set, graph::kLastOfTransaction, &shape, &id, Buffer(24, 0x5a));
  }
}

Buffer plain(std::uint32_t operations) {
  graph::testing::Maker maker;
  maker.begin();
  append(maker, operations);
  return maker.close();
}

// What a helper hashed is not hashed again: its results are broken here to show that they are used.
TEST(LeafHashing, AHelperHashesWhileMoreIsAppended) {
  graph::testing::Maker maker;
  HeldExecutor executor;
  LeafHashing hashing(maker.builder(), &executor);
  maker.begin();
  hashing.begin();
  const auto first =
      maker.builder().append(static_cast<std::uint8_t>(Kind::erase), graph::kLastOfTransaction,
                             nullptr, nullptr, maker.spec().hlc, 24);
  std::memset(first.payload, 0x5a, 24);
  append(maker, 299);
  hashing.offer();
  EXPECT_EQ(executor.waiting(), 0u);  // not worth waking anybody
  append(maker, 600);
  hashing.offer();
  ASSERT_EQ(executor.waiting(), 1u);
  hashing.offer();
  EXPECT_EQ(executor.waiting(), 1u);  // one is enough
  run_beside(executor);
  first.payload[0] ^= 1;
  append(maker, 100);
  const Buffer change = maker.close(hashing.finish());
  const auto view = graph::ChangeView::parse(change).value();
  EXPECT_EQ(view.verify_commitments().code(), Code::broken_chain);
}

TEST(LeafHashing, TheChangeIsTheSameHoweverItWasHashed) {
  graph::testing::Maker maker;
  HeldExecutor executor;
  LeafHashing hashing(maker.builder(), &executor);
  for (const std::uint32_t operations : {1u, 128u, 1500u, 3000u, 5u}) {
    for (const bool early : {false, true}) {
      maker.begin();
      hashing.begin();
      for (std::uint32_t done = 0; done < operations; done += 500) {
        append(maker, std::min(500u, operations - done));
        hashing.offer();
        if (early) run_beside(executor);
      }
      Buffer expected;
      {
        graph::testing::Maker other;
        other.begin();
        for (std::uint32_t done = 0; done < operations; done += 500) {
          append(other, std::min(500u, operations - done));
        }
        expected = other.close();
      }
      EXPECT_EQ(maker.close(hashing.finish()), expected) << operations;
    }
    run_beside(executor);  // too late
  }
}

TEST(LeafHashing, NobodyIsAskedWithoutAnExecutor) {
  graph::testing::Maker maker;
  LeafHashing hashing(maker.builder(), nullptr);
  maker.begin();
  hashing.begin();
  append(maker, 2000);
  hashing.offer();
  EXPECT_EQ(maker.close(hashing.finish()), plain(2000));
}

TEST(LeafHashing, ATaskMayOutliveIt) {
  HeldExecutor executor;
  {
    graph::testing::Maker maker;
    LeafHashing hashing(maker.builder(), &executor);
    maker.begin();
    hashing.begin();
    append(maker, 2000);
    hashing.offer();
  }
  ASSERT_EQ(executor.waiting(), 1u);
  run_beside(executor);
}

}  // namespace
}  // namespace gs::engine
