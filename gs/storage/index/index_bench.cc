// What an index costs: putting, building, seeking and walking, looking up, counting, merging. Keys
// are like those of a text field: a byte of type, then 8 to 20 letters and digits; ids like minted
// ones. 171,075 is the number of records of the data that the demonstration uses.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>

#include "gs/base/check.h"
#include "gs/platform/memory/memory_file_system.h"
#include "gs/storage/index/sorter.h"
#include "gs/storage/index/tiers.h"

namespace gs::index {
namespace {

constexpr std::size_t kPairs = 171'075;
constexpr std::size_t kSmall = 10'000;  // what a test runs
constexpr std::size_t kLarge = 1 << 20;

struct Made {
  Buffer key;
  Id id;
};

enum Order : std::int64_t { kAscending, kRandom };

std::vector<Made> make_pairs(std::size_t count, std::int64_t order) {
  std::mt19937_64 random(1);
  std::vector<Made> pairs(count);
  for (std::size_t i = 0; i < count; ++i) {
    pairs[i].key.push_back(3);
    for (std::uint64_t left = 8 + random() % 13; left > 0; --left) {
      pairs[i].key.push_back(
          static_cast<std::uint8_t>("abcdefghijklmnopqrstuvwxyz234567"[random() % 32]));
    }
    store_u64_be(pairs[i].id.bytes.data(), (0x0190000000000000 + (i << 13)) | 0x7000);
    store_u64_be(pairs[i].id.bytes.data() + 8, random());
  }
  if (order == kAscending) {
    std::sort(pairs.begin(), pairs.end(),
              [](const Made& a, const Made& b) { return a.key < b.key; });
  }
  return pairs;
}

std::shared_ptr<Table> make_table(const std::vector<Made>& pairs) {
  auto table = std::make_shared<Table>();
  for (std::size_t i = 0; i < pairs.size(); ++i)
    table->put(pairs[i].key, pairs[i].id, i + 1, false);
  return table;
}

void bm_put(benchmark::State& state) {
  const std::vector<Made> pairs =
      make_pairs(static_cast<std::size_t>(state.range(0)), state.range(1));
  std::size_t bytes = 0;
  for (auto _ : state) bytes = make_table(pairs)->memory_bytes();
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["bytes_each"] = static_cast<double>(bytes) / static_cast<double>(pairs.size());
}
BENCHMARK(bm_put)
    ->ArgNames({"pairs", "random"})
    ->ArgsProduct({{kSmall, kPairs, kLarge}, {kAscending, kRandom}})
    ->Unit(benchmark::kMillisecond);

// Whatever the file system costs is left out: files are in RAM.
void bm_build_in_order(benchmark::State& state) {
  const std::vector<Made> pairs = make_pairs(static_cast<std::size_t>(state.range(0)), kAscending);
  std::uint64_t bytes = 0;
  for (auto _ : state) {
    platform::MemoryFileSystem files;
    auto writer = RunWriter::create(files, "run", 1);
    for (const Made& pair : pairs) GS_CHECK((*writer)->add(pair.key, pair.id, false).ok());
    GS_CHECK((*writer)->finish().ok());
    bytes = (*Run::open(files, "run", 1))->file_bytes();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["bytes_each"] = static_cast<double>(bytes) / static_cast<double>(pairs.size());
}
BENCHMARK(bm_build_in_order)
    ->ArgName("pairs")
    ->Arg(kSmall)
    ->Arg(kPairs)
    ->Arg(kLarge)
    ->Unit(benchmark::kMillisecond);

void bm_sort(benchmark::State& state) {
  const std::vector<Made> pairs = make_pairs(static_cast<std::size_t>(state.range(0)), kRandom);
  for (auto _ : state) {
    platform::MemoryFileSystem files;
    Sorter sorter(files, "run", 1, static_cast<std::size_t>(state.range(1)) << 20);
    for (const Made& pair : pairs) GS_CHECK(sorter.add(pair.key, pair.id).ok());
    GS_CHECK(sorter.finish({}).ok());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(bm_sort)
    ->ArgNames({"pairs", "mib"})
    ->ArgsProduct({{kSmall, kPairs, kLarge}, {64, 4}})
    ->Unit(benchmark::kMillisecond);

// Where pairs are: 0 in a table, 1 in a run, 2 in a table and 4 runs.
enum Where : std::int64_t { kTable, kRun, kMixed };

class World {
 public:
  World(std::size_t count, std::int64_t where) : pairs(make_pairs(count, kRandom)) {
    if (where == kTable) tiers->tables = {make_table(pairs)};
    if (where == kRun) add_run(pairs);
    if (where == kMixed) {
      const std::size_t part = count / 5;
      for (std::size_t i = 0; i < 4; ++i) add_run(slice(i * part, (i + 1) * part));
      tiers->tables = {make_table(slice(4 * part, count))};
    }
  }

  platform::MemoryFileSystem files;
  std::vector<Made> pairs;
  std::shared_ptr<Tiers> tiers = std::make_shared<Tiers>();

 private:
  std::vector<Made> slice(std::size_t begin, std::size_t end) const {
    return {pairs.begin() + static_cast<std::ptrdiff_t>(begin),
            pairs.begin() + static_cast<std::ptrdiff_t>(end)};
  }
  void add_run(const std::vector<Made>& part) {
    const std::uint64_t number = tiers->runs.size() + 1;
    const std::string path = "run" + std::to_string(number);
    GS_CHECK(write_run(files, path, number, *make_table(part)).ok());
    tiers->runs.insert(tiers->runs.begin(), *Run::open(files, path, number));
  }
};

void seek_and_walk(benchmark::State& state, std::size_t steps, bool back) {
  const World world(static_cast<std::size_t>(state.range(0)), state.range(1));
  Cursor cursor(world.tiers, ~Sequence{0});
  std::size_t i = 0;
  std::uint64_t sum = 0;
  for (auto _ : state) {
    cursor.seek(world.pairs[i].key, world.pairs[i].id);
    for (std::size_t n = 0; n < steps && (back ? cursor.previous() : cursor.next()); ++n) {
      sum += cursor.id().bytes[15];
    }
    if (++i == world.pairs.size()) i = 0;
  }
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(steps));
}

void places(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"pairs", "where"})
      ->ArgsProduct({{kSmall, kPairs, kLarge}, {kTable, kRun, kMixed}});
}

void bm_find(benchmark::State& state) { seek_and_walk(state, 1, false); }
BENCHMARK(bm_find)->Apply(places);
void bm_seek_and_walk_100(benchmark::State& state) { seek_and_walk(state, 100, false); }
BENCHMARK(bm_seek_and_walk_100)->Apply(places);
void bm_seek_and_walk_back_100(benchmark::State& state) { seek_and_walk(state, 100, true); }
BENCHMARK(bm_seek_and_walk_back_100)->Apply(places);

// With a cursor of its own each time, as a query does.
void bm_query_10(benchmark::State& state) {
  const World world(static_cast<std::size_t>(state.range(0)), state.range(1));
  std::size_t i = 0;
  std::uint64_t sum = 0;
  for (auto _ : state) {
    Cursor cursor(world.tiers, ~Sequence{0}, {world.pairs[i].key, {}});
    for (int n = 0; n < 10 && cursor.next(); ++n) sum += cursor.id().bytes[15];
    if (++i == world.pairs.size()) i = 0;
  }
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(state.iterations() * 10);
}
BENCHMARK(bm_query_10)->Apply(places);

void bm_count_all(benchmark::State& state) {
  const World world(static_cast<std::size_t>(state.range(0)), state.range(1));
  for (auto _ : state) {
    GS_CHECK(*index::count(world.tiers, ~Sequence{0}, {}) == world.pairs.size());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(bm_count_all)->Apply(places)->Unit(benchmark::kMicrosecond);

void bm_merge_runs(benchmark::State& state) {
  World world(static_cast<std::size_t>(state.range(0)), kMixed);
  for (auto _ : state) {
    GS_CHECK(merge_runs(world.files, "merged", 9, world.tiers->runs, {}).ok());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * 4 / 5);
}
BENCHMARK(bm_merge_runs)
    ->ArgName("pairs")
    ->Arg(kSmall)
    ->Arg(kPairs)
    ->Arg(kLarge)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gs::index
