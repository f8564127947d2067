// cold: data three times larger than the memory that the process may use, page cache included.
//
// Needs a memory cgroup (version 1 or 2) below which this process may make another one; else the
// row
// is skipped and says why. Each subject loads without the limit, then a new process enters the
// group,
// drops what is cached, and reads.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "bench/bench.h"
#include "bench/child_rows.h"

namespace gs::bench {
namespace {

constexpr std::uint64_t kTimesLarger = 3;
constexpr std::uint64_t kBytesPerRecord = 232;
constexpr std::uint64_t kGets = 20'000;
constexpr std::uint64_t kMisses = 200'000;
constexpr std::uint64_t kScans = 20;
constexpr std::uint64_t kScanRecords = 50'000;
// An engine that waits for the disk at each read shows its rate long before it is through.
constexpr double kSecondsMax = 20;
constexpr std::size_t kPiece = 100;

struct Rates {
  double get = 0;
  double miss = 0;
  double scan = 0;
};

bool write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  file.flush();
  return file.good();
}

// A group that is removed again; `reason` says why there is none.
class Group {
 public:
  explicit Group(std::uint64_t bytes) {
    const std::string name = "/gstore-bench-" + std::to_string(::getpid());
    const bool second = ::access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0;
    path_ = (second ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory") + name;
    if (::mkdir(path_.c_str(), 0755) != 0) {
      reason_ = "cannot make the memory cgroup " + path_ + ": " + std::strerror(errno);
      path_.clear();
      return;
    }
    const std::string limit = path_ + (second ? "/memory.max" : "/memory.limit_in_bytes");
    if (!write_file(limit, std::to_string(bytes))) reason_ = "cannot write " + limit;
  }
  ~Group() {
    if (!path_.empty()) ::rmdir(path_.c_str());
  }
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  const std::string& path() const noexcept { return path_; }
  const std::string& reason() const noexcept { return reason_; }

 private:
  std::string path_;
  std::string reason_;
};

void drop_cached(const std::string& directory) {
  for (const auto& each : std::filesystem::recursive_directory_iterator(directory)) {
    if (!each.is_regular_file()) continue;
    const int file = ::open(each.path().c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) continue;
    ::fdatasync(file);
    ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    ::close(file);
  }
}

// How many things a second `work` does, which takes a piece of `keys` and returns their number.
template <typename Work>
double rate(std::span<const Key> keys, std::size_t piece, Work work) {
  std::uint64_t done = 0;
  const double start = wall_now_s();
  double seconds = 0;
  while (!keys.empty() && seconds < kSecondsMax) {
    const std::size_t count = std::min(piece, keys.size());
    done += work(keys.first(count));
    keys = keys.subspan(count);
    seconds = wall_now_s() - start;
  }
  return static_cast<double>(done) / std::max(seconds, 1e-9);
}

Setup cold_setup(const std::string& memory_bytes) {
  Setup setup;
  setup.order = Order::random;
  setup.memory_bytes = std::stoull(memory_bytes);
  return setup;
}

void add_line(Bench& bench, const std::string& row,
              const std::vector<std::pair<std::string, Rates>>& all, double Rates::*rate,
              const std::string& peer, double least) {
  Line line;
  line.row = row;
  line.unit = "/s";
  for (const auto& [name, rates] : all) {
    line.all.emplace_back(name, rates.*rate);
    if (name == kOurs) line.ours = rates.*rate;
    if (name == peer) {
      line.peer_name = name;
      line.peer = rates.*rate;
    }
  }
  char goal[64];
  if (peer.empty()) {
    std::snprintf(goal, sizeof goal, ">= %.0fk/s", least / 1000);
    line.ok = line.ours >= least;
  } else {
    std::snprintf(goal, sizeof goal, ">= %.1fx %s", least, peer.c_str());
    line.ratio = line.peer > 0 ? line.ours / line.peer : 0;
    if (line.peer > 0) line.ok = line.ratio >= least;
  }
  line.goal = goal;
  bench.report().add(line);
}

}  // namespace

// Prints kGets keys, 16 raw bytes each.
int child_cold_load(const Words& words) {
  const std::uint64_t records = std::stoull(words.at(3));
  const Workload workload(std::stoull(words.at(4)), records, 200);
  const Setup setup = cold_setup(words.at(5));
  auto subject = make_subject(words.at(2));
  subject->open(words.at(1), setup);
  const std::uint64_t every = records / kGets == 0 ? 1 : records / kGets;
  std::vector<Key> keys;
  std::vector<Entry> entries;
  for (std::uint64_t first = 0; first < records; first += kBatch) {
    workload.fill(setup.order, first, kBatch, entries);
    subject->write(entries);
    for (std::uint64_t i = 0; i < kBatch; ++i) {
      if ((first + i) % every == 0) keys.push_back(entries[i].key);
    }
  }
  subject->sync();
  subject->settle();
  subject->close();
  std::ofstream file(words.at(1) + "/keys", std::ios::binary);
  file.write(reinterpret_cast<const char*>(keys.data()),
             static_cast<std::streamsize>(keys.size() * sizeof(Key)));
  if (!file.good()) fail("cold: cannot write the list of keys");
  return 0;
}

int child_cold_read(const Words& words) {
  const std::uint64_t records = std::stoull(words.at(3));
  const Workload workload(std::stoull(words.at(4)), records, 200);
  std::vector<Key> keys(std::filesystem::file_size(words.at(1) + "/keys") / sizeof(Key));
  std::ifstream(words.at(1) + "/keys", std::ios::binary)
      .read(reinterpret_cast<char*>(keys.data()),
            static_cast<std::streamsize>(keys.size() * sizeof(Key)));
  for (std::size_t i = keys.size(); i > 1; --i) std::swap(keys[i - 1], keys[mix(i) % i]);
  std::vector<Key> missing(kMisses);
  for (std::uint64_t i = 0; i < kMisses; ++i) missing[i] = workload.key(Order::random, records + i);
  drop_cached(words.at(1));
  if (!write_file(words.at(6) + "/cgroup.procs", std::to_string(::getpid()))) {
    fail("cold: cannot enter " + words.at(6));
  }
  auto subject = make_subject(words.at(2));
  subject->open(words.at(1), cold_setup(words.at(5)));
  std::uint64_t records_got = 0;
  std::uint64_t records_missed = 0;
  std::uint64_t records_scanned = 0;
  std::uint64_t asked = 0;
  const double get = rate(keys, kPiece, [&](std::span<const Key> piece) {
    records_got += subject->get(piece).records;
    asked += piece.size();
    return piece.size();
  });
  const double miss = rate(missing, kPiece, [&](std::span<const Key> piece) {
    records_missed += subject->get(piece).records;
    return piece.size();
  });
  const std::span<const Key> starts = std::span<const Key>(missing).first(kScans);
  const double scan = rate(starts, 1, [&](std::span<const Key> piece) {
    const std::uint64_t found = subject->scan(piece, kScanRecords).records;
    records_scanned += found;
    return found;
  });
  if (records_got != asked || records_missed != 0 || records_scanned == 0) {
    fail(words.at(2) + ": cold: found other records than were written");
  }
  std::printf("%.6g %.6g %.6g\n", get, miss, scan);
  subject->close();
  return 0;
}

void run_cold(Bench& bench) {
  const Arguments& arguments = bench.arguments();
  if (!arguments.cold) return bench.report().skip("cold", "not asked for (--cold)");
  const Group group(arguments.cold_memory_bytes);
  if (!group.reason().empty()) return bench.report().skip("cold", group.reason());
  const std::uint64_t bytes = kTimesLarger * arguments.cold_memory_bytes;
  const std::string records = std::to_string(bytes / kBytesPerRecord / kBatch * kBatch);
  const std::string memory = std::to_string(arguments.cold_memory_bytes);
  const std::string seed = std::to_string(arguments.seed);
  std::vector<std::pair<std::string, Rates>> all;
  for (const std::string& name : subject_names()) {
    if (name != kOurs && name != "lmdb" && name != "rocksdb") continue;
    const std::string directory = bench.fresh("cold-" + name);
    child({"cold-load", directory, name, records, seed, memory});
    bench.quiet();
    const std::string text =
        child({"cold-read", directory, name, records, seed, memory, group.path()});
    Rates rates;
    if (std::sscanf(text.c_str(), "%lf %lf %lf", &rates.get, &rates.miss, &rates.scan) != 3) {
      fail("cold: cannot read '" + text + "'");
    }
    all.emplace_back(name, rates);
    bench.fresh("cold-" + name);
  }
  add_line(bench, "cold-scan", all, &Rates::scan, "rocksdb", 1.5);
  add_line(bench, "cold-get", all, &Rates::get, "lmdb", 1);
  add_line(bench, "cold-miss", all, &Rates::miss, {}, 500'000);
}

}  // namespace gs::bench
