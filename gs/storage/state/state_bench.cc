// What the state costs: putting, finding in a table and in runs, seeking, scanning, writing runs.
// Ids are like minted ones (time, then a random tail) or fully random; records have 64 bytes.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "gs/base/check.h"
#include "gs/base/endian.h"
#include "gs/platform/memory/memory_file_system.h"
#include "gs/storage/state/state.h"

namespace gs::state {
namespace {

constexpr std::uint32_t kRecordBytes = 64;
constexpr std::size_t kRecordsPerChange = 4096;

std::vector<Id> make_ids(std::size_t count, bool minted) {
  std::mt19937_64 random(count);
  std::vector<Id> ids(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t prefix = minted ? (0x0190000000000000 + (i << 13)) | 0x7000 : random();
    store_u64_be(ids[i].bytes.data(), prefix);
    store_u64_be(ids[i].bytes.data() + 8, random());
  }
  return ids;
}

// Everything in memory: files too.
class World {
 public:
  World(std::size_t count, bool minted) : ids(make_ids(count, minted)) {
    log::Recovery recovery;
    auto opened = log::Log::open(
        files_, "log", Digest{}, log::Options{}, 0, 0,
        [](log::Location, std::uint64_t, Bytes) { return Error(); }, recovery);
    GS_CHECK(opened.ok());
    log_ = std::move(*opened);
    for (std::size_t i = 0; i < count; i += kRecordsPerChange) {
      const std::size_t records = std::min(kRecordsPerChange, count - i);
      auto space = log_->begin(records * kRecordBytes);
      GS_CHECK(space.ok());
      std::memset(space->space.data(), 0, records * kRecordBytes);
      for (std::size_t n = 0; n < records; ++n) {
        store_u32(space->space.data() + n * kRecordBytes, kRecordBytes);
        store_u64(space->space.data() + n * kRecordBytes + 16, i + n);
        locations.push_back(space->at + n * kRecordBytes);
      }
      GS_CHECK(log_->write(records * kRecordBytes).ok());
    }
    version->log = log_->view();
    tables.add_writer(Digest{});
    auto shape = record::Shape::make("things", {});
    GS_CHECK(shape.ok());
    tables.add_shape(*shape);
  }

  std::shared_ptr<RowTable> table(std::size_t begin, std::size_t end, std::size_t step = 1) const {
    auto out = std::make_shared<RowTable>();
    for (std::size_t i = begin; i < end; i += step) {
      out->put(entry(i), i + 1, 0);
    }
    return out;
  }

  Entry entry(std::size_t i) const {
    Entry out;
    out.id = ids[i];
    out.place = Entry::make_place(Entry::Kind::log, locations[i]);
    return out;
  }

  void add_run(const RowTable& rows) {
    GS_CHECK(write_run(files_, run_path(next_), next_, rows).ok());
    auto run = Run::open(files_, run_path(next_), next_);
    GS_CHECK(run.ok());
    version->runs.insert(version->runs.begin(), *run);
    ++next_;
  }

  void merge(bool images) {
    MergeOptions options;
    options.images = images;
    GS_CHECK(
        merge_runs(files_, run_path(next_), next_, version->runs, *version->log, tables, options)
            .ok());
    auto run = Run::open(files_, run_path(next_), next_);
    GS_CHECK(run.ok());
    version->runs = {*run};
    ++next_;
  }

  platform::FileSystem& files() { return files_; }

  std::vector<Id> ids;
  std::vector<log::Location> locations;
  Tables tables;
  std::shared_ptr<Version> version = std::make_shared<Version>();

