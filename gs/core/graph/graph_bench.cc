// What a change costs: filling it, closing it, and checking one that came from elsewhere.
//
// 200-byte records, as in the benchmarks of whole storages. Time per operation is items_per_second.
#include <benchmark/benchmark.h>

#include <cstring>

#include "gs/core/graph/commitment.h"
#include "gs/core/graph/samples_test.h"

namespace gs::graph {
namespace {

constexpr std::size_t kPayloadBytes = 8 + 200;

class Filler {
 public:
  explicit Filler(std::uint32_t operations)
      : key_(testing::key_of(0)), space_(std::size_t{4} << 20), payload_(kPayloadBytes, 0x5a) {
    open_.storage = testing::digest_of("storage");
    open_.writer = testing::writer_of(key_);
    open_.hlc = id::hlc_of_ms(1'700'000'000'000);
    id::Minter minter(open_.writer, 0, Id{});
    for (std::uint32_t i = 0; i < operations; ++i)
      ids_.push_back(minter.mint(1'700'000'000'000).id);
    fill();
    change_ = builder_.close(key_);
  }

  void fill() {
    builder_.begin(open_, space_);
    for (const Id& id : ids_) {
      const auto at =
          builder_.append(2, kLastOfTransaction, &shape_, &id, open_.hlc, kPayloadBytes);
      std::memcpy(at.payload, payload_.data(), kPayloadBytes);
    }
  }
  Bytes close() { return builder_.close(key_); }
  Bytes change() const { return change_; }
  const crypto::KeyPair& key() const { return key_; }

 private:
  crypto::KeyPair key_;
  Buffer space_;
  Buffer payload_;
  Digest shape_ = testing::digest_of("shape");
  ChangeBuilder::Open open_;
  std::vector<Id> ids_;
  ChangeBuilder builder_;
  Bytes change_;
};

void count(benchmark::State& state, std::size_t bytes) {
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

void bm_fill(benchmark::State& state) {
  Filler filler(static_cast<std::uint32_t>(state.range(0)));
  for (auto _ : state) {
    filler.fill();
    state.PauseTiming();  // closing is measured below
    benchmark::DoNotOptimize(filler.close().data());
    state.ResumeTiming();
  }
  count(state, filler.change().size());
}
BENCHMARK(bm_fill)->ArgName("operations")->Arg(1000);

void bm_fill_and_close(benchmark::State& state) {
  Filler filler(static_cast<std::uint32_t>(state.range(0)));
  for (auto _ : state) {
    filler.fill();
    benchmark::DoNotOptimize(filler.close().data());
  }
  count(state, filler.change().size());
}
BENCHMARK(bm_fill_and_close)->ArgName("operations")->Arg(1)->Arg(1000);

// The parts of close: leaves with salts, the tree above them, the signature.
void bm_leaves(benchmark::State& state) {
  Filler filler(static_cast<std::uint32_t>(state.range(0)));
  const ChangeView change = ChangeView::parse(filler.change()).value();
  for (auto _ : state) benchmark::DoNotOptimize(change.leaves().data());
  count(state, filler.change().size());
}
BENCHMARK(bm_leaves)->ArgName("operations")->Arg(1000);

void bm_root(benchmark::State& state) {
  Filler filler(static_cast<std::uint32_t>(state.range(0)));
  const auto leaves = ChangeView::parse(filler.change())->leaves();
  for (auto _ : state) benchmark::DoNotOptimize(crypto::merkle_root(leaves));
  count(state, leaves.size() * sizeof(Digest));
}
BENCHMARK(bm_root)->ArgName("operations")->Arg(1000);

void bm_sign(benchmark::State& state) {
  const crypto::KeyPair key = testing::key_of(0);
  const Buffer message(44, 1);
  for (auto _ : state) benchmark::DoNotOptimize(key.sign(message));
}
BENCHMARK(bm_sign);

void bm_parse(benchmark::State& state) {
  Filler filler(static_cast<std::uint32_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(ChangeView::parse(filler.change()).ok());
  count(state, filler.change().size());
}
BENCHMARK(bm_parse)->ArgName("operations")->Arg(1)->Arg(1000);

void bm_verify_commitments(benchmark::State& state) {
  Filler filler(static_cast<std::uint32_t>(state.range(0)));
  const ChangeView change = ChangeView::parse(filler.change()).value();
  for (auto _ : state) benchmark::DoNotOptimize(change.verify_commitments().ok());
  count(state, filler.change().size());
}
BENCHMARK(bm_verify_commitments)->ArgName("operations")->Arg(1)->Arg(1000);

void bm_verify_signature(benchmark::State& state) {
  Filler filler(1);
  const ChangeView change = ChangeView::parse(filler.change()).value();
  for (auto _ : state) benchmark::DoNotOptimize(change.verify_signature().ok());
}
BENCHMARK(bm_verify_signature);

}  // namespace
}  // namespace gs::graph
