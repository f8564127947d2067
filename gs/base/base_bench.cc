// What checksums and decimal text cost. Compare commits, not machines.
#include <benchmark/benchmark.h>

#include "globalstorage/value.h"
#include "gs/base/crc32c.h"

namespace gs {
namespace {

void bm_crc32c(benchmark::State& state) {
  const Buffer bytes(static_cast<std::size_t>(state.range(0)), 0x5a);
  for (auto _ : state) benchmark::DoNotOptimize(crc32c(bytes));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(bm_crc32c)->ArgName("bytes")->Arg(64)->Arg(512)->Arg(4096)->Arg(1 << 20);

void bm_big_text(benchmark::State& state) {
  const Big big{false, Buffer(static_cast<std::size_t>(state.range(0)), 0x5a)};
  for (auto _ : state) benchmark::DoNotOptimize(big.text());
}
BENCHMARK(bm_big_text)->ArgName("bytes")->Arg(32)->Arg(512)->Arg(kBigBytesMax);

void bm_big_parse(benchmark::State& state) {
  const std::string text =
      Big{false, Buffer(static_cast<std::size_t>(state.range(0)), 0x5a)}.text();
  Big big;
  for (auto _ : state) benchmark::DoNotOptimize(Big::parse(text, big));
}
BENCHMARK(bm_big_parse)->ArgName("bytes")->Arg(32)->Arg(512)->Arg(kBigBytesMax);

}  // namespace
}  // namespace gs
