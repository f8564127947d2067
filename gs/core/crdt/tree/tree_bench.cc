// How fast a tree is edited and brought up to date, by the number of its nodes or of moves that are
// later. Compare commits, not machines.
#include <benchmark/benchmark.h>

#include <random>

#include "gs/base/check.h"
#include "gs/core/crdt/tree/test_tree_peer.h"

namespace gs::tree {
namespace {

using testing::SentTree;
using testing::TreePeer;

// A tree of nodes that hang below random ones before them; a quarter of them below the root.
std::vector<NodeId> grow(TreePeer& peer, std::size_t count) {
  std::mt19937_64 random(1);
  std::vector<NodeId> nodes;
  peer.begin();
  for (std::size_t i = 0; i < count; ++i) {
    const bool at_root = i == 0 || random() % 4 == 0;
    nodes.push_back(peer.create("node", {at_root ? kRoot : nodes[random() % i]}));
  }
  return nodes;
}

void bm_tree_move(benchmark::State& state) {
  TreePeer peer(0);
  const std::vector<NodeId> nodes = grow(peer, static_cast<std::size_t>(state.range(0)));
  std::mt19937_64 random(2);
  for (auto _ : state) {
    peer.begin();
    const NodeId& parent = nodes[random() % nodes.size()];
    // What would be below itself is no work of interest.
    peer.tree.move(peer.made(), nodes[random() % nodes.size()], {parent}).ignore();
    if (peer.tree.move_count() > 1000) {
      state.PauseTiming();
      peer.tree.truncate(peer.made().stamp);
      state.ResumeTiming();
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(bm_tree_move)->ArgName("nodes")->Arg(1 << 10)->Arg(1 << 17);

void bm_tree_load(benchmark::State& state) {
  TreePeer peer(0);
  grow(peer, static_cast<std::size_t>(state.range(0)));
  const SentTree sent = peer.finish();
  for (auto _ : state) {
    Tree tree;
    GS_CHECK(tree.apply(sent.arrival()).ok());
    benchmark::DoNotOptimize(tree.node_count());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(sent.payload.size()));
}
BENCHMARK(bm_tree_load)->ArgName("nodes")->Arg(1 << 10)->Arg(1 << 17);

// One move that arrives late, among 1,000 nodes.
void bm_tree_late_move(benchmark::State& state) {
  TreePeer peer(0);
  TreePeer late(1);
  const std::vector<NodeId> nodes = grow(peer, 1000);
  GS_CHECK(late.receive(peer.finish()).ok());
  std::mt19937_64 random(3);
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    peer.begin(1 << 20);
    const NodeId& parent = nodes[random() % nodes.size()];
    peer.tree.move(peer.made(), nodes[random() % nodes.size()], {parent}).ignore();
  }
  for (auto _ : state) {
    state.PauseTiming();
    late.begin();
    late.tree.move(late.made(), nodes[random() % nodes.size()], {}).ignore();
    const SentTree sent = late.finish();
    state.ResumeTiming();
    GS_CHECK(peer.receive(sent).ok());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(bm_tree_late_move)->ArgName("later_moves")->Arg(100)->Arg(10'000);

}  // namespace
}  // namespace gs::tree
