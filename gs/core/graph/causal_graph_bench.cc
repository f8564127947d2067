// What the graph of changes costs: growing, near and far questions, by the number of runs.
//
// turns: two writers one after the other, a run a turn. ladder: both at once, and each merges what
// the other one had, beside a branch of two writers that nobody merges.
#include <benchmark/benchmark.h>

#include "gs/core/graph/causal_graph.h"

namespace gs::graph {
namespace {

using Numbers = std::vector<ChangeNumber>;

CausalGraph bench_turns(std::uint32_t runs) {
  CausalGraph graph;
  for (std::uint32_t i = 0; i < runs; ++i) {
    const ChangeNumber parent = i - 1;
    graph.add(i % 2, i / 2, CausalGraph::Changes(&parent, i == 0 ? 0 : 1)).ok();
  }
  return graph;
}

CausalGraph bench_ladder(std::uint32_t runs) {
  CausalGraph graph;
  graph.add(2, 0, {}).ok();
  graph.add(3, 0, {}).ok();
  graph.add(4, 0, Numbers{1}).ok();
  Numbers below = {0};
  for (std::uint32_t i = 0; i + 2 < runs / 2; ++i) {
    const ChangeNumber left = graph.add(0, i, below).value();
    below = {left, graph.add(1, i, below).value()};
  }
  return graph;
}

void count_changes(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void bm_graph_add_turns(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(bench_turns(static_cast<std::uint32_t>(state.range(0))).size());
  }
  count_changes(state);
}
BENCHMARK(bm_graph_add_turns)->ArgName("runs")->Arg(1 << 14)->Arg(1 << 20);

void bm_graph_add_ladder(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(bench_ladder(static_cast<std::uint32_t>(state.range(0))).size());
  }
  count_changes(state);
}
BENCHMARK(bm_graph_add_ladder)->ArgName("runs")->Arg(1 << 14)->Arg(1 << 20);

void bm_graph_add_to_run(benchmark::State& state) {
  CausalGraph graph;
  graph.add(0, 0, {}).ok();
  std::uint64_t sequence = 0;
  for (auto _ : state) {
    const auto parent = static_cast<ChangeNumber>(sequence++);
    benchmark::DoNotOptimize(graph.add(0, sequence, CausalGraph::Changes(&parent, 1)).ok());
  }
}
BENCHMARK(bm_graph_add_to_run);

// Of places all over the graph.
void bm_graph_find(benchmark::State& state) {
  const CausalGraph graph = bench_turns(static_cast<std::uint32_t>(state.range(0)));
  std::uint32_t at = 0;
  for (auto _ : state) {
    at = (at + 7'919'999) % graph.size();
    benchmark::DoNotOptimize(graph.find(at % 2, at / 2));
  }
}
BENCHMARK(bm_graph_find)->ArgName("runs")->Arg(1 << 14)->Arg(1 << 20);

void ask_ancestor(benchmark::State& state, const CausalGraph& graph, ChangeNumber change) {
  const ChangeNumber last = graph.size() - 1;
  Effort effort;
  for (auto _ : state) benchmark::DoNotOptimize(graph.is_ancestor(change, last, &effort));
  state.counters["visited"] =
      static_cast<double>(effort.runs) / static_cast<double>(state.iterations());
}

void bm_graph_ancestor_near(benchmark::State& state) {
  const CausalGraph graph = bench_turns(static_cast<std::uint32_t>(state.range(0)));
  ask_ancestor(state, graph, graph.size() - 3);
}
BENCHMARK(bm_graph_ancestor_near)->ArgName("runs")->Arg(1 << 14)->Arg(1 << 20);

void bm_graph_ancestor_far(benchmark::State& state) {
  const CausalGraph graph = bench_turns(static_cast<std::uint32_t>(state.range(0)));
  ask_ancestor(state, graph, 5);
}
BENCHMARK(bm_graph_ancestor_far)->ArgName("runs")->Arg(1 << 14)->Arg(1 << 20);

void bm_graph_ancestor_far_in_ladder(benchmark::State& state) {
  const CausalGraph graph = bench_ladder(static_cast<std::uint32_t>(state.range(0)));
  ask_ancestor(state, graph, 5);
}
BENCHMARK(bm_graph_ancestor_far_in_ladder)->ArgName("runs")->Arg(1 << 14)->Arg(1 << 20);

// The answer is no, and nothing covers it: dominators lead down a line that a branch left long ago.
void bm_graph_no_ancestor_far(benchmark::State& state) {
  CausalGraph graph = bench_turns(3);
  const ChangeNumber left_alone = graph.add(2, 0, Numbers{2}).value();
  ChangeNumber last = 2;
  for (std::uint32_t i = 3; i < state.range(0); ++i) {
    last = graph.add(i % 2, i / 2, Numbers{last}).value();
  }
  ask_ancestor(state, graph, left_alone);
}
BENCHMARK(bm_graph_no_ancestor_far)->ArgName("runs")->Arg(1 << 14)->Arg(1 << 20);

// The worst there is: no, in a ladder, which has no dominators, of a change that has children
// elsewhere. Goes through all runs.
void bm_graph_no_ancestor_in_ladder(benchmark::State& state) {
  const CausalGraph graph = bench_ladder(static_cast<std::uint32_t>(state.range(0)));
  ask_ancestor(state, graph, 1);
}
BENCHMARK(bm_graph_no_ancestor_in_ladder)->ArgName("runs")->Arg(1 << 14)->Arg(1 << 20);

void bm_graph_diff(benchmark::State& state) {
  const CausalGraph graph = bench_ladder(1 << 16);
  const auto between = static_cast<ChangeNumber>(state.range(0));
  const Numbers before = {graph.size() - 1 - between, graph.size() - 2 - between};
  const Numbers now = {graph.size() - 1, graph.size() - 2};
  for (auto _ : state) benchmark::DoNotOptimize(graph.diff(before, now).only_b.size());
  count_changes(state);
}
BENCHMARK(bm_graph_diff)->ArgName("between")->Arg(2)->Arg(100)->Arg(10000);

void bm_graph_missing(benchmark::State& state) {
  const CausalGraph graph = bench_turns(1 << 16);
  const Numbers now = graph.frontier();
  const auto between = static_cast<ChangeNumber>(state.range(0));
  const CausalVersion have = graph.version(Numbers{graph.size() - 1 - between});
  for (auto _ : state) benchmark::DoNotOptimize(graph.missing(have, now).ok());
  count_changes(state);
}
BENCHMARK(bm_graph_missing)->ArgName("between")->Arg(2)->Arg(100)->Arg(10000);

void bm_graph_version(benchmark::State& state) {
  const CausalGraph graph = bench_turns(static_cast<std::uint32_t>(state.range(0)));
  const Numbers now = graph.frontier();
  for (auto _ : state) benchmark::DoNotOptimize(graph.version(now).size());
}
BENCHMARK(bm_graph_version)->ArgName("runs")->Arg(1 << 14)->Arg(1 << 20);

void bm_graph_encode(benchmark::State& state) {
  const CausalGraph graph = bench_turns(static_cast<std::uint32_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(graph.encode().data());
  count_changes(state);
}
BENCHMARK(bm_graph_encode)->ArgName("runs")->Arg(1 << 14)->Arg(1 << 20);

void bm_graph_decode(benchmark::State& state) {
  const Buffer bytes = bench_turns(static_cast<std::uint32_t>(state.range(0))).encode();
  for (auto _ : state) benchmark::DoNotOptimize(CausalGraph::decode(bytes, 2).ok());
  count_changes(state);
}
BENCHMARK(bm_graph_decode)->ArgName("runs")->Arg(1 << 14)->Arg(1 << 20);

}  // namespace
}  // namespace gs::graph
