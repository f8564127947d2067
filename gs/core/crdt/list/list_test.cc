// Goal: of what is done to one element at the same time the documented thing remains, everywhere;
// what is invalid is refused without a trace.
// Method: small stories with a known end, each in both orders of arrival and of stamps.
#include <gtest/gtest.h>

#include "gs/core/crdt/list/test_list_peers.h"

namespace gs::crdt {
namespace {

using testing::exchange;
using testing::list_value;
using testing::ListPeer;
using testing::make_list_peers;
using testing::SentList;

// Two peers with "a b c d", who do something at the same time, with the stamps given; what both
// have then. "!" and what was wrong, else.
template <typename First, typename Second>
std::string at_the_same_time(First first, Second second) {
  std::string ends[2];
  for (const bool backwards : {false, true}) {
    auto peers = make_list_peers(3);
    for (const char* letter : {"a", "b", "c", "d"}) {
      peers[0].insert(peers[0].list.length() + 1, peers[0].list.length(), letter);
    }
    Error error = exchange(peers);
    if (error) return "! " + error.text();
    first(peers[0]);
    second(peers[1]);
    error = exchange(peers, backwards);
    if (error) return "! " + error.text();
    for (const ListPeer& peer : peers) {
      if (peer.text() != peers[0].text()) return "! differ";
      if (!testing::sound(peer.list)) return "! a sum is wrong";
    }
    ends[backwards ? 1 : 0] = peers[0].text();
  }
  return ends[0] == ends[1] ? ends[0] : "! differ by order";
}

TEST(List, EditsAreThere) {
  ListPeer peer(2);
  peer.edit(7, [&](ListDraft& draft) {
    for (const char* letter : {"a", "b", "c", "d", "e"}) {
      GS_TRY_OK(peer.list.insert(draft, peer.list.length(), as_bytes(list_value(letter))));
    }
    GS_TRY_OK(peer.list.move(draft, 0, 3));
    GS_TRY_OK(peer.list.move(draft, 4, 0));
    GS_TRY_OK(peer.list.set(draft, 1, as_bytes(list_value("B"))));
    return peer.list.erase(draft, 2, 1);
  });
  ASSERT_FALSE(peer.failed) << peer.failed.text();
  EXPECT_EQ(peer.text(), "e B d a");
  EXPECT_EQ(peer.list.next_seq(2), 11u);
  EXPECT_EQ(peer.list.version(), (std::vector<EventId>{{2, 10}}));
  EXPECT_EQ(as_text(peer.list.value(1)), list_value("B"));
  // One operation, which does the same elsewhere.
  const auto sent = peer.send();
  ASSERT_EQ(sent.size(), 1u);
  ListPeer other(3);
  ASSERT_FALSE(other.receive(sent[0]));
  ASSERT_FALSE(other.receive(sent[0]));
  EXPECT_EQ(other.text(), "e B d a");
}

TEST(List, AMoveGoesWhereTheOthersLeaveRoom) {
  for (std::uint32_t from = 0; from < 4; ++from) {
    for (std::uint32_t to = 0; to < 4; ++to) {
      ListPeer peer(0);
      testing::ListOracle::Values expected{"a", "b", "c", "d"};
      for (std::uint32_t i = 0; i < 4; ++i) peer.insert(i + 1, i, expected[i]);
      peer.move(9, from, to);
      const std::string moved = expected[from];
      expected.erase(expected.begin() + from);
      expected.insert(expected.begin() + to, moved);
      std::string text;
      for (const std::string& value : expected) text += (text.empty() ? "" : " ") + value;
      EXPECT_EQ(peer.text(), text) << from << " to " << to;
    }
  }
}

TEST(ListConflict, TwoMovesOfOneElementLeaveOneCopy) {
  const auto front = [](std::uint64_t hlc) {
    return [hlc](ListPeer& peer) { peer.move(hlc, 2, 0); };
  };
  const auto back = [](std::uint64_t hlc) {
    return [hlc](ListPeer& peer) { peer.move(hlc, 2, 3); };
  };
  EXPECT_EQ(at_the_same_time(front(10), back(11)), "a b d c");
  EXPECT_EQ(at_the_same_time(front(11), back(10)), "c a b d");
  // Of equal clocks the writer's bytes decide: those of 0 are 83, those of 1 begin with 0.
  EXPECT_EQ(at_the_same_time(front(10), back(10)), "c a b d");
}

TEST(ListConflict, AMoveThatADeletionHasNotSeenKeepsTheElement) {
  const auto move = [](ListPeer& peer) { peer.move(10, 1, 3); };
  EXPECT_EQ(at_the_same_time(move, [](ListPeer& peer) { peer.erase(11, 1); }), "a c d b");
  EXPECT_EQ(at_the_same_time(move, [](ListPeer& peer) { peer.erase(9, 0, 4); }), "b");
}

TEST(ListConflict, ADeletionOfTheMoveThatCountsWinsOverAnOlderMove) {
  const auto older = [](ListPeer& peer) { peer.move(10, 1, 3); };
  const auto newer = [](ListPeer& peer) {
    peer.move(20, 1, 0);
    peer.erase(21, 0);
  };
  EXPECT_EQ(at_the_same_time(older, newer), "a c d");
  const auto newest = [](ListPeer& peer) { peer.move(30, 1, 3); };
  EXPECT_EQ(at_the_same_time(newest, newer), "a c d b");
}

TEST(ListConflict, ASetThatADeletionHasNotSeenDoesNotBringTheElementBack) {
  const auto erase = [](ListPeer& peer) { peer.erase(10, 1, 2); };
  EXPECT_EQ(at_the_same_time([](ListPeer& peer) { peer.set(11, 1, "B"); }, erase), "a d");
  EXPECT_EQ(at_the_same_time([](ListPeer& peer) { peer.set(9, 1, "B"); }, erase), "a d");
}

TEST(ListConflict, ASetFindsAnElementThatSomebodyMoved) {
  const auto set = [](ListPeer& peer) { peer.set(10, 1, "B"); };
  EXPECT_EQ(at_the_same_time(set, [](ListPeer& peer) { peer.move(11, 1, 3); }), "a c d B");
  EXPECT_EQ(at_the_same_time(set, [](ListPeer& peer) { peer.move(9, 1, 0); }), "B a c d");
}

TEST(ListConflict, OfTwoSetsTheGreaterStampCounts) {
  const auto upper = [](std::uint64_t hlc) {
    return [hlc](ListPeer& peer) { peer.set(hlc, 1, "B"); };
  };
  const auto other = [](std::uint64_t hlc) {
    return [hlc](ListPeer& peer) { peer.set(hlc, 1, "beta"); };
  };
  EXPECT_EQ(at_the_same_time(upper(10), other(11)), "a beta c d");
  EXPECT_EQ(at_the_same_time(upper(11), other(10)), "a B c d");
  EXPECT_EQ(at_the_same_time(upper(10), other(10)), "a B c d");
}

TEST(ListConflict, WhatOneDidLaterCountsMoreThanWhatHeHadSeen) {
  const auto twice = [](ListPeer& peer) {
    peer.move(10, 0, 3);
    peer.move(10, 3, 1);
    peer.set(10, 1, "A");
    peer.set(10, 1, "AA");
  };
  EXPECT_EQ(at_the_same_time(twice, [](ListPeer& peer) { peer.insert(9, 4, "e"); }), "b AA c d e");
}

// The move finds the element where nobody saw it: the other one's slot is hidden, then counts.
TEST(ListConflict, AnElementThatWasMovedUnderOneCanBeMovedOn) {
  auto peers = make_list_peers(3);
  for (std::uint32_t i = 0; i < 4; ++i) peers[0].insert(i + 1, i, std::string(1, "abcd"[i]));
  ASSERT_FALSE(exchange(peers));
  peers[0].move(10, 0, 3);
  peers[1].move(11, 0, 2);
  ASSERT_FALSE(exchange(peers));
  EXPECT_EQ(peers[2].text(), "b c a d");
  // Each stands on both moves now, and the losing slot is still there, before nobody's eyes.
  EXPECT_EQ(peers[2].list.slots().alive(), 5u);
  peers[2].move(12, 2, 0);
  peers[0].set(12, 2, "A");
  peers[1].insert(12, 3, "x");
  ASSERT_FALSE(exchange(peers));
  for (const ListPeer& peer : peers) EXPECT_EQ(peer.text(), "A b c x d");
  // All edits together pass over what is hidden.
  peers[0].erase(20, 0, 5);
  ASSERT_FALSE(exchange(peers));
  for (const ListPeer& peer : peers) EXPECT_EQ(peer.text(), "");
}

TEST(ListInterleaving, BackwardInsertionStaysTogether) {
  auto peers = make_list_peers(2);
  for (std::uint32_t i = 4; i > 0; --i) {
    peers[0].insert(10 - i, 0, "a" + std::to_string(i));
    peers[1].insert(10 - i, 0, "b" + std::to_string(i));
  }
  ASSERT_FALSE(exchange(peers));
  EXPECT_EQ(peers[0].text(), peers[1].text());
  EXPECT_NE(peers[0].text().find("a1 a2 a3 a4"), std::string::npos) << peers[0].text();
  EXPECT_NE(peers[0].text().find("b1 b2 b3 b4"), std::string::npos) << peers[0].text();
}

TEST(ListInterleaving, BlocksThatAreMovedStayTogether) {
  auto peers = make_list_peers(2);
  for (std::uint32_t i = 0; i < 6; ++i) peers[0].insert(i + 1, i, std::string(1, "abcdef"[i]));
  ASSERT_FALSE(exchange(peers));
  for (std::uint32_t i = 0; i < 2; ++i) {
    peers[0].move(10 + i, 0, 5);
    peers[1].move(10 + i, 2, 5);
  }
  ASSERT_FALSE(exchange(peers));
  EXPECT_EQ(peers[0].text(), peers[1].text());
  EXPECT_NE(peers[0].text().find("a b"), std::string::npos) << peers[0].text();
  EXPECT_NE(peers[0].text().find("c d"), std::string::npos) << peers[0].text();
}

TEST(List, WhatStandsOnSomethingMissingWaits) {
  ListPeer writer(0);
  writer.insert(1, 0, "one");
  writer.insert(2, 1, "two");
  const auto sent = writer.send();
  ListPeer reader(1);
  EXPECT_EQ(reader.receive(sent[1]).code(), Code::not_found);
  EXPECT_EQ(reader.text(), "");
  ASSERT_FALSE(reader.receive(sent[0]));
  ASSERT_FALSE(reader.receive(sent[1]));
  EXPECT_EQ(reader.text(), "one two");
}

// Edits of one operation, without a list that would refuse them.
SentList made(std::uint32_t writer, std::uint32_t seq, std::uint64_t hlc,
              std::vector<EventId> parents, const std::vector<ListRun>& runs) {
  ListEditsWriter edits;
  for (const ListRun& run : runs) {
    edits.add(run);
    for (std::uint32_t i = 0; run.has_values() && i < run.count; ++i) {
      edits.add_value(as_bytes(list_value("x")));
    }
  }
  return {writer, seq, hlc, std::move(parents), edits.bytes()};
}

TEST(List, RefusesPositionsOutsideOfWhatTheWriterSawAndStaysAsItWas) {
  ListPeer peer(0);
  for (std::uint32_t i = 0; i < 3; ++i) peer.insert(i + 1, i, "v");
  // One on all that there is, one on the first element alone.
  const struct {
    std::vector<EventId> parents;
    std::uint32_t length;
  } versions[] = {{{{0, 2}}, 3}, {{{0, 0}}, 1}};
  for (const auto& [parents, length] : versions) {
    const std::vector<std::vector<ListRun>> bad = {
        {{ListEdit::insert, length + 1, 1}},
        {{ListEdit::erase, length, 1}},
        {{ListEdit::erase_back, length, 2}},
        {{ListEdit::move, length, 1, 0}},
        {{ListEdit::move, 0, 1, length}},
        {{ListEdit::set, length, 1}},
        {{ListEdit::set, 0, length + 1}},
        {{ListEdit::insert, 0, 1}, {ListEdit::erase, 0, length + 1}, {ListEdit::set, 0, 1}}};
    for (const auto& runs : bad) {
      const std::size_t before = peer.list.history().graph().size();
      EXPECT_EQ(peer.receive(made(1, 0, 9, parents, runs)).code(), Code::invalid);
      EXPECT_EQ(peer.list.history().graph().size(), before);
      EXPECT_EQ(peer.text(), "v v v");
      EXPECT_TRUE(testing::sound(peer.list));
    }
  }
  ASSERT_FALSE(peer.receive(made(1, 0, 9, {{0, 0}}, {{ListEdit::move, 0, 1, 0}})));
  ASSERT_FALSE(peer.receive(made(2, 0, 9, {{0, 0}}, {{ListEdit::set, 0, 1}})));
  EXPECT_EQ(peer.text(), "x v v");
}

TEST(List, RefusesAStampThatIsNotAboveWhatItStandsOn) {
  ListPeer peer(0);
  peer.insert(5, 0, "v");
  const std::vector<ListRun> set = {{ListEdit::set, 0, 1}};
  EXPECT_EQ(peer.receive(made(2, 0, 4, {{0, 0}}, set)).code(), Code::invalid);
  // With equal clocks the writer decides: 1 is below 0, 2 above it.
  EXPECT_EQ(peer.receive(made(1, 0, 5, {{0, 0}}, set)).code(), Code::invalid);
  EXPECT_EQ(peer.text(), "v");
  EXPECT_EQ(peer.list.begin(1, 5).code(), Code::invalid);
  EXPECT_TRUE(peer.list.begin(1, 6).ok());
  ASSERT_FALSE(peer.receive(made(2, 0, 5, {{0, 0}}, set)));
  EXPECT_EQ(peer.text(), "x");
}

TEST(List, RefusesParentsThatAreNoVersion) {
  ListPeer peer(0);
  for (std::uint32_t i = 0; i < 3; ++i) peer.insert(i + 1, i, "v");
  const std::vector<ListRun> insert = {{ListEdit::insert, 0, 1}};
  EXPECT_EQ(peer.receive(made(1, 0, 9, {{0, 0}, {0, 1}}, insert)).code(), Code::invalid);
  EXPECT_EQ(peer.receive(made(1, 0, 9, {{0, 2}, {0, 2}}, insert)).code(), Code::invalid);
  EXPECT_EQ(peer.receive(made(1, 0, 9, {{3, 0}}, insert)).code(), Code::not_found);
  EXPECT_EQ(peer.text(), "v v v");
}

TEST(List, RefusesEditsThatAreKnownAsOthers) {
  ListPeer peer(0);
  ASSERT_FALSE(peer.receive(made(1, 0, 1, {}, {{ListEdit::insert, 0, 3}})));
  // The third edit is known, as the first half of what would be a move.
  EXPECT_EQ(
      peer.receive(made(1, 0, 1, {}, {{ListEdit::insert, 0, 2}, {ListEdit::move, 0, 1, 0}})).code(),
      Code::invalid);
  // A middle is known, and the beginning not.
  ASSERT_FALSE(peer.receive(made(1, 5, 2, {{1, 2}}, {{ListEdit::insert, 0, 1}})));
  EXPECT_EQ(peer.receive(made(1, 4, 2, {{1, 2}}, {{ListEdit::insert, 0, 3}})).code(),
            Code::invalid);
  EXPECT_EQ(peer.text(), "x x x x");
}

TEST(List, ADraftIsTheNewestOperationOrNone) {
  ListPeer peer(0);
  auto draft = peer.list.begin(0, 5);
  ASSERT_TRUE(draft.ok());
  const std::string value = list_value("v");
  ASSERT_FALSE(peer.list.insert(*draft, 0, as_bytes(value)));
  ASSERT_FALSE(peer.receive(made(1, 0, 1, {}, {{ListEdit::insert, 0, 1}})));
  EXPECT_EQ(peer.list.insert(*draft, 0, as_bytes(value)).code(), Code::invalid);
  EXPECT_EQ(peer.list.erase(*draft, 0, 1).code(), Code::invalid);
  EXPECT_EQ(peer.list.move(*draft, 0, 1).code(), Code::invalid);
  EXPECT_EQ(peer.list.set(*draft, 0, as_bytes(value)).code(), Code::invalid);
  EXPECT_EQ(peer.list.length(), 2u);
}

TEST(List, RefusesLocalEditsOutsideAndValuesThatAreNone) {
  ListPeer peer(0);
  peer.insert(1, 0, "v");
  auto draft = peer.list.begin(0, 5);
  ASSERT_TRUE(draft.ok());
  const std::string value = list_value("v");
  const std::string broken = "\x01\x02";
  EXPECT_EQ(peer.list.insert(*draft, 2, as_bytes(value)).code(), Code::invalid);
  EXPECT_EQ(peer.list.insert(*draft, 0, as_bytes(broken)).code(), Code::invalid);
  EXPECT_EQ(peer.list.insert(*draft, 0, {}).code(), Code::invalid);
  EXPECT_EQ(peer.list.erase(*draft, 0, 2).code(), Code::invalid);
  EXPECT_EQ(peer.list.erase(*draft, 2, 0).code(), Code::invalid);
  EXPECT_EQ(peer.list.move(*draft, 0, 1).code(), Code::invalid);
  EXPECT_EQ(peer.list.move(*draft, 1, 0).code(), Code::invalid);
  EXPECT_EQ(peer.list.set(*draft, 1, as_bytes(value)).code(), Code::invalid);
  EXPECT_EQ(peer.list.set(*draft, 0, as_bytes(broken)).code(), Code::invalid);
  EXPECT_TRUE(draft->empty());
  EXPECT_EQ(peer.text(), "v");
}

TEST(List, AnOperationHasAtMost16MiB) {
  ListPeer peer(0);
  auto draft = peer.list.begin(0, 5);
  ASSERT_TRUE(draft.ok());
  const std::string half = list_value(std::string(kOperationBytesMax / 2, 'v'));
  ASSERT_FALSE(peer.list.insert(*draft, 0, as_bytes(half)));
  EXPECT_EQ(peer.list.insert(*draft, 0, as_bytes(half)).code(), Code::too_large);
  EXPECT_EQ(peer.list.set(*draft, 0, as_bytes(half)).code(), Code::too_large);
  EXPECT_EQ(peer.list.length(), 1u);
  EXPECT_TRUE(ListEditsView::parse(draft->edits()).ok());
}

}  // namespace
}  // namespace gs::crdt
