// Goal: questions stay cheap in graphs that are hard for walks: turns, ladders, many writers,
// roots, branches that nobody merges. Method: large graphs; visited runs are counted, never time.
#include <gtest/gtest.h>

#include <numeric>

#include "gs/core/graph/change.h"
#include "gs/core/graph/test_causal_model.h"

namespace gs::graph {
namespace {

using testing::append;
using Numbers = std::vector<ChangeNumber>;

// More visits than this in a graph of so many turns mean that a walk went through it.
constexpr std::uint32_t kTurns = 50'000;
constexpr std::size_t kFewRuns = 64;

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
