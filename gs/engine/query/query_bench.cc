// How fast records are looked at by queries without an index: 171,075 rows like those of a list of
// cities, in runs of full records. `scan` is what the walk alone costs. Compare commits, not
// machines.
#include <benchmark/benchmark.h>

#include "gs/engine/query/test_rows.h"

namespace gs::engine {
namespace {

constexpr int kCities = 171'075;

struct Cities {
  testing::World world;
  testing::Store store;
  Cities() {
    static constexpr const char* kNames[] = {
        "Sant Julia de Loria", "Kyiv", "Odesa",           "Zürich",
        "Nizhniy Novgorod",    "Rome", "Ust'-Kamenogorsk"};
    static constexpr const char* kCountries[] = {"AD", "UA", "CH", "RU", "IT", "KZ", "US", "BR"};
    world.options.memory_bytes = std::uint64_t{64} << 20;
    world.options.segment_bytes = std::uint32_t{64} << 20;
    world.options.cache_bytes = 0;  // runs hold full records
    world.change_bytes = std::size_t{1} << 20;
    store = world.create();
    for (int i = 0; i < kCities;) {
      testing::Batch batch(store.db);
      for (int end = std::min(i + 4096, kCities); i < end; ++i) {
        const std::string number = std::to_string(i);
        batch
            .insert("City", std::string(R"({"name":")") + kNames[i % 7] + " " + number +
                                R"(","lat":)" + std::to_string(i % 90) + "." + number +
                                R"(,"lng":)" + std::to_string(i % 180) + ".5" + number +
                                R"(,"country":")" + kCountries[i % 8] +
                                R"(","admin1":"06","population":)" + number + "}")
            .error()
            .ignore();
      }
      batch.commit(Durability::lazy).ignore();
    }
    store->compact().ignore();
  }
};

const testing::Store& cities() {
  static const Cities made;
  return made.store;
}

void bm_scan(benchmark::State& state) {
  const testing::Store& store = cities();
  for (auto _ : state) {
    ScanState scan(store.db, store->moment(), "City", Id{}, query::kNoLimit);
    std::uint64_t bytes = 0;
    for (auto batch = scan.take(); !batch.empty(); batch = scan.take()) {
      for (const state::Met& met : batch) bytes += *met.record;
    }
    benchmark::DoNotOptimize(bytes);
  }
  state.SetItemsProcessed(state.iterations() * kCities);
}
BENCHMARK(bm_scan)->Unit(benchmark::kMillisecond);

void count(benchmark::State& state, const char* filter) {
  const testing::Store& store = cities();
  const std::string query = std::string(R"({"collection":"City","filter":)") + filter + "}";
  for (auto _ : state) {
    const auto counted = count_matches(store.db, query);
    if (!counted || *counted == 0) state.SkipWithError("nothing counted");
  }
  state.SetItemsProcessed(state.iterations() * kCities);
}
BENCHMARK_CAPTURE(count, equal_text, R"({"country":"UA"})")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(count, name, R"({"name":"Kyiv 171074"})")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(count, range, R"({"population":{"$gte":1000,"$lt":2000}})")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(count, in, R"({"country":{"$in":["UA","CH","XX"]}})")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(count, like, R"({"name":{"$like":"%ovg%99"}})")->Unit(benchmark::kMillisecond);

void find(benchmark::State& state, const char* rest) {
  const testing::Store& store = cities();
  const std::string query = std::string(R"({"collection":"City",)") + rest + "}";
  for (auto _ : state) {
    const auto found = Find::start(store.db, query);
    QueryRow row;
    if (!found || !(*found)->next(row)) state.SkipWithError("nothing found");
  }
  state.SetItemsProcessed(state.iterations() * kCities);
}
BENCHMARK_CAPTURE(find, sort_ten, R"("sort":"lat:desc","limit":10)")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(find, sort_all, R"("sort":"name")")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(find, group,
                  R"("group":{"by":["country"],"fields":{"n":{"$count":true},)"
                  R"("s":{"$sum":"population"}}})")
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gs::engine
