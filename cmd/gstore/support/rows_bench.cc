// How fast rows are split from JSON and CSV, with the bytes in memory: rows per second must be far
// beyond what an import can store (300,000 a second), or splitting would be what it waits for.
#include <benchmark/benchmark.h>

#include "cmd/gstore/support/rows.h"

namespace gs::cli {
namespace {

constexpr std::size_t kRows = 20'000;

std::string cities(bool csv) {
  std::string text = csv ? "country,name,lat,lng\n" : "[\n";
  for (std::size_t i = 0; i < kRows; ++i) {
    const std::string n = std::to_string(i);
    if (csv) {
      text += "UA,\"City of the number " + n + "\",50." + n + ",30." + n + "\n";
    } else {
      text += std::string(i != 0 ? ",\n" : "") + R"({"country":"UA","name":"City of the number )" +
              n + R"(","lat":"50.)" + n + R"(","lng":"30.)" + n + R"(","admin1":"12","admin2":""})";
    }
  }
  return csv ? text : text + "\n]\n";
}

void read(benchmark::State& state, Format format, const std::string& text) {
  for (auto _ : state) {
    MemorySource source(text, kChunkBytes);
    Input input(source);
    const auto reader = read_rows(input, format, "", {});
    Row row;
    while (*(*reader)->next(row)) benchmark::DoNotOptimize(row.text.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRows));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void bm_elements(benchmark::State& state) { read(state, Format::json, cities(false)); }
BENCHMARK(bm_elements);

void bm_csv(benchmark::State& state) { read(state, Format::csv, cities(true)); }
BENCHMARK(bm_csv);

}  // namespace
}  // namespace gs::cli
