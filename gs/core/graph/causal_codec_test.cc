// Goal: the bytes of the graph of changes do not drift, and no accident and no stranger makes them
// say what cannot be. Method: a frozen example, every single bit, each rule broken once.
#include <gtest/gtest.h>

#include "gs/base/crc32c.h"
#include "gs/base/endian.h"
#include "gs/base/hex.h"
#include "gs/core/graph/change.h"
#include "gs/core/graph/test_causal_model.h"

namespace gs::graph {
namespace {

using testing::append;
using testing::small_graph;
using Numbers = std::vector<ChangeNumber>;

// The example of docs/FORMAT.md, "Graph of changes".
TEST(CausalGraphBytes, AreFrozen) {
  const CausalGraph graph = small_graph();
  EXPECT_EQ(graph.run_count(), 4u);
  const Buffer bytes = graph.encode();
  EXPECT_EQ(to_hex(bytes),
            "67736731010000000400000003000000"
            "000000000200000000000000"
            "010000000100000001000000"
            "000000000100000002000000"
            "020000000100000000000000"
            "000000000100000002000000"
            "24f88e04");
  const auto again = CausalGraph::decode(bytes, 3);
  ASSERT_TRUE(again.ok()) << again.error().text();
  EXPECT_EQ(again->encode(), bytes);
  EXPECT_EQ(again->frontier(), (Numbers{3, 4}));
}

void seal(Buffer& bytes) {
  store_u32(bytes.data() + bytes.size() - 4, crc32c(Bytes(bytes).first(bytes.size() - 4)));
}

TEST(CausalGraphBytes, EverySingleBitFlipIsRefused) {
  Buffer bytes = small_graph().encode();
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    EXPECT_EQ(CausalGraph::decode(bytes, 3).code(), Code::invalid) << "bit " << bit;
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(CausalGraph::decode(Bytes(bytes).first(size), 3).code(), Code::invalid) << size;
  }
}

// Whoever flips a bit on purpose makes the checksum fit.
TEST(CausalGraphBytes, WhatIsAcceptedIsTheOnlyEncodingOfItsGraph) {
  Buffer bytes = small_graph().encode();
  int accepted = 0;
  for (std::size_t bit = 0; bit < (bytes.size() - 4) * 8; ++bit) {
    Buffer changed = bytes;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    seal(changed);
    const auto graph = CausalGraph::decode(changed, 3);
    if (!graph.ok()) continue;
    ++accepted;
    EXPECT_EQ(graph->encode(), changed) << "bit " << bit;
  }
  EXPECT_GT(accepted, 10);  // other writers, longer runs, other parents
}

TEST(CausalGraphBytes, AreRefusedForEachRuleThatTheyBreak) {
  const Buffer good = small_graph().encode();
  const auto code = [&good](std::size_t at, std::uint32_t value, std::uint32_t writers = 3) {
    Buffer bytes = good;
    store_u32(bytes.data() + at, value);
    seal(bytes);
    return CausalGraph::decode(bytes, writers).code();
  };
  EXPECT_EQ(code(4, 1), Code::ok);
  EXPECT_EQ(code(4, 2), Code::newer_format);
  EXPECT_EQ(code(4, 0), Code::invalid);
  EXPECT_EQ(code(4, 0x10001), Code::invalid) << "bytes that are to be zero";
  EXPECT_EQ(code(8, 5), Code::invalid) << "more runs";
  EXPECT_EQ(code(12, 0xffffffff), Code::invalid) << "more parents";
  EXPECT_EQ(code(4, 1, 2), Code::invalid) << "a writer that is not there";
  EXPECT_EQ(code(20, 0), Code::invalid) << "a run without changes";
  EXPECT_EQ(code(20, 0xffffffff), Code::invalid) << "too many changes";
  EXPECT_EQ(code(36, 2), Code::invalid) << "parents that nobody has";
  EXPECT_EQ(code(48, 3), Code::invalid) << "the parents of another run";
  EXPECT_EQ(code(48, 1), Code::invalid) << "a parent left over";
  EXPECT_EQ(code(68, 2), Code::invalid) << "a parent twice";
  EXPECT_EQ(code(72, 0), Code::invalid) << "parents in disorder";
  EXPECT_EQ(code(64, 2), Code::invalid) << "its own parent";
  EXPECT_EQ(code(60, kParentsMax), Code::invalid) << "parents behind the end";
  Buffer longer = good;
  longer.resize(good.size() + 4);
  seal(longer);
  EXPECT_EQ(CausalGraph::decode(longer, 3).code(), Code::invalid) << "more bytes";
  Buffer joined = good;
  store_u32(joined.data() + 28, 0);  // writer 0 goes on behind its own last change
  store_u32(joined.data() + 64, 1);
  seal(joined);
  EXPECT_EQ(CausalGraph::decode(joined, 3).code(), Code::invalid) << "two runs that are one";
}

TEST(CausalGraphBytes, LimitOfChangesIsExact) {
  CausalGraph graph;
  append(graph, 0, {});
  Buffer bytes = graph.encode();
  const auto decode_run_of = [&bytes](std::uint32_t changes) {
    store_u32(bytes.data() + 20, changes);
    seal(bytes);
    return CausalGraph::decode(bytes, 1);
  };
  EXPECT_EQ(decode_run_of(0).code(), Code::invalid);
  EXPECT_EQ(decode_run_of(kChangesMax + 1).code(), Code::invalid);
  auto full = decode_run_of(kChangesMax);
  ASSERT_TRUE(full.ok()) << full.error().text();
  EXPECT_EQ(full->frontier(), (Numbers{kChangesMax - 1}));
  EXPECT_EQ(full->version(full->frontier()), (CausalVersion{{0, 0, kChangesMax - 1}}));
  EXPECT_EQ(full->add(0, kChangesMax, full->frontier()).code(), Code::too_large);
}

TEST(CausalGraphBytes, TooManyParentsAreRefusedBeforeTheyAreRead) {
  Buffer bytes = small_graph().encode();
  store_u32(bytes.data() + 12, kParentsMax + 1);
  store_u32(bytes.data() + 48, kParentsMax + 1);
  bytes.resize(16 + 4 * 12 + (kParentsMax + 1) * 4 + 4);
  seal(bytes);
  EXPECT_EQ(CausalGraph::decode(bytes, 3).code(), Code::invalid);
}

}  // namespace
}  // namespace gs::graph
