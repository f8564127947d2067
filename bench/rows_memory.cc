// memory: anonymous memory of a process per record, beyond the files that it maps.
//
//   memory         just after loading all records
//   memory-reopen  opened again, after one read of everything
#include <cstdio>
#include <fstream>

#include "bench/bench.h"
#include "bench/child_rows.h"
#include "globalstorage/storage.h"

namespace gs::bench {
namespace {

constexpr double kGoalBytes = 100;

// From the kernel's own count; 0 where there is none.
std::uint64_t anonymous_bytes() {
  std::ifstream file("/proc/self/smaps_rollup");
  std::string word;
  while (file >> word) {
    if (word != "Anonymous:") continue;
    std::uint64_t kilobytes = 0;
    file >> kilobytes;
    return kilobytes * 1024;
  }
  return 0;
}

void add_line(Bench& bench, const std::string& row, std::uint64_t before, std::uint64_t after) {
  Line line;
  line.row = row;
  line.unit = "B/record";
  line.ours = static_cast<double>(after > before ? after - before : 0) /
              static_cast<double>(bench.workload().records());
  line.goal = "< 100 B";
  line.ok = line.ours < kGoalBytes;
  bench.report().add(line);
}

}  // namespace

int child_memory(const Words& words) {
  const std::uint64_t records = std::stoull(words.at(2));
  const Workload workload(std::stoull(words.at(3)), records, 200);
  Setup setup;
  setup.order = Order::ordered;
  auto subject = make_subject(kOurs);
  std::vector<Entry> entries;
  workload.fill(setup.order, 0, kBatch, entries);
  const std::uint64_t before = anonymous_bytes();
  subject->open(words.at(1), setup);
  for (std::uint64_t first = 0; first < records; first += kBatch) {
    workload.fill(setup.order, first, kBatch, entries);
    subject->write(entries);
  }
  subject->sync();
  const std::uint64_t loaded = anonymous_bytes();
  subject->close();
  const std::uint64_t closed = anonymous_bytes();
  subject = make_subject(kOurs);
  subject->open(words.at(1), setup);
  const Key first{};
  if (subject->scan({&first, 1}, records).records != records) fail("memory: records are missing");
  std::printf("%llu %llu %llu %llu\n", static_cast<unsigned long long>(before),
              static_cast<unsigned long long>(loaded), static_cast<unsigned long long>(closed),
              static_cast<unsigned long long>(anonymous_bytes()));
  subject->close();
  return 0;
}

void run_memory(Bench& bench) {
  const std::string text = child({"memory", bench.fresh("memory"),
                                  std::to_string(bench.workload().records() / kBatch * kBatch),
                                  std::to_string(bench.arguments().seed)});
  unsigned long long before = 0;
  unsigned long long loaded = 0;
  unsigned long long closed = 0;
  unsigned long long reopened = 0;
  if (std::sscanf(text.c_str(), "%llu %llu %llu %llu", &before, &loaded, &closed, &reopened) != 4) {
    fail("memory: cannot read '" + text + "'");
  }
  if (before == 0) return bench.report().skip("memory", "/proc/self/smaps_rollup is not there");
  add_line(bench, "memory", before, loaded);
  add_line(bench, "memory-reopen", closed, reopened);
}

}  // namespace gs::bench
