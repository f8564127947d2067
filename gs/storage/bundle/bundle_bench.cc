// What columns cost and save: blocks of random updates of one field of four, as frames and in
// columns, in one run. `bytes_per_update` is what is stored.
#include <benchmark/benchmark.h>

#include "gs/core/columns/columns.h"
#include "gs/core/columns/test_changes.h"
#include "gs/storage/bundle/streams.h"

namespace gs::bundle {
namespace {

using columns::testing::Chain;
using columns::testing::raw_of;
using columns::testing::views_of;

// `kBlocks` blocks, after one with the records.
struct Blocks {
  static constexpr std::size_t kBlocks = 4;
  static constexpr std::size_t kUpdates = 1000;
  static constexpr std::size_t kChanges = 25;

  explicit Blocks(std::size_t records) {
    Chain chain(1);
    std::vector<Buffer> first;
    for (std::size_t i = 0; i < records; i += 1000) first.push_back(chain.inserts(1000));
    blocks.push_back(std::move(first));
    for (std::size_t block = 0; block < kBlocks; ++block) {
      std::vector<Buffer> changes;
      for (std::size_t i = 0; i < kChanges; ++i) changes.push_back(chain.updates(kUpdates));
      blocks.push_back(std::move(changes));
    }
    for (const auto& changes : blocks) raw.push_back(raw_of(changes));
  }

  std::vector<std::vector<Buffer>> blocks;
  std::vector<Buffer> raw;
};

void count(benchmark::State& state, std::size_t stored) {
  constexpr auto kAll = static_cast<double>(Blocks::kBlocks * Blocks::kChanges * Blocks::kUpdates);
  state.counters["updates"] =
      benchmark::Counter(kAll, benchmark::Counter::kIsIterationInvariantRate);
  if (stored != 0) state.counters["bytes_per_update"] = static_cast<double>(stored) / kAll;
}

std::size_t records_of(const benchmark::State& state) {
  return static_cast<std::size_t>(state.range(0));
}

void bm_frames(benchmark::State& state) {
  const Blocks blocks(records_of(state));
  Compressor compressor;
  Buffer stored;
  std::size_t bytes = 0;
  for (auto _ : state) {
    bytes = 0;
    for (std::size_t i = 1; i < blocks.raw.size(); ++i) {
      compressor.frame(blocks.raw[i], stored).ignore();
      bytes += stored.size();
    }
  }
  count(state, bytes);
}
BENCHMARK(bm_frames)->ArgName("records")->Arg(5000);

void bm_columns(benchmark::State& state) {
  const Blocks blocks(records_of(state));
  Compressor compressor;
  std::vector<Buffer> streams;
  Buffer stored;
  std::size_t bytes = 0;
  for (auto _ : state) {
    bytes = 0;
    columns::Encoder encoder(Chain::storage());
    for (std::size_t i = 0; i < blocks.blocks.size(); ++i) {
      if (!encoder.encode(views_of(blocks.blocks[i]), streams)) return state.SkipWithError("none");
      compressor.streams(streams, stored).ignore();
      if (i > 0) bytes += stored.size();
    }
  }
  count(state, bytes);
}
BENCHMARK(bm_columns)->ArgName("records")->Arg(5000);

void bm_columns_back(benchmark::State& state) {
  const Blocks blocks(records_of(state));
  columns::Encoder encoder(Chain::storage());
  std::vector<std::vector<Buffer>> streams(blocks.blocks.size());
  for (std::size_t i = 0; i < streams.size(); ++i) {
    if (!encoder.encode(views_of(blocks.blocks[i]), streams[i])) return state.SkipWithError("none");
  }
  Buffer out;
  for (auto _ : state) {
    columns::Decoder decoder(Chain::storage());
    for (std::size_t i = 0; i < streams.size(); ++i) {
      decoder.decode(views_of(streams[i]), blocks.raw[i].size(), out).ignore();
      benchmark::DoNotOptimize(out.data());
    }
  }
  count(state, 0);
}
BENCHMARK(bm_columns_back)->ArgName("records")->Arg(5000);

}  // namespace
}  // namespace gs::bundle
