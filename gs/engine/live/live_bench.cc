// What one insert costs a live query, by the number of its rows: the insert alone, then with the
// look that tells of it and the text of its row. The cost must not grow with the rows.
#include <benchmark/benchmark.h>

#include "gs/engine/live/live.h"
#include "gs/engine/query/test_rows.h"

namespace gs::engine {
namespace {

struct Towns {
  testing::World world;
  testing::Store store;
  int next = 0;

  explicit Towns(int count) {
    world.options.memory_bytes = std::uint64_t{256} << 20;
    world.options.checkpoint_log_bytes = std::uint64_t{1} << 30;
    world.options.segment_bytes = std::uint32_t{64} << 20;
    world.change_bytes = std::size_t{1} << 20;
    store = world.create();
    while (next < count) {
      testing::Batch batch(store.db);
      for (const int end = std::min(next + 4096, count); next < end;) {
        batch.insert("City", town()).error().ignore();
      }
      batch.commit(Durability::lazy).ignore();
    }
    store->compact().ignore();
  }

  std::string town() {
    static constexpr const char* kCountries[] = {"AD", "UA", "CH", "RU", "IT", "KZ", "US", "BR"};
    // Names come in no order, so that rows enter everywhere.
    ++next;
    const auto mixed = static_cast<std::uint32_t>(next) * 2654435761u;
    return R"({"name":"Town )" + std::to_string(mixed) +
           R"(","lat":50.45,"lng":30.52,"country":")" + kCountries[next % 8] +
           R"(","admin1":"06","population":)" + std::to_string(next) + "}";
  }
};

Towns& towns(std::int64_t count) {
  static Towns small(17'107);
  static Towns large(171'075);
  return count == 171'075 ? large : small;
}

void insert_one(Towns& made) {
  testing::Batch batch(made.store.db);
  batch.insert("City", made.town()).error().ignore();
  batch.commit(Durability::lazy).ignore();
}

void bm_insert(benchmark::State& state) {
  Towns& made = towns(state.range(0));
  for (auto _ : state) insert_one(made);
}
BENCHMARK(bm_insert)->Arg(17'107)->Arg(171'075)->Unit(benchmark::kMicrosecond);

void live(benchmark::State& state, const char* rest) {
  Towns& made = towns(state.range(0));
  const auto live = Live::start(made.store.db, std::string(R"({"collection":"City")") + rest + "}");
  std::string text;
  for (auto _ : state) {
    insert_one(made);
    const auto deltas = (*live)->changes();
    if (!deltas) state.SkipWithError("a look failed");
    for (const LiveDelta& delta : *deltas) {
      text = delta.row.group_json;
      if (!text.empty() || delta.row.found.record == nullptr) continue;  // a group; one that left
      const QueryContext& context = *(*live)->context();
      append_row_json(context, context.record(delta.row.found).view(), text).ignore();
    }
    benchmark::DoNotOptimize(text);
  }
}

void both(benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(17'107)->Arg(171'075)->Unit(benchmark::kMicrosecond);
}
BENCHMARK_CAPTURE(live, by_id, "")->Apply(both);
BENCHMARK_CAPTURE(live, by_name, R"(,"sort":"name")")->Apply(both);
BENCHMARK_CAPTURE(live, by_name_ten, R"(,"sort":"name","limit":10)")->Apply(both);
BENCHMARK_CAPTURE(live, filtered, R"(,"filter":{"country":"UA"},"sort":"population:desc")")
    ->Apply(both);
BENCHMARK_CAPTURE(live, grouped,
                  R"(,"group":{"by":["country"],"fields":{"n":{"$count":true},)"
                  R"("s":{"$sum":"population"},"m":{"$max":"population"}}})")
    ->Apply(both);

}  // namespace
}  // namespace gs::engine