 private:
  platform::MemoryFileSystem files_;
  std::unique_ptr<log::Log> log_;
  std::uint64_t next_ = 1;
};

void bm_put(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const std::vector<Id> ids = make_ids(count, false);
  for (auto _ : state) {
    RowTable table(static_cast<std::size_t>(state.range(1)) * count);
    for (std::size_t i = 0; i < count; ++i) {
      Entry entry;
      entry.id = ids[i];
      if (i + 8 < count) table.prefetch(ids[i + 8]);
      table.put(entry, i + 1, 0);
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count));
}
BENCHMARK(bm_put)
    ->ArgNames({"rows", "hint"})
    ->Args({1 << 16, 0})
    ->Args({1 << 20, 0})
    ->Args({1 << 16, 1})
    ->Args({1 << 20, 1})
    ->Unit(benchmark::kMillisecond);

// Lookups of random ids, reading 8 bytes of each record found.
void find_all(benchmark::State& state, const World& world, const std::vector<Id>& wanted) {
  Found found;
  std::uint64_t sum = 0;
  std::size_t i = 0;
  for (auto _ : state) {
    if (world.version->find(wanted[i], ~Sequence{0}, found) == Version::Lookup::found)
      sum += load_u64(found.record + 16);
    if (++i == wanted.size()) i = 0;
  }
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(state.iterations());
}

std::vector<Id> shuffled(const World& world) {
  std::vector<Id> wanted = world.ids;
  std::shuffle(wanted.begin(), wanted.end(), std::mt19937_64(1));
  return wanted;
}

void bm_find_in_table(benchmark::State& state) {
  World world(static_cast<std::size_t>(state.range(0)), true);
  world.version->tables = {world.table(0, world.ids.size())};
  find_all(state, world, shuffled(world));
}
BENCHMARK(bm_find_in_table)->ArgName("rows")->Arg(1 << 16)->Arg(1 << 20);

void bm_find_in_runs(benchmark::State& state) {
  World world(static_cast<std::size_t>(state.range(0)), true);
  world.version->tables = {std::make_shared<RowTable>()};
  const auto runs = static_cast<std::size_t>(state.range(1));
  const std::size_t part = world.ids.size() / runs;
  for (std::size_t i = 0; i < runs; ++i) world.add_run(*world.table(i * part, (i + 1) * part));
  if (state.range(2) != 0) world.merge(true);
  find_all(state, world, shuffled(world));
}
BENCHMARK(bm_find_in_runs)
    ->ArgNames({"rows", "runs", "images"})
    ->Args({1 << 16, 1, 0})
    ->Args({1 << 20, 1, 0})
    ->Args({1 << 16, 4, 0})
    ->Args({1 << 20, 4, 0})
    ->Args({1 << 16, 1, 1})
    ->Args({1 << 20, 1, 1});

void bm_find_nothing(benchmark::State& state) {
  World world(static_cast<std::size_t>(state.range(0)), true);
  const std::size_t half = world.ids.size() / 2;
  world.version->tables = {world.table(0, half)};
  world.add_run(*world.table(half, world.ids.size()));
  find_all(state, world, make_ids(world.ids.size(), false));
}
BENCHMARK(bm_find_nothing)->ArgName("rows")->Arg(1 << 16)->Arg(1 << 20);

// Where the rows are: 0 in a table, 1 in a run of log pointers, 2 in a run of images, 3 in a table
// and 4 runs.
void place(World& world, std::int64_t where) {
  const std::size_t count = world.ids.size();
  world.version->tables = {std::make_shared<RowTable>()};
  if (where == 0) world.version->tables = {world.table(0, count)};
  if (where == 1 || where == 2) world.add_run(*world.table(0, count));
  if (where == 2) world.merge(true);
  if (where == 3) {
    for (std::size_t i = 0; i < 4; ++i) world.add_run(*world.table(i, count, 5));
    world.version->tables = {world.table(4, count, 5)};
  }
  if (where == 0 || where == 3) world.version->tables.front()->order();
}

void bm_scan(benchmark::State& state) {
  World world(static_cast<std::size_t>(state.range(0)), state.range(2) != 0);
  place(world, state.range(1));
  std::uint64_t sum = 0;
  for (auto _ : state) {
    Cursor cursor(world.version, ~Sequence{0}, {});
    std::size_t count = 0;
    while (const Met* const met = cursor.next()) {
      sum += load_u64(met->record + 16);
      ++count;
    }
    GS_CHECK(count == world.ids.size());
  }
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(bm_scan)
    ->ArgNames({"rows", "where", "minted"})
    ->ArgsProduct({{1 << 16, 1 << 20}, {0, 1, 2, 3}, {0, 1}})
    ->Unit(benchmark::kMillisecond);

void bm_seek_and_scan_100(benchmark::State& state) {
  World world(static_cast<std::size_t>(state.range(0)), true);
  place(world, state.range(1));
  const std::vector<Id> from = shuffled(world);
  std::uint64_t sum = 0;
  std::size_t i = 0;
  for (auto _ : state) {
    Cursor cursor(world.version, ~Sequence{0}, {0, from[i], 100});
    while (const Met* const met = cursor.next()) sum += load_u64(met->record + 16);
    if (++i == from.size()) i = 0;
  }
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(state.iterations() * 100);
}
BENCHMARK(bm_seek_and_scan_100)
    ->ArgNames({"rows", "where"})
    ->ArgsProduct({{1 << 16, 1 << 20}, {0, 1, 2, 3}});

void bm_write_run(benchmark::State& state) {
  World world(static_cast<std::size_t>(state.range(0)), state.range(1) != 0);
  const auto table = world.table(0, world.ids.size());
  for (auto _ : state) GS_CHECK(write_run(world.files(), run_path(1), 1, *table).ok());
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(bm_write_run)
    ->ArgNames({"rows", "minted"})
    ->ArgsProduct({{250000}, {0, 1}})
    ->Unit(benchmark::kMillisecond);

void bm_merge_runs(benchmark::State& state) {
  World world(static_cast<std::size_t>(state.range(0)), true);
  for (std::size_t i = 0; i < 4; ++i) world.add_run(*world.table(i, world.ids.size(), 4));
  MergeOptions options;
  options.images = state.range(1) != 0;
  for (auto _ : state) {
    GS_CHECK(merge_runs(world.files(), run_path(9), 9, world.version->runs, *world.version->log,
                        world.tables, options)
                 .ok());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(bm_merge_runs)
    ->ArgNames({"rows", "images"})
    ->ArgsProduct({{1 << 16, 1 << 20}, {0, 1}})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gs::state
