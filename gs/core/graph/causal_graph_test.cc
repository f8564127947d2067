// Goal: the graph of changes refuses what cannot be, its bytes do not drift and carry no accident
// on, and questions stay cheap in graphs that are hard for walks: turns, ladders, many writers,
// roots, branches that nobody merges. Method: examples, limits, visited runs counted, never time.
#include "gs/core/graph/causal_graph.h"

#include <gtest/gtest.h>

#include <numeric>

#include "gs/base/crc32c.h"
#include "gs/base/endian.h"
#include "gs/base/hex.h"
#include "gs/core/graph/change.h"

namespace gs::graph {
namespace {

using Numbers = std::vector<ChangeNumber>;

// More steps than this in a graph of so many turns mean that a walk went through it.
constexpr std::uint32_t kTurns = 50'000;
constexpr std::size_t kFewRuns = 64;

// Adds as the next change of a writer.
ChangeNumber append(CausalGraph& graph, std::uint32_t writer, const Numbers& parents) {
  std::uint64_t low = 0;
  std::uint64_t high = graph.size();
  while (low < high) {
    const std::uint64_t middle = (low + high) / 2;
    if (graph.find(writer, middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const auto added = graph.add(writer, low, parents);
  EXPECT_TRUE(added.ok()) << added.error().text();
  return *added;
}

// Writer 0 makes two changes, writer 1 one beside its second, writer 0 merges; writer 2 begins.
CausalGraph small_graph() {
  CausalGraph graph;
  append(graph, 0, {});
  append(graph, 0, {0});
  append(graph, 1, {0});
  append(graph, 0, {2, 1});
  append(graph, 2, {});
  return graph;
}

// The example of docs/FORMAT.md, "Graph of changes".
TEST(CausalGraph, BytesAreFrozen) {
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

TEST(CausalGraph, AnEmptyOneHasBytesAndAnswers) {
  const CausalGraph empty;
  const auto again = CausalGraph::decode(empty.encode(), 0);
  ASSERT_TRUE(again.ok()) << again.error().text();
  EXPECT_EQ(again->size(), 0u);
  EXPECT_TRUE(again->frontier().empty());
  EXPECT_FALSE(again->find(0, 0));
  EXPECT_EQ(again->compare({}, {}), CausalOrder::equal);
  EXPECT_TRUE(again->version({}).empty());
  EXPECT_TRUE(again->merge_base({}, {}).empty());
}

TEST(CausalGraph, RefusesWhatCannotBeAndStaysAsItWas) {
  CausalGraph graph = small_graph();
  const Buffer bytes = graph.encode();
  const auto code = [&graph](std::uint32_t writer, std::uint64_t sequence, const Numbers& parents) {
    return graph.add(writer, sequence, parents).code();
  };
  EXPECT_EQ(code(0, 2, {3}), Code::invalid) << "a sequence that is there";
  EXPECT_EQ(code(0, 4, {3}), Code::invalid) << "a gap";
  EXPECT_EQ(code(9, 1, {3}), Code::invalid) << "a chain that does not begin at 0";
  EXPECT_EQ(code(0, (std::uint64_t{1} << 32) | 3, {3}), Code::invalid) << "a high half";
  EXPECT_EQ(code(0, 3, {5}), Code::invalid) << "itself";
  EXPECT_EQ(code(0, 3, {0xffffffff}), Code::invalid) << "an unknown parent";
  EXPECT_EQ(code(0, 3, {3, 1, 3}), Code::invalid) << "a parent twice";
  EXPECT_EQ(code(kGraphWritersMax, 0, {3}), Code::too_large);
  EXPECT_EQ(graph.encode(), bytes);
  EXPECT_EQ(code(0, 3, {3}), Code::ok);
}

TEST(CausalGraph, LimitOfParentsIsExact) {
  CausalGraph graph;
  for (std::uint32_t writer = 0; writer <= kParentsMax; ++writer) append(graph, writer, {});
  Numbers parents(kParentsMax);
  std::iota(parents.begin(), parents.end(), 0u);
  EXPECT_EQ(graph.add(0, 1, parents).value(), kParentsMax + 1);
  EXPECT_EQ(graph.frontier(), (Numbers{kParentsMax, kParentsMax + 1}));
  const auto again = CausalGraph::decode(graph.encode(), kParentsMax + 1);
  EXPECT_TRUE(again.ok()) << again.error().text();
  parents.push_back(kParentsMax);
  EXPECT_EQ(graph.add(0, 2, parents).code(), Code::too_large);
}

TEST(CausalGraph, ALogOfOneWriterIsOneRun) {
  CausalGraph graph;
  append(graph, 7, {});
  for (std::uint32_t i = 1; i < kTurns; ++i) graph.add(7, i, Numbers{i - 1}).value();
  EXPECT_EQ(graph.run_count(), 1u);
  EXPECT_EQ(graph.encode().size(), 32u);
  EXPECT_TRUE(graph.is_critical(kTurns / 2));
}

// Found in a prototype, which took what came before a later root for settled.
TEST(CausalGraph, ALaterRootEndsThatAChangeIsCritical) {
  CausalGraph graph;
  append(graph, 0, {});
  append(graph, 0, {0});
  EXPECT_TRUE(graph.is_critical(1));
  append(graph, 1, {});
  EXPECT_FALSE(graph.is_critical(0));
  EXPECT_FALSE(graph.is_critical(1));
  append(graph, 0, {1, 2});
  EXPECT_TRUE(graph.is_critical(3));
  append(graph, 1, {1});
  EXPECT_FALSE(graph.is_critical(3));
}

TEST(CausalGraph, AWritersChainCrossesBranches) {
  CausalGraph graph;
  append(graph, 0, {});   // 0: writer 0, sequence 0
  append(graph, 1, {0});  // 1: one branch
  append(graph, 0, {0});  // 2: another one, of writer 0
  append(graph, 0, {1});  // 3: writer 0 goes on upon the first
  EXPECT_FALSE(graph.is_ancestor(2, 3));
  EXPECT_EQ(graph.version(Numbers{3}), (CausalVersion{{0, 0, 0}, {0, 2, 2}, {1, 0, 0}}));
  EXPECT_EQ(graph.missing(graph.version(Numbers{3}), graph.frontier()).value(),
            (std::vector<ChangeRange>{{2, 2}}));
}

TEST(CausalGraph, TwoMergesOfEachOtherHaveTwoBases) {
  CausalGraph graph;
  append(graph, 0, {});
  append(graph, 1, {0});
  append(graph, 2, {0});
  append(graph, 1, {1, 2});
  append(graph, 2, {1, 2});
  EXPECT_EQ(graph.merge_base(Numbers{3}, Numbers{4}), (Numbers{1, 2}));
}

TEST(CausalGraph, AVersionOfAnotherFormIsRefused) {
  const CausalGraph graph = small_graph();
  const auto code = [&graph](const CausalVersion& have) {
    return graph.missing(have, graph.frontier()).code();
  };
  EXPECT_EQ(code({{0, 1, 0}}), Code::invalid) << "ends before it begins";
  EXPECT_EQ(code({{1, 0, 0}, {0, 0, 0}}), Code::invalid) << "writers in disorder";
  EXPECT_EQ(code({{0, 5, 6}, {0, 0, 0}}), Code::invalid) << "sequences in disorder";
  EXPECT_EQ(code({{0, 0, 1}, {0, 2, 3}}), Code::invalid) << "ranges that meet";
  EXPECT_EQ(code({{0, 0, 1}, {0, 1, 3}}), Code::invalid) << "ranges that overlap";
  EXPECT_EQ(code({{0, 0, ~0ull}, {0, 0, 0}}), Code::invalid) << "the last sequence of all";
  EXPECT_EQ(code({{0, 0, 1}, {0, 3, ~0ull}, {5, 0, 0}}), Code::ok);
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

// Two writers that take turns: a run a turn.
CausalGraph turns(std::uint32_t count) {
  CausalGraph graph;
  for (std::uint32_t i = 0; i < count; ++i) {
    graph.add(i % 2, i / 2, i == 0 ? Numbers{} : Numbers{i - 1}).value();
  }
  return graph;
}

// Two writers that write at the same time, and each merge what the other one had: no change has
// all of the others but for the last two. Goes on behind `graph`, with writers 0 and 1, upon
// `begin`.
void add_ladder(CausalGraph& graph, std::uint32_t rungs, const Numbers& begin) {
  Numbers below = begin;
  for (std::uint32_t i = 0; i < rungs; ++i) {
    const ChangeNumber left = graph.add(0, i, below).value();
    const ChangeNumber right = graph.add(1, i, below).value();
    below = {left, right};
  }
}

TEST(CausalGraphCost, OldChangesOfTurnsAreKnownAtOnce) {
  const CausalGraph graph = turns(kTurns);
  EXPECT_EQ(graph.run_count(), kTurns);
  Effort effort;
  const ChangeNumber last = kTurns - 1;
  EXPECT_TRUE(graph.is_ancestor(0, last, &effort));
  EXPECT_TRUE(graph.is_ancestor(kTurns / 2, last, &effort));
  EXPECT_EQ(graph.compare(Numbers{5}, Numbers{last}, &effort), CausalOrder::before);
  EXPECT_EQ(graph.merge_base(Numbers{last}, Numbers{5}, &effort), (Numbers{5}));
  EXPECT_EQ(graph.version(Numbers{last}, &effort).size(), 2u);
  EXPECT_EQ(graph.diff(Numbers{last - 2}, Numbers{last}, &effort).only_b,
            (std::vector<ChangeRange>{{last - 1, last}}));
  const CausalVersion have = graph.version(Numbers{last - 3}, &effort);
  EXPECT_EQ(graph.missing(have, Numbers{last}, &effort).value().size(), 1u);
  EXPECT_LE(effort.runs, kFewRuns);
}

// Nothing covers everything any more, once a branch is left alone.
TEST(CausalGraphCost, ABranchThatNobodyMergesCostsOthersNothing) {
  CausalGraph graph = turns(kTurns);
  const ChangeNumber left_alone = append(graph, 2, {kTurns - 1});
  ChangeNumber last = kTurns - 1;
  for (std::uint32_t i = 0; i < kTurns; ++i) {
    last = graph.add(i % 2, (kTurns + i) / 2, Numbers{last}).value();
  }
  Effort effort;
  EXPECT_TRUE(graph.is_ancestor(0, last, &effort));
  EXPECT_TRUE(graph.is_ancestor(kTurns - 1, last, &effort));
  EXPECT_TRUE(graph.is_ancestor(kTurns + 10, last, &effort));
  EXPECT_FALSE(graph.is_ancestor(left_alone, last, &effort));
  EXPECT_EQ(graph.heads(Numbers{0, left_alone, kTurns + 10, last}, &effort),
            (Numbers{left_alone, last}));
  EXPECT_EQ(graph.compare(Numbers{left_alone}, Numbers{last}, &effort), CausalOrder::concurrent);
  const Numbers before = {left_alone, last - 4};
  const Numbers now = {left_alone, last};
  EXPECT_EQ(graph.diff(before, now, &effort).only_b.size(), 1u);
  EXPECT_EQ(graph.diff(before, Numbers{last}, &effort).only_a.size(), 1u);
  EXPECT_EQ(graph.merge_base(before, now, &effort), before);
  EXPECT_LE(effort.runs, 4 * kFewRuns);
}

TEST(CausalGraphCost, ALadderIsNotClimbed) {
  CausalGraph graph;
  add_ladder(graph, kTurns / 2, {});
  const ChangeNumber last = graph.size() - 1;
  Effort effort;
  EXPECT_TRUE(graph.is_ancestor(0, last, &effort));
  EXPECT_TRUE(graph.is_ancestor(kTurns / 2, last, &effort));
  EXPECT_FALSE(graph.is_ancestor(last - 1, last, &effort));
  EXPECT_EQ(graph.version(Numbers{last, last - 1}, &effort).size(), 2u);
  EXPECT_EQ(graph.merge_base(Numbers{last}, Numbers{last - 1}, &effort),
            (Numbers{last - 3, last - 2}));
  EXPECT_LE(effort.runs, kFewRuns);
}

TEST(CausalGraphCost, FiveRootsChangeNothing) {
  CausalGraph graph;
  for (std::uint32_t writer = 2; writer < 7; ++writer) append(graph, writer, {});
  add_ladder(graph, kTurns / 2, {0});  // upon the first of them; nobody merges the others
  const ChangeNumber last = graph.size() - 1;
  Effort effort;
  EXPECT_TRUE(graph.is_ancestor(0, last, &effort));
  EXPECT_TRUE(graph.is_ancestor(5, last, &effort));
  EXPECT_TRUE(graph.is_ancestor(kTurns / 2, last, &effort));
  EXPECT_FALSE(graph.is_ancestor(4, last, &effort));
  EXPECT_EQ(graph.diff(Numbers{last - 2, 4}, Numbers{last, 4}, &effort).only_a.size(), 0u);
  EXPECT_EQ(graph.diff(Numbers{last - 2, 3}, graph.frontier(), &effort).only_b,
            (std::vector<ChangeRange>{{1, 2}, {4, 4}, {last - 3, last - 3}, {last - 1, last}}));
  EXPECT_LE(effort.runs, kFewRuns);
}

// Once in a ladder without an end a branch of its own came up: what it holds and upon what it was
// made is known without a walk there.
TEST(CausalGraphCost, ABranchOfItsOwnIsNotLookedForInALadder) {
  CausalGraph graph;
  add_ladder(graph, kTurns / 4, {});
  const ChangeNumber fork = graph.size() - 1;
  ChangeNumber alone = append(graph, 2, {fork, fork - 1});
  for (int i = 0; i < 10; ++i) alone = append(graph, 2, {alone});
  Numbers below = {fork, fork - 1};
  for (std::uint32_t i = 0; i < kTurns / 4; ++i) {
    const ChangeNumber left = graph.add(0, kTurns / 4 + i, below).value();
    below = {left, graph.add(1, kTurns / 4 + i, below).value()};
  }
  const Numbers with_branch = {alone, below[0], below[1]};
  Effort effort;
  EXPECT_FALSE(graph.is_ancestor(alone - 3, below[1], &effort));
  EXPECT_EQ(graph.diff(below, with_branch, &effort).only_b,
            (std::vector<ChangeRange>{{alone - 10, alone}}));
  EXPECT_EQ(graph.merge_base(Numbers{alone, below[0]}, Numbers{below[1]}, &effort),
            (Numbers{below[0] - 2, below[0] - 1}));
  EXPECT_LE(effort.runs, kFewRuns);
}

TEST(CausalGraphCost, ManyWritersOfOneChangeEach) {
  constexpr std::uint32_t kWriters = 100'000;
  CausalGraph graph;
  for (std::uint32_t writer = 0; writer < kWriters; ++writer) graph.add(writer, 0, {}).value();
  EXPECT_EQ(graph.frontier().size(), kWriters);
  Numbers tops;
  for (ChangeNumber begin = 0; begin < kWriters; begin += kParentsMax) {
    Numbers parents(std::min<std::size_t>(kParentsMax, kWriters - begin));
    std::iota(parents.begin(), parents.end(), begin);
    tops.push_back(append(graph, 0, parents));
  }
  const ChangeNumber last = append(graph, 1, tops);
  EXPECT_EQ(graph.frontier(), (Numbers{last}));
  EXPECT_TRUE(graph.is_critical(last));
  Effort effort;
  EXPECT_TRUE(graph.is_ancestor(77'777, last, &effort));
  EXPECT_EQ(graph.version(Numbers{last}, &effort).size(), kWriters);
  EXPECT_LE(effort.runs, kFewRuns);
  EXPECT_EQ(graph.missing({}, Numbers{last}).value(), (std::vector<ChangeRange>{{0, last}}));
  EXPECT_TRUE(CausalGraph::decode(graph.encode(), kWriters).ok());
}

// Whatever is asked, nothing is visited more than about once a run.
TEST(CausalGraphCost, AWalkThroughEverythingVisitsEachRunOnce) {
  CausalGraph graph;
  append(graph, 2, {});
  append(graph, 3, {});
  add_ladder(graph, kTurns / 2, {0});
  const ChangeNumber last = graph.size() - 1;
  Effort effort;
  EXPECT_EQ(graph.diff(Numbers{last, last - 1}, Numbers{1}, &effort).only_a.size(), 2u);
  EXPECT_GE(effort.runs, kTurns - 1);
  EXPECT_LE(effort.runs, graph.run_count() + kFewRuns);
  append(graph, 4, {1});
  effort = {};
  EXPECT_FALSE(graph.is_ancestor(1, last, &effort));
  EXPECT_LE(effort.runs, graph.run_count() + kFewRuns);
}

// Many changes of one run are reached from outside of it; its parents are gone to from the highest.
TEST(CausalGraphCost, ARunIsLeftOnceHoweverManyWaysLeadIntoIt) {
  constexpr std::uint32_t kRoots = 1000;
  constexpr std::uint32_t kWays = 200;
  CausalGraph graph;
  std::uint32_t writer = 0;
  append(graph, writer++, {});
  const ChangeNumber branch = append(graph, writer++, {0});
  Numbers roots;
  for (std::uint32_t i = 0; i < kRoots; ++i) roots.push_back(append(graph, writer++, {}));
  const std::uint32_t runner = writer++;
  Numbers run = {append(graph, runner, roots)};
  for (std::uint32_t i = 1; i < kWays; ++i) run.push_back(append(graph, runner, {run.back()}));
  Numbers ways;
  for (const ChangeNumber from : run) ways.push_back(append(graph, writer++, {from}));
  const ChangeNumber a = append(graph, writer++, ways);
  const ChangeNumber b = append(graph, writer++, ways);
  Effort effort;
  EXPECT_EQ(graph.diff(Numbers{a}, Numbers{b, branch}, &effort).only_b.size(), 2u);
  EXPECT_LE(effort.runs, graph.run_count() + kFewRuns);
}

}  // namespace
}  // namespace gs::graph
