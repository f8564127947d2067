// Goal: what two people type at once stays together, edits may arrive late, early and again, and
// what cannot be is refused without a trace.
// Method: small stories with a known end.
#include <gtest/gtest.h>

#include <algorithm>

#include "gs/core/crdt/text/test_peers.h"

namespace gs::crdt {
namespace {

using testing::exchange;
using testing::make_peers;
using testing::Peer;
using testing::Sent;

void type_forward(Peer& peer, std::uint32_t pos, std::string_view what) {
  for (const char letter : what) peer.insert(pos++, std::string(1, letter));
}

void type_backward(Peer& peer, std::uint32_t pos, std::string_view what) {
  for (auto letter = what.rbegin(); letter != what.rend(); ++letter) {
    peer.insert(pos, std::string(1, *letter));
  }
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(Text, EditsAreThere) {
  Text text;
  const std::uint32_t self = text.writer_number(testing::test_writer(1));
  ASSERT_FALSE(text.insert(self, 0, "gr\xc3\xbc\xc3\x9f dich"));
  ASSERT_FALSE(text.erase(self, 2, 1));
  ASSERT_FALSE(text.insert(self, 2, "ue"));
  EXPECT_EQ(text.text(), "grue\xc3\x9f dich");
  EXPECT_EQ(text.length(), 10u);
  EXPECT_EQ(text.next_seq(self).value(), 12u);
  EXPECT_EQ(text.version().value(), (std::vector<EventId>{{self, 11}}));
}

TEST(TextInterleaving, ForwardTypingStaysTogether) {
  auto peers = make_peers(2);
  type_forward(peers[0], 0, "milk ");
  type_forward(peers[1], 0, "bread ");
  ASSERT_FALSE(exchange(peers));
  EXPECT_EQ(peers[0].text.text(), peers[1].text.text());
  EXPECT_TRUE(has(peers[0].text.text(), "milk ")) << peers[0].text.text();
  EXPECT_TRUE(has(peers[0].text.text(), "bread ")) << peers[0].text.text();
}

// Other engines make `bababa` of it.
TEST(TextInterleaving, BackwardTypingStaysTogether) {
  auto peers = make_peers(2);
  type_backward(peers[0], 0, "aaaa");
  type_backward(peers[1], 0, "bbbb");
  ASSERT_FALSE(exchange(peers));
  EXPECT_EQ(peers[0].text.text(), peers[1].text.text());
  EXPECT_TRUE(has(peers[0].text.text(), "aaaa")) << peers[0].text.text();
  EXPECT_TRUE(has(peers[0].text.text(), "bbbb")) << peers[0].text.text();
}

TEST(TextInterleaving, ThreePeersInBothDirectionsBetweenOthersWords) {
  auto peers = make_peers(3);
  peers[0].insert(0, "[]");
  ASSERT_FALSE(exchange(peers));
  type_forward(peers[0], 1, "aaaa");
  type_backward(peers[1], 1, "bbbb");
  type_forward(peers[2], 1, "cc");
  type_backward(peers[2], 3, "cc");
  ASSERT_FALSE(exchange(peers));
  const std::string text = peers[0].text.text();
  EXPECT_EQ(peers[1].text.text(), text);
  EXPECT_EQ(peers[2].text.text(), text);
  for (const char* word : {"aaaa", "bbbb", "cccc"}) EXPECT_TRUE(has(text, word)) << text;
  EXPECT_EQ(text.front(), '[');
  EXPECT_EQ(text.back(), ']');
}

TEST(TextInterleaving, WordsStayTogetherWhenTheirHalvesAreExchanged) {
  auto peers = make_peers(3);
  type_forward(peers[0], 0, "aaa");
  type_forward(peers[1], 0, "bbb");
  ASSERT_FALSE(exchange(peers));
  for (std::uint32_t i = 0; i < 2; ++i) {
    const std::string text = peers[i].text.text();
    const auto end = static_cast<std::uint32_t>(text.rfind(i == 0 ? 'a' : 'b')) + 1;
    type_forward(peers[i], end, i == 0 ? "aaa" : "bbb");
  }
  type_backward(peers[2], 3, "ccc");
  ASSERT_FALSE(exchange(peers));
  const std::string text = peers[2].text.text();
  EXPECT_EQ(peers[0].text.text(), text);
  for (const char* word : {"aaaaaa", "bbbbbb", "ccc"}) EXPECT_TRUE(has(text, word)) << text;
}

// A text begun five times: the second root once broke what stood on the first alone.
TEST(Text, MayHaveFiveRoots) {
  std::vector<Sent> all;
  for (std::uint32_t i = 0; i < 5; ++i) {
    Peer peer(i);
    type_forward(peer, 0, std::string(3, static_cast<char>('a' + i)));
    peer.erase(1, 1);
    for (Sent& sent : peer.send()) all.push_back(std::move(sent));
  }
  std::sort(all.begin(), all.end(),
            [](const Sent& a, const Sent& b) { return a.writer < b.writer; });
  std::string expected;
  do {
    Peer reader(9);
    for (const Sent& sent : all) {
      ASSERT_FALSE(reader.receive(sent));
      ASSERT_FALSE(reader.receive(sent));
    }
    if (expected.empty()) expected = reader.text.text();
    ASSERT_EQ(reader.text.text(), expected);
  } while (std::next_permutation(all.begin(), all.end(),
                                 [](const Sent& a, const Sent& b) { return a.writer < b.writer; }));
  EXPECT_EQ(expected.size(), 10u);
  EXPECT_TRUE(has(expected, "aa") && has(expected, "ee")) << expected;
}

TEST(Text, ARootMayComeAfterAThousandEdits) {
  Peer early(0);
  Peer late(1);
  for (std::uint32_t i = 0; i < 2000; ++i) early.insert(i, "x");
  late.insert(0, "late");
  for (const Sent& sent : late.send()) ASSERT_FALSE(early.receive(sent));
  for (const Sent& sent : early.send()) ASSERT_FALSE(late.receive(sent));
  EXPECT_EQ(early.text.text(), late.text.text());
  EXPECT_TRUE(has(early.text.text(), "late"));
  EXPECT_EQ(early.text.length(), 2004u);
}

TEST(Text, WhatStandsOnSomethingMissingWaits) {
  Peer writer(0);
  writer.insert(0, "one ");
  const auto first = writer.send();
  writer.insert(4, "two");
  const auto second = writer.send();
  Peer reader(1);
  EXPECT_EQ(reader.receive(second[0]).code(), Code::not_found);
  EXPECT_EQ(reader.text.text(), "");
  ASSERT_FALSE(reader.receive(first[0]));
  ASSERT_FALSE(reader.receive(second[0]));
  EXPECT_EQ(reader.text.text(), "one two");
}

TEST(Text, EditsThatCameBeforeDoNoHarm) {
  Peer writer(0);
  Session sending;
  Session receiving;
  Peer reader(1);
  std::uint32_t seq = 0;
  for (const char* key : {"a", "b", "c", "d"}) {
    writer.insert(seq, key);
    const auto parts = writer.text.operation(
        0, seq, [](std::uint32_t number) { return number; }, &seq);
    const Buffer live = sending.encode(7, *parts);
    const auto decoded = receiving.decode(live);
    ASSERT_TRUE(decoded.ok()) << decoded.error().text();
    EXPECT_EQ(decoded->writer, 7u);
    if (seq == 4) continue;  // the last one is lost
    ASSERT_FALSE(reader.text.apply(decoded->operation, decoded->on_edit_before, 0, reader.table()));
  }
  EXPECT_EQ(reader.text.text(), "abc");
  const auto sent = writer.send();
  ASSERT_EQ(sent.size(), 1u);
  Changes changes;
  ASSERT_FALSE(reader.receive(sent[0], &changes));
  EXPECT_EQ(reader.text.text(), "abcd");
  ASSERT_EQ(changes.list.size(), 1u);
  EXPECT_EQ(changes.list[0].pos, 3u);
  EXPECT_EQ(changes.inserted(changes.list[0]), "d");
}

TEST(Text, AKeyPressedIsSmallInASession) {
  Peer writer(0);
  Session session;
  writer.insert(0, std::string(100'000, 'x'));
  std::uint32_t seq = 0;
  const auto number = [](std::uint32_t writer_number) { return writer_number; };
  session.encode(3, writer.text.operation(0, 0, number, &seq).value());
  writer.insert(70'000, "k");
  EXPECT_LE(session.encode(3, writer.text.operation(0, seq, number, &seq).value()).size(), 12u);
  writer.erase(70'000, 1);
  EXPECT_LE(session.encode(3, writer.text.operation(0, seq, number, &seq).value()).size(), 12u);
  EXPECT_LE(encode_operation(writer.text.operation(0, 100'001, number).value()).size(), 24u);
}

TEST(Text, RefusesPositionsOutsideOfTheTextAndStaysAsItWas) {
  auto peers = make_peers(2);
  peers[0].insert(0, "abc");
  ASSERT_FALSE(exchange(peers));
  const Buffer before = peers[0].text.save().value();
  // Writer 1 on "abc", which for the second operation is not the newest text any more.
  for (const bool concurrent : {false, true}) {
    if (concurrent) peers[0].insert(3, "defghi");
    const Buffer saved = peers[0].text.save().value();
    for (const EditRun run : {EditRun{Edit::insert, 4, 1}, EditRun{Edit::erase, 2, 2},
                              EditRun{Edit::erase, 3, 1}, EditRun{Edit::erase_back, 3, 2}}) {
      OperationParts parts{.first_seq = 0, .parents = {{false, 0, 2}}, .runs = {run}};
      if (run.edit == Edit::insert) parts.text = "x";
      const Error error = peers[0].receive({1, encode_operation(parts)});
      EXPECT_EQ(error.code(), Code::invalid) << run.pos;
      EXPECT_EQ(peers[0].text.save().value(), saved);
    }
  }
  EXPECT_NE(peers[0].text.save().value(), before);
  EXPECT_EQ(peers[0].text.text(), "abcdefghi");
  EXPECT_EQ(peers[0].text.insert(0, 10, "x").code(), Code::invalid);
  EXPECT_EQ(peers[0].text.erase(0, 8, 2).code(), Code::invalid);
  EXPECT_EQ(peers[0].text.insert(0, 0, "\xc3").code(), Code::invalid);
}

TEST(Text, RefusesAParentThatIsAnAncestorOfAnother) {
  Peer peer(0);
  peer.insert(0, "ab");
  peer.insert(0, "c");
  const OperationParts parts{.first_seq = 0,
                             .parents = {{false, 0, 0}, {false, 0, 1}},
                             .runs = {{Edit::insert, 0, 1}},
                             .text = "x"};
  EXPECT_EQ(peer.receive({1, encode_operation(parts)}).code(), Code::invalid);
  EXPECT_EQ(peer.text.text(), "cab");
}

TEST(Text, RefusesEditsWhoseMiddleIsKnownAlready) {
  Peer peer(0);
  const OperationParts later{.first_seq = 2, .runs = {{Edit::insert, 0, 1}}, .text = "x"};
  ASSERT_FALSE(peer.receive({1, encode_operation(later)}));
  const OperationParts around{.first_seq = 0, .runs = {{Edit::insert, 0, 4}}, .text = "abcd"};
  EXPECT_EQ(peer.receive({1, encode_operation(around)}).code(), Code::invalid);
  EXPECT_EQ(peer.text.text(), "x");
}

TEST(Text, OneWriterMayHaveBranchesThatArriveInAnyOrder) {
  // Seqs go on over both branches.
  const OperationParts left{.first_seq = 0, .runs = {{Edit::insert, 0, 2}}, .text = "le"};
  const OperationParts right{.first_seq = 2, .runs = {{Edit::insert, 0, 2}}, .text = "ri"};
  const OperationParts both{.first_seq = 4,
                            .parents = {{true, 0, 1}, {true, 0, 3}},
                            .runs = {{Edit::insert, 4, 1}},
                            .text = "!"};
  Peer one(1);
  Peer other(2);
  for (const auto& parts : {left, right, both})
    ASSERT_FALSE(one.receive({0, encode_operation(parts)}));
  for (const auto& parts : {right, left, both}) {
    ASSERT_FALSE(other.receive({0, encode_operation(parts)}));
  }
  EXPECT_EQ(one.text.text(), "leri!");
  EXPECT_EQ(other.text.text(), "leri!");
}

// The order of a list of values comes from the same history: only what a unit is differs.
TEST(History, OrdersTheValuesOfAList) {
  History list;
  const std::uint32_t ann = list.writer_number(testing::test_writer(0));
  const std::uint32_t bob = list.writer_number(testing::test_writer(1));
  std::vector<int> inserted;  // by ordinal
  std::vector<int> values;
  const auto add = [&](EventId id, Version parents, EditRun run, const std::vector<int>& fresh) {
    std::vector<Effect> effects;
    const Error error = list.add(id, parents, {&run, 1}, effects);
    EXPECT_FALSE(error) << error.text();
    inserted.insert(inserted.end(), fresh.begin(), fresh.end());
    for (const Effect& effect : effects) {
      const auto at = values.begin() + effect.pos;
      if (effect.edit == Edit::insert) {
        const auto from = inserted.begin() + effect.ordinal;
        values.insert(at, from, from + effect.count);
      } else {
        values.erase(at, at + effect.count);
      }
    }
  };
  add({ann, 0}, {}, {Edit::insert, 0, 3}, {10, 20, 30});
  add({ann, 3}, {2}, {Edit::erase, 1, 1}, {});
  add({bob, 0}, {2}, {Edit::insert, 2, 2}, {21, 22});  // Bob still sees 20
  EXPECT_EQ(values, (std::vector<int>{10, 21, 22, 30}));
  const auto steps = list.diff(list.graph().frontier(), Version{2}).value();
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(steps[0], (Step{1, 2, 1, 1}));
}

// A list asks which unit an event is about, also when that is gone, or older than the tracker.
TEST(History, TouchesTellTheirUnitsAndChangeNothing) {
  History list;
  const std::uint32_t ann = list.writer_number(testing::test_writer(0));
  const std::uint32_t bob = list.writer_number(testing::test_writer(1));
  std::vector<Effect> effects;
  Targets late;
  const auto add = [&](EventId id, Version parents, const std::vector<EditRun>& runs) {
    effects.clear();
    late.clear();
    const Error error = list.add(id, parents, runs, effects, &late);
    EXPECT_FALSE(error) << error.text();
  };
  add({ann, 0}, {}, {{Edit::insert, 0, 4}});
  add({ann, 4}, {3}, {{Edit::touch, 1, 2}, {Edit::erase, 2, 1}});
  EXPECT_EQ(effects, (std::vector<Effect>{{Edit::touch, 1, 2, 0, 4}, {Edit::erase, 2, 1, 0, 6}}));
  EXPECT_EQ(list.length(), 3u);
  // Bob saw all four, and inserts one before them.
  add({bob, 0}, {3}, {{Edit::insert, 0, 1}, {Edit::touch, 2, 3}, {Edit::erase, 3, 1}});
  EXPECT_EQ(effects, (std::vector<Effect>{{Edit::insert, 0, 1, 4, 7},
                                          {Edit::touch, 2, 1, 0, 8},
                                          {Edit::touch, 3, 1, 0, 10}}));
  EXPECT_EQ(late.find(9), kBaseUnit + 2);
  EXPECT_EQ(late.find(11), kBaseUnit + 2);
  EXPECT_EQ(late.find(10), std::nullopt);
  // What is outside of the list that he saw cannot be touched.
  const EditRun outside{Edit::touch, 2, 3};
  EXPECT_EQ(list.add({bob, 5}, Version{11}, {&outside, 1}, effects).code(), Code::invalid);
}

TEST(Targets, AreFoundByTheirEventsForwardsAndBackwards) {
  Targets targets;
  targets.add({10, 5, 2, false});
  targets.add({12, 7, 1, false});  // goes on
  targets.add({20, 40, 1, false});
  targets.add({21, 39, 2, true});  // goes down
  EXPECT_EQ(targets.find(9), std::nullopt);
  EXPECT_EQ(targets.find(12), Unit{7});
  EXPECT_EQ(targets.find(13), std::nullopt);
  EXPECT_EQ(targets.find(22), Unit{38});
  std::vector<std::uint32_t> lowest;
  targets.visit(11, 11, [&](const Target& target) {
    lowest.push_back(target.lowest());
    lowest.push_back(target.count);
  });
  EXPECT_EQ(lowest, (std::vector<std::uint32_t>{6, 2, 39, 2}));
}

}  // namespace
}  // namespace gs::crdt
