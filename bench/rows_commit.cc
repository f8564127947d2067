// commit and batch: each transaction is on stable storage before the next begins.
//
// Subjects take turns, one transaction each, so that a slow moment of the disk hits all of them. In
// the same turns a bare file, full of zeros beforehand, gets the bytes that a transaction of ours
// puts into the log, and an fdatasync: no engine that keeps its promise can be faster than that.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>

#include "bench/bench.h"
#include "globalstorage/storage.h"

namespace gs::bench {
namespace {

constexpr const char* kBare = "bare fdatasync";

class BareFile {
 public:
  BareFile(const std::string& directory, std::uint64_t bytes, std::uint64_t writes)
      : block_(bytes, 'x'),
        file_(::open((directory + "/bare").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    const std::vector<char> zeros(bytes, 0);
    for (std::uint64_t i = 0; i < writes; ++i) put(zeros, i);
    sync();
  }
  ~BareFile() { ::close(file_); }
  BareFile(const BareFile&) = delete;
  BareFile& operator=(const BareFile&) = delete;

  void append() {
    put(block_, next_++);
    sync();
  }

 private:
  void put(const std::vector<char>& bytes, std::uint64_t place) {
    const auto offset = static_cast<off_t>(place * bytes.size());
    if (::pwrite(file_, bytes.data(), bytes.size(), offset) != static_cast<ssize_t>(bytes.size())) {
      fail("cannot write the bare file");
    }
  }
  void sync() {
    if (::fdatasync(file_) != 0) fail("cannot sync the bare file");
  }

  std::vector<char> block_;
  int file_;
  std::uint64_t next_ = 0;
};

// What our log grows by for one transaction of `batch` records, measured on a storage of its own.
std::uint64_t log_bytes_per_transaction(Bench& bench, std::uint64_t batch) {
  constexpr std::uint64_t kTransactions = 8;
  const std::string directory = bench.fresh("commit-size");
  const auto log_bytes = [&] {
    Result<Storage> storage = Storage::open(directory + "/gs");
    if (!storage.ok()) fail("commit: " + storage.error().text());
    return storage->stats().value().log_bytes;
  };
  auto subject = make_subject(kOurs);
  Setup setup;
  setup.order = Order::ordered;
  setup.durable = true;
  std::vector<Entry> entries;
  std::uint64_t before = 0;
  for (const bool last : {false, true}) {
    subject->open(directory, setup);
    for (std::uint64_t i = 0; i < (last ? kTransactions : 1); ++i) {
      bench.workload().fill(Order::ordered, i * batch, batch, entries);
      subject->write(entries);
    }
    subject->close();
    if (!last) before = log_bytes();
  }
  return (log_bytes() - before) / kTransactions;
}

// Turns with every engine at one transaction each. Who comes after whom is drawn anew in each turn:
// an fdatasync pays for what the one before it left behind.
Samples run_turns(Bench& bench, std::uint64_t batch, std::uint64_t turns, const std::string& row,
                  const std::vector<std::string>& names) {
  BareFile bare(bench.fresh(row + "-bare"), log_bytes_per_transaction(bench, batch), turns);
  std::vector<std::unique_ptr<Subject>> subjects;
  for (const std::string& name : names) {
    Setup setup;
    setup.order = name == kOurs ? Order::ordered : Order::random;
    setup.durable = true;
    subjects.push_back(make_subject(name));
    subjects.back()->open(bench.fresh(row + '-' + name), setup);
  }
  bench.quiet();
  Samples samples;
  std::vector<Entry> entries;
  std::vector<std::size_t> order(subjects.size() + 1);  // the last is the bare file
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::uint64_t turn = 0; turn < turns; ++turn) {
    for (std::size_t i = order.size(); i > 1; --i) {
      std::swap(order[i - 1], order[mix(bench.workload().seed() ^ (turn * 64 + i)) % i]);
    }
    for (const std::size_t who : order) {
      if (who == subjects.size()) {
        samples.add(kBare, measure([&] { bare.append(); }));
        continue;
      }
      Subject& subject = *subjects[who];
      bench.workload().fill(Order::random, turn * batch, batch, entries);
      samples.add(subject.name(), measure([&] { subject.write(entries); }));
    }
  }
  for (auto& subject : subjects) subject->close();
  return samples;
}

// Ours against the bare file: how many times as long.
Line bare_line(const std::string& row, const Samples& samples, double most) {
  const Cost ours = samples.median_of(kOurs);
  const Cost bare = samples.median_of(kBare);
  Line line;
  line.row = row + "-bare";
  line.unit = "us";
  line.ours = ours.wall_s * 1e6;
  line.peer_name = kBare;
  line.peer = bare.wall_s * 1e6;
  line.ratio = ours.wall_s / bare.wall_s;
  line.all = {{kOurs, line.ours}, {kBare, line.peer}};
  if (most > 0) {
    line.goal = "<= 1.25x time";
    line.ok = line.ratio <= most;
  }
  return line;
}

// Without the bare file, which is no peer. `pick` makes one cost of a subject's many.
template <typename Pick>
Samples engines_of(const Samples& samples, Pick pick) {
  Samples engines;
  for (const std::string& name : samples.subjects()) {
    if (name != kBare) engines.add(name, (samples.*pick)(name));
  }
  return engines;
}

}  // namespace

void run_commits(Bench& bench) {
  const std::uint64_t turns =
      std::clamp<std::uint64_t>(bench.workload().records() / 1000, 20, 1000);
  const Samples samples = run_turns(bench, 1, turns, "commit", subject_names());
  bench.report().add(
      rate_line("commit", kOurs, engines_of(samples, &Samples::median_of), 1, {1.2, {}}));
  // Pairs: nobody else's writes in between.
  bench.report().add(bare_line("commit", run_turns(bench, 1, turns, "pairs", {kOurs}), 1.25));
}

void run_batches(Bench& bench) {
  const std::uint64_t turns =
      std::clamp<std::uint64_t>(bench.workload().records() / kBatch, 3, 300);
  const Samples samples = run_turns(bench, kBatch, turns, "batch", subject_names());
  const auto count = static_cast<double>(kBatch);
  // The mean: what engines put off to a later batch counts too.
  const Samples engines = engines_of(samples, &Samples::mean_of);
  bench.report().add(rate_line("batch", kOurs, engines, count, {1.4, "leveldb"}));
  bench.report().add(rate_line("batch", kOurs, engines, count, {3, "rocksdb"}));
  bench.report().add(bare_line("batch", samples, 0));
}

}  // namespace gs::bench
