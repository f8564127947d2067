// Goal: no text is too long and no history too wide: what an edit costs grows with the logarithm.
// Method: work is counted by the code itself, not timed.
#include <gtest/gtest.h>

#include <random>

#include "gs/core/crdt/text/test_peers.h"

namespace gs::crdt {
namespace {

using testing::Peer;
using testing::Sent;

constexpr std::uint32_t kTenMillion = 10'000'000;
constexpr std::uint64_t kLeafWork = 1024;  // bytes moved within one leaf, at most

std::string long_text(std::uint32_t points) {
  std::string text;
  while (text.size() < points) text += "a line of text with \xf0\x9f\x99\x82\n";
  return text;
}

TEST(TextWork, RandomTypingInTenMegabytes) {
  Rope rope;
  rope.assign(long_text(kTenMillion));
  std::mt19937_64 random(1);
  const std::uint64_t before = rope.work();
  constexpr std::uint64_t kEdits = 20'000;
  for (std::uint64_t i = 0; i < kEdits; ++i) {
    rope.insert(static_cast<std::uint32_t>(random() % rope.size().points), "x");
  }
  EXPECT_LE(rope.work() - before, kEdits * (kLeafWork + 4 * 32));
  EXPECT_TRUE(rope.check());
}

TEST(TextWork, PositionsOfUtf16InTenMegabytes) {
  Rope rope;
  rope.assign(long_text(kTenMillion));
  std::mt19937_64 random(2);
  const std::uint64_t before = rope.work();
  constexpr std::uint64_t kLooks = 10'000;
  for (std::uint64_t i = 0; i < kLooks; ++i) {
    const auto at = static_cast<std::uint32_t>(random() % rope.size().points);
    const std::uint32_t at16 = rope.convert(TextUnit::points, at, TextUnit::units16);
    ASSERT_EQ(rope.convert(TextUnit::units16, at16, TextUnit::points), at);
  }
  EXPECT_LE(rope.work() - before, kLooks * 2 * 4 * 32);
}

// As a text with its history, which another one types in, too.
TEST(TextWork, TwoTypeInTenMegabytes) {
  constexpr std::uint64_t kEdits = 2'000;
  auto peers = testing::make_peers(2);
  peers[0].insert(0, long_text(kTenMillion));
  ASSERT_FALSE(testing::exchange(peers));
  std::mt19937_64 random(3);
  std::uint64_t before[2] = {peers[0].text.rope().work(), peers[1].text.rope().work()};
  for (std::uint64_t i = 0; i < kEdits; ++i) {
    for (Peer& peer : peers) {
      peer.insert(static_cast<std::uint32_t>(random() % peer.text.rope().size().points), "x");
    }
  }
  ASSERT_FALSE(testing::exchange(peers));
  EXPECT_TRUE(peers[0].text.text() == peers[1].text.text());
  for (std::size_t i = 0; i < 2; ++i) {
    const Text& text = peers[i].text;
    EXPECT_LE(text.rope().work() - before[i], 2 * kEdits * (kLeafWork + 4 * 32));
    ASSERT_NE(text.history().tracker(), nullptr);
    EXPECT_LE(text.history().tracker()->tree().work(), 2 * kEdits * 400);
    EXPECT_LE(text.history().memory_bytes(), 1u << 20);  // and not those of the text
  }
}

TEST(TextWork, AMillionCharactersAreOneRun) {
  auto peers = testing::make_peers(2);
  peers[0].insert(0, "[]");
  ASSERT_FALSE(testing::exchange(peers));
  peers[0].insert(1, std::string(1'000'000, 'x'));
  peers[1].insert(1, "y");
  peers[1].erase(0, 1);
  ASSERT_FALSE(testing::exchange(peers));
  peers[0].erase(1, 999'990);
  peers[1].insert(500, "z");
  ASSERT_FALSE(testing::exchange(peers));
  EXPECT_EQ(peers[0].text.text(), peers[1].text.text());
  for (const Peer& peer : peers) {
    ASSERT_NE(peer.text.history().tracker(), nullptr);
    EXPECT_LE(peer.text.history().tracker()->tree().span_count(), 16u);
    EXPECT_LE(peer.text.history().tracker()->tree().work(), 500u);
    EXPECT_LE(peer.text.history().log().run_count(), 8u);
    EXPECT_LE(peer.text.history().memory_bytes(), 4096u);
  }
}

// Everybody was offline with the same text and did a little to it.
TEST(TextWork, TwentyThousandBranches) {
  constexpr std::uint32_t kBranches = 20'000;
  Peer reader(0);
  reader.insert(0, std::string(100'000, '.'));
  const std::uint32_t last = 99'999;
  std::mt19937_64 random(3);
  for (std::uint32_t i = 0; i < kBranches; ++i) {
    const auto at = static_cast<std::uint32_t>(random() % 99'000);
    const OperationParts parts{.first_seq = i * 3,
                               .parents = {{false, 0, last}},
                               .runs = {{Edit::insert, at, 2}, {Edit::erase, at + 5, 1}},
                               .text = "ab"};
    ASSERT_FALSE(reader.receive({1, encode_operation(parts)}));
  }
  ASSERT_EQ(reader.text.history().graph().frontier().size(), kBranches);
  const SpanTree& tree = reader.text.history().tracker()->tree();
  EXPECT_TRUE(tree.check());
  EXPECT_LE(tree.work(), std::uint64_t{kBranches} * 400);

  // And somebody goes on with all of it.
  const std::string text = reader.text.text();
  reader.insert(0, "!");
  ASSERT_FALSE(reader.failed);
  const auto sent = reader.send();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(OperationView::parse(sent[1].payload)->parent_count(), kBranches);
  EXPECT_EQ(reader.text.text(), "!" + text);
}

// One far behind goes on typing, operation by operation, while others are far ahead.
TEST(TextWork, ALongBranchIsNotReplayedForEachOfItsEdits) {
  constexpr std::uint32_t kEdits = 5000;
  Peer reader(0);
  for (std::uint32_t i = 0; i < kEdits; ++i) reader.insert(i / 2, "x");
  std::uint64_t work = 0;
  for (std::uint32_t i = 0; i < kEdits; ++i) {
    OperationParts parts{.first_seq = i, .runs = {{Edit::insert, i, 1}}, .text = "y"};
    parts.parents = {i == 0 ? Parent{false, 0, 10} : Parent{true, 0, i - 1}};
    if (i == 0) parts.runs[0].pos = 0;
    ASSERT_FALSE(reader.receive({1, encode_operation(parts)}));
    if (i == 0) work = reader.text.history().tracker()->tree().work();
  }
  const std::uint64_t more = reader.text.history().tracker()->tree().work() - work;
  EXPECT_LE(work, std::uint64_t{kEdits} * 200);
  EXPECT_LE(more, std::uint64_t{kEdits} * 200);
}

}  // namespace
}  // namespace gs::crdt
