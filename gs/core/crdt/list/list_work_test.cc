// Goal: no list is too long and no history too wide: what an edit costs grows with the logarithm,
// and memory with what was edited.
// Method: work is counted by the trees themselves, not timed.
#include <gtest/gtest.h>

#include <random>

#include "gs/core/crdt/list/test_list_peers.h"

namespace gs::crdt {
namespace {

using testing::list_value;
using testing::ListPeer;
using testing::SentList;

constexpr std::uint64_t kStepsOfAnEdit = 400;  // nodes and spans looked at, a few levels of 32

std::uint64_t tracker_work(const List& list) {
  const Tracker* const tracker = list.history().tracker();
  return tracker == nullptr ? 0 : tracker->tree().work();
}

// Edits of one operation on one event.
SentList on(EventId parent, EventId first, std::uint64_t hlc, const std::vector<ListRun>& runs) {
  ListEditsWriter edits;
  for (const ListRun& run : runs) {
    edits.add(run);
    for (std::uint32_t i = 0; run.has_values() && i < run.count; ++i) {
      edits.add_value(as_bytes(list_value("x")));
    }
  }
  return {first.writer, first.seq, hlc, {parent}, edits.bytes()};
}

constexpr std::uint32_t kInserts = 100'000;
constexpr std::uint32_t kMoves = 10'000;

// An operation of each edit, as of somebody who works for a long time.
std::vector<SentList> long_work(ListPeer& writer) {
  std::mt19937_64 random(1);
  std::uint64_t hlc = 0;
  for (std::uint32_t i = 0; i < kInserts; ++i) {
    writer.insert(++hlc, static_cast<std::uint32_t>(random() % (i + 1)), "v");
  }
  for (std::uint32_t i = 0; i < kMoves; ++i) {
    writer.move(++hlc, static_cast<std::uint32_t>(random() % kInserts),
                static_cast<std::uint32_t>(random() % kInserts));
  }
  return writer.send();
}

TEST(ListWork, AHundredThousandInsertsAndTenThousandMoves) {
  ListPeer writer(0);
  const auto sent = long_work(writer);
  ASSERT_FALSE(writer.failed);
  ListPeer reader(1);
  for (const SentList& operation : sent) ASSERT_FALSE(reader.receive(operation));
  for (const ListPeer* peer : {&writer, &reader}) {
    EXPECT_LE(peer->list.slots().tree().work(), kStepsOfAnEdit * (kInserts + kMoves));
    EXPECT_EQ(peer->list.history().tracker(), nullptr);
    EXPECT_EQ(peer->list.length(), kInserts);
    EXPECT_LE(peer->list.memory_bytes(), std::size_t{kInserts + kMoves} * 256);
    EXPECT_TRUE(testing::sound(peer->list));
  }
  EXPECT_EQ(testing::values_of(reader.list), testing::values_of(writer.list));
}

TEST(ListWork, AMillionElementsInARowAreFewRuns) {
  ListPeer writer(0);
  writer.edit(1, [&](ListDraft& draft) {
    for (std::uint32_t i = 0; i < 1'000'000; ++i) {
      GS_TRY_OK(writer.list.insert(draft, i, as_bytes(list_value(""))));
    }
    for (std::uint32_t i = 0; i < 1000; ++i) GS_TRY_OK(writer.list.erase(draft, 10, 1));
    for (std::uint32_t i = 0; i < 1000; ++i) GS_TRY_OK(writer.list.erase(draft, 2000 - i, 1));
    GS_TRY_OK(writer.list.erase(draft, 10, 898'000));
    return writer.list.move(draft, 0, 50'000);
  });
  ASSERT_FALSE(writer.failed) << writer.failed.text();
  const auto sent = writer.send();
  ListPeer reader(1);
  const std::uint64_t before = reader.list.slots().tree().work();
  ASSERT_FALSE(reader.receive(sent[0]));
  EXPECT_LE(reader.list.slots().tree().work() - before, kStepsOfAnEdit);
  for (const ListPeer* peer : {&writer, &reader}) {
    EXPECT_LE(peer->list.slots().tree().span_count(), 16u);
    EXPECT_EQ(peer->list.length(), 100'000u);
    // A byte of type and four of where it ends for each value; vectors may have twice their room.
    EXPECT_LE(peer->list.memory_bytes(), std::size_t{1'000'000} * (1 + 4) * 2 + 65'536);
  }
}

// Everybody was offline with the same list, and moved or set the same few elements.
TEST(ListWork, FiveThousandBranchesOverOneElement) {
  constexpr std::uint32_t kBranches = 5'000;
  constexpr std::uint32_t kLength = 20'000;
  ListPeer reader(0);
  reader.edit(1, [&](ListDraft& draft) {
    for (std::uint32_t i = 0; i < kLength; ++i) {
      GS_TRY_OK(reader.list.insert(draft, i, as_bytes(list_value("v"))));
    }
    return Error();
  });
  std::mt19937_64 random(2);
  const EventId parent{0, kLength - 1};
  const std::uint64_t before = reader.list.slots().tree().work();
  for (std::uint32_t i = 0; i < kBranches; ++i) {
    const auto to = static_cast<std::uint32_t>(random() % (kLength - 1));
    ASSERT_FALSE(reader.receive(on(parent, {1, 3 * i}, 2 + random() % 100,
                                   {{ListEdit::move, 7, 1, to}, {ListEdit::set, 9, 1}})));
  }
  EXPECT_EQ(reader.list.length(), kLength);
  EXPECT_LE(tracker_work(reader.list), std::uint64_t{kBranches} * 2 * kStepsOfAnEdit);
  EXPECT_LE(reader.list.slots().tree().work() - before,
            std::uint64_t{kBranches} * 2 * kStepsOfAnEdit);
  EXPECT_TRUE(testing::sound(reader.list));
}

// One far behind goes on, operation by operation, while another is far ahead.
TEST(ListWork, ALongBranchIsNotReplayedForEachOfItsEdits) {
  constexpr std::uint32_t kEdits = 3000;
  ListPeer reader(0);
  for (std::uint32_t i = 0; i < kEdits; ++i) reader.insert(i + 1, i / 2, "v");
  ASSERT_FALSE(reader.receive(on({0, 10}, {1, 0}, 100, {{ListEdit::move, 0, 1, 5}})));
  const std::uint64_t begun = tracker_work(reader.list);
  for (std::uint32_t i = 1; i < kEdits; ++i) {
    ASSERT_FALSE(
        reader.receive(on({1, 2 * i - 1}, {1, 2 * i}, 100 + i, {{ListEdit::move, i % 11, 1, 5}})));
  }
  EXPECT_LE(begun, std::uint64_t{kEdits} * kStepsOfAnEdit);
  EXPECT_LE(tracker_work(reader.list) - begun, std::uint64_t{kEdits} * 2 * kStepsOfAnEdit);
  EXPECT_EQ(reader.list.length(), kEdits);
}

}  // namespace
}  // namespace gs::crdt
