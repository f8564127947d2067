// reopen: time until the first record is read after kill -9, with a long log behind the last
// checkpoint.
//
// The writer is a process of its own. It syncs, so that all subjects have the same to recover,
// tells
// its last key and kills itself. Write buffers are so large that nothing was flushed before.
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "bench/bench.h"
#include "bench/child_rows.h"

namespace gs::bench {
namespace {

constexpr double kGoalSeconds = 0.060;
// What one record adds to a log, with everything around it, within a few per cent for every
// subject.
constexpr std::uint64_t kLogBytesPerRecord = 240;

Setup setup_of(const std::string& subject, std::uint64_t tail_bytes) {
  Setup setup;
  setup.order = subject == kOurs ? Order::ordered : Order::random;
  setup.tail_bytes = tail_bytes;
  return setup;
}

Key key_of(const std::string& line) {
  Key key{};
  if (line.size() < key.size()) fail("reopen: the writer told no key");
  std::memcpy(key.data(), line.data(), key.size());
  return key;
}

}  // namespace

void child_tail(const Words& words) {
  const std::uint64_t tail_bytes = std::stoull(words.at(3));
  const std::uint64_t records = tail_bytes / kLogBytesPerRecord / kBatch * kBatch + kBatch;
  const Workload workload(std::stoull(words.at(4)), records, 200);
  const Setup setup = setup_of(words.at(2), tail_bytes);
  auto subject = make_subject(words.at(2));
  subject->open(words.at(1), setup);
  std::vector<Entry> entries;
  for (std::uint64_t first = 0; first < records; first += kBatch) {
    workload.fill(setup.order, first, kBatch, entries);
    subject->write(entries);
  }
  subject->sync();
  std::fwrite(entries.back().key.data(), 1, sizeof(Key), stdout);
  std::fflush(stdout);
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

void run_reopen(Bench& bench) {
  const Arguments& arguments = bench.arguments();
  std::vector<std::string> names = {kOurs};
  for (const std::string& name : subject_names()) {
    if (name == "rocksdb" || name == "leveldb")
      names.push_back(name);  // the others have no such log
  }
  Samples samples;
  for (std::uint64_t round = 0; round < arguments.rounds; ++round) {
    for (const std::string& name : names) {
      const std::string directory = bench.fresh("reopen-" + name);
      const Key last = key_of(child({"tail", directory, name, std::to_string(arguments.tail_bytes),
                                     std::to_string(arguments.seed)},
                                    true));
      bench.quiet();
      auto subject = make_subject(name);
      Sum sum;
      samples.add(name, measure([&] {
                    subject->open(directory, setup_of(name, arguments.tail_bytes));
                    sum = subject->get({&last, 1});
                  }));
      if (sum.records != 1) fail(name + ": reopen: the last record is lost");
      subject->close();
    }
  }
  Line line = rate_line("reopen", kOurs, samples, 1, {});
  line.unit = "ms";
  const double ours = samples.median_of(kOurs).wall_s;
  line.ours = ours * 1e3;
  if (line.peer != 0) line.peer = 1e3 / line.peer;
  for (auto& [name, value] : line.all) value = 1e3 / value;
  line.goal = "<= 60 ms";
  line.ok = ours <= kGoalSeconds;
  bench.report().add(line);
}

}  // namespace gs::bench
