// How many power cuts a second the simulated disk survives: the price of a crash test.

#include <benchmark/benchmark.h>

#include "gs/base/check.h"
#include "gs/platform/sim/sim_file_system.h"

namespace gs::platform {
namespace {

// One life: open, append records with a sync after every fourth, power cut.
void bm_crash(benchmark::State& state) {
  const auto records = static_cast<std::uint64_t>(state.range(0));
  const auto reserved = static_cast<std::uint64_t>(state.range(1));
  const Buffer record(200, 'r');
  std::uint64_t seed = 0;
  for (auto _ : state) {
    SimFileSystem files(++seed);
    auto file = files.open("log", OpenMode::create).value();
    GS_CHECK(files.sync_directory("").ok());
    if (reserved > 0) GS_CHECK(file->allocate(reserved).ok());
    for (std::uint64_t i = 0; i < records; ++i) {
      GS_CHECK(file->write(i * record.size(), record).ok());
      if (i % 4 == 3) GS_CHECK(file->sync().ok());
    }
    files.crash();
    benchmark::DoNotOptimize(files.open("log", OpenMode::read).ok());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(bm_crash)
    ->ArgNames({"records", "reserved_bytes"})
    ->Args({10, 0})
    ->Args({100, 0})
    ->Args({10, 1 << 20})
    ->Args({100, 1 << 20});

}  // namespace
}  // namespace gs::platform
