// update and swap: one field of a record of 200 bytes, one transaction each, durable.
//
//   update, swap            many threads, each waits for its own commit; they share fdatasyncs
//   update-lazy, swap-lazy  one thread, lazy commits, waiting for every thousandth
#include <algorithm>
#include <atomic>
#include <string>
#include <thread>

#include "bench/bench.h"
#include "bench/need.h"
#include "globalstorage/storage.h"

namespace gs::bench {
namespace {

constexpr double kGoalPerSecond = 150'000;
constexpr std::uint64_t kWaitEvery = 1000;

struct Work {
  Storage* storage = nullptr;
  const std::vector<Id>* ids = nullptr;
  std::uint64_t operations = 0;  // so many ids, once each
  std::uint64_t threads = 0;
};

std::string json_of(std::uint64_t number) { return "{\"n\":" + std::to_string(number) + '}'; }

// Every record of [first, end) gets the number after `number`.
void update_all(const Work& work, std::uint64_t first, std::uint64_t end, std::uint64_t number) {
  const std::string changes = json_of(number + 1);
  for (std::uint64_t i = first; i < end; ++i) {
    need(work.storage->update((*work.ids)[i], changes), "update");
  }
}

void swap_all(const Work& work, std::uint64_t first, std::uint64_t end, std::uint64_t number) {
  const std::string expected = json_of(number);
  const std::string changes = json_of(number + 1);
  for (std::uint64_t i = first; i < end; ++i) {
    const auto swapped = work.storage->swap((*work.ids)[i], expected, changes);
    need(swapped.error(), "swap");
    if (!*swapped) fail("swap: found another value than was written");
  }
}

using All = void (*)(const Work&, std::uint64_t, std::uint64_t, std::uint64_t);

// Threads have records of their own, so that every swap finds what it expects.
Cost run_threads(const Work& work, All all, std::uint64_t number) {
  return measure([&] {
    std::vector<std::thread> threads;
    for (std::uint64_t t = 0; t < work.threads; ++t) {
      const std::uint64_t first = work.operations * t / work.threads;
      const std::uint64_t end = work.operations * (t + 1) / work.threads;
      threads.emplace_back([&work, all, first, end, number] { all(work, first, end, number); });
    }
    for (std::thread& thread : threads) thread.join();
  });
}

Cost run_lazy(const Work& work, All all, std::uint64_t number) {
  return measure([&] {
    for (std::uint64_t first = 0; first < work.operations; first += kWaitEvery) {
      all(work, first, std::min(work.operations, first + kWaitEvery), number);
      need(work.storage->sync(), "sync");
    }
  });
}

std::vector<Id> fill(Storage& storage, const Workload& workload, std::uint64_t count) {
  std::vector<Id> ids;
  while (ids.size() < count) {
    Transaction transaction = storage.begin();
    for (std::uint64_t i = 0; i < kBatch && ids.size() < count; ++i) {
      const std::string json =
          "{\"n\":0,\"v\":\"" + std::string(workload.value(ids.size())) + "\"}";
      auto id = transaction.insert("Bench", json);
      need(id.error(), "insert");
      ids.push_back(*id);
    }
    need(transaction.commit().error(), "commit");
  }
  return ids;
}

void add_line(Bench& bench, const std::string& row, const std::vector<Cost>& costs, double count) {
  std::vector<double> walls;
  walls.reserve(costs.size());
  for (const Cost& cost : costs) walls.push_back(cost.wall_s);
  Line line;
  line.row = row;
  line.unit = "/s";
  line.ours = count / median(walls);
  line.goal = ">= 150k/s";
  line.ok = line.ours >= kGoalPerSecond;
  bench.report().add(line);
}

}  // namespace

void run_updates(Bench& bench) {
  const std::uint64_t count =
      std::clamp<std::uint64_t>(bench.workload().records() / 5, 1000, 100'000);
  for (const bool lazy : {false, true}) {
    Options options;
    options.durability = lazy ? Durability::lazy : Durability::batch;
    auto storage =
        Storage::create(bench.fresh(lazy ? "update-lazy" : "update") + "/gs", {}, options);
    need(storage.error(), "create");
    const std::vector<Id> ids = fill(*storage, bench.workload(), count);
    need(storage->sync(), "sync");
    const Work work{&*storage, &ids, count, bench.arguments().threads};
    std::vector<Cost> updates;
    std::vector<Cost> swaps;
    std::uint64_t number = 0;
    for (std::uint64_t round = 0; round < bench.arguments().rounds; ++round) {
      const auto run = lazy ? run_lazy : run_threads;
      updates.push_back(run(work, update_all, number++));
      swaps.push_back(run(work, swap_all, number++));
    }
    const std::string suffix = lazy ? "-lazy" : "";
    add_line(bench, "update" + suffix, updates, static_cast<double>(count));
    add_line(bench, "swap" + suffix, swaps, static_cast<double>(count));
    need(storage->close(), "close");
  }
}

}  // namespace gs::bench
