// Goal: the graph of changes refuses what cannot be, and says what a look at small graphs says.
// Method: examples, limits, misuse. Random graphs are in causal_graph_law_test.cc.
#include <gtest/gtest.h>

#include <numeric>

#include "gs/core/graph/change.h"
#include "gs/core/graph/test_causal_model.h"

namespace gs::graph {
namespace {

using testing::append;
using testing::small_graph;
using Numbers = std::vector<ChangeNumber>;

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
  constexpr std::uint32_t kChanges = 50'000;
  CausalGraph graph;
  append(graph, 7, {});
  for (std::uint32_t i = 1; i < kChanges; ++i) graph.add(7, i, Numbers{i - 1}).value();
  EXPECT_EQ(graph.run_count(), 1u);
  EXPECT_EQ(graph.encode().size(), 32u);
  EXPECT_TRUE(graph.is_critical(kChanges / 2));
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

}  // namespace
}  // namespace gs::graph
