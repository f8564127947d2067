// Goal: what people really typed comes out as they saw it, however it was delivered, in the sizes
// that we promise; natively and as WebAssembly, which runs this very test, to the same bytes.
// Method: recorded sessions with a known end, live and in random orders; frozen digests.
#include <gtest/gtest.h>

#include <random>

#include "gs/core/crdt/text/test_oracle.h"
#include "gs/core/crdt/text/test_trace.h"
#include "gs/core/crypto/sha256.h"

namespace gs::crdt {
namespace {

using testing::Trace;
using testing::TraceOperation;

std::vector<std::uint32_t> agents_of(Text& text, const Trace& trace) {
  std::vector<std::uint32_t> table;
  for (std::uint32_t agent = 0; agent < trace.agents; ++agent) {
    table.push_back(text.writer_number(testing::test_writer(agent)));
  }
  return table;
}

const Trace& friends() {
  static const Trace trace = testing::read_trace("friendsforever");
  return trace;
}

const Trace& paper() {
  static const Trace trace = testing::read_trace("automerge-paper");
  return trace;
}

// Of all that it is saved as.
std::string digest_of(Text& text) { return crypto::sha256(text.save().value()).text(); }

// Operations by index in a random order that puts causes first.
std::vector<std::size_t> random_order(const std::vector<TraceOperation>& operations,
                                      std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::size_t> missing;
  std::vector<std::vector<std::size_t>> children(operations.size());
  std::vector<std::size_t> ready;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    missing.push_back(operations[i].parents.size());
    if (operations[i].parents.empty()) ready.push_back(i);
    for (const std::uint32_t parent : operations[i].parents) children[parent].push_back(i);
  }
  std::vector<std::size_t> order;
  while (!ready.empty()) {
    // Mostly the newest, so that one branch runs far ahead of the other.
    const std::size_t pick = random() % 8 == 0 ? random() % ready.size() : ready.size() - 1;
    std::swap(ready[pick], ready.back());
    const std::size_t next = ready.back();
    ready.pop_back();
    order.push_back(next);
    for (const std::size_t child : children[next]) {
      if (--missing[child] == 0) ready.push_back(child);
    }
  }
  return order;
}

TEST(TextTrace, FriendsForeverEndsAsPublishedWhenAppliedLive) {
  Text text;
  const auto agents = agents_of(text, friends());
  for (const TraceOperation& operation : testing::operations_of(friends())) {
    ASSERT_TRUE(text.apply(operation.payload, agents[operation.agent], agents).ok());
  }
  EXPECT_EQ(text.text(), friends().end);
  EXPECT_TRUE(text.rope().check());
  EXPECT_EQ(digest_of(text), "c555c575c540b574ee9916f358f105f38f071ec60070c59116a89c75883573bf");
}

TEST(TextTrace, FriendsForeverEndsAsPublishedInRandomOrders) {
  const auto operations = testing::operations_of(friends());
  for (const std::uint64_t seed : {1, 2}) {
    Text text;
    const auto agents = agents_of(text, friends());
    for (const std::size_t i : random_order(operations, seed)) {
      ASSERT_TRUE(text.apply(operations[i].payload, agents[operations[i].agent], agents).ok()) << i;
    }
    EXPECT_EQ(text.text(), friends().end) << "seed " << seed;
    EXPECT_TRUE(text.rope().check());
  }
}

TEST(TextTrace, WhatComesTwentyFiveTimesCostsNothingMore) {
  constexpr int kTimes = 25;
  Text once;
  Text often;
  const auto agents = agents_of(once, friends());
  ASSERT_EQ(agents_of(often, friends()), agents);
  for (const TraceOperation& operation : testing::operations_of(friends())) {
    const std::uint32_t agent = agents[operation.agent];
    ASSERT_TRUE(once.apply(operation.payload, agent, agents).ok());
    for (int i = 0; i < kTimes; ++i) {
      ASSERT_TRUE(often.apply(operation.payload, agent, agents).ok());
    }
  }
  EXPECT_EQ(digest_of(often), digest_of(once));
  EXPECT_EQ(often.rope().work(), once.rope().work());
  EXPECT_EQ(often.history().memory_bytes(), once.history().memory_bytes());
}

TEST(TextTrace, APaperIsOneSmallOperation) {
  Text text;
  const std::uint32_t self = text.writer_number(testing::test_writer(0));
  for (const auto& transaction : paper().transactions) testing::edit(text, self, transaction);
  ASSERT_EQ(text.text(), paper().end);
  EXPECT_EQ(text.history().log().run_count(), 10'731u);
  EXPECT_EQ(text.history().graph().run_count(), 1u);

  const auto parts = text.operation(self, 0, [](std::uint32_t writer) { return writer; });
  const Buffer payload = encode_operation(parts.value());
  EXPECT_LE(payload.size() - parts->text.size(), 35u * 1024);
  EXPECT_LE(payload.size(), 220'000u);

  Text other;
  const std::uint32_t them = other.writer_number(testing::test_writer(0));
  ASSERT_TRUE(other.apply(payload, them, {}).ok());
  EXPECT_EQ(other.text(), paper().end);
  ASSERT_TRUE(other.apply(payload, them, {}).ok()) << "once more is no harm";
  EXPECT_EQ(other.text(), paper().end);

  EXPECT_EQ(digest_of(other), "73df7ae869f0ac0ae1c16794bc52da33b597c0608ba292294926ccaaf978f4a4");
  const Buffer saved = other.save().value();
  Text loaded = Text::load(saved).value();
  EXPECT_EQ(loaded.text(), paper().end);
  EXPECT_EQ(loaded.text_at({}).value(), "");
}

}  // namespace
}  // namespace gs::crdt
