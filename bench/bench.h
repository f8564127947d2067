// What the rows share: the arguments, the workload, directories, and databases already loaded.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/cities.h"
#include "bench/report.h"
#include "bench/subject.h"
#include "bench/workload.h"

namespace gs::bench {

// The unit of loading and of durable batches.
inline constexpr std::uint64_t kBatch = 1000;

struct Arguments {
  std::vector<std::string> rows;  // empty: all
  std::uint64_t records = 1'000'000;
  std::uint64_t rounds = 3;
  std::uint64_t seed = 20261123;
  std::uint64_t tail_bytes = std::uint64_t{64} << 20;
  std::uint64_t cold_memory_bytes = std::uint64_t{256} << 20;
  std::uint64_t threads = 128;  // of update and swap
  std::string cities;           // file; empty: see read_cities
  // The script that measures npm packages, and how long it may take for one of them.
  std::string peers = "bench/peers/main.js";
  std::uint64_t peer_seconds = 600;
  std::string directory;  // empty: a new one below TMPDIR, removed at the end
  bool json = false;
  bool cold = false;
  bool as_loaded = false;
};

// A database with all records of the workload.
struct Store {
  std::unique_ptr<Subject> subject;
  std::vector<Key> keys;  // by index of the record
};

class Bench {
 public:
  Bench(const Arguments& arguments, const std::string& directory, Report& report);

  const Arguments& arguments() const noexcept { return arguments_; }
  const Workload& workload() const noexcept { return workload_; }
  // Read when they are first wanted; at most as many as there are records.
  const std::vector<City>& cities();
  Report& report() noexcept { return report_; }
  // Whether the row was asked for.
  bool wants(const std::string& row) const;

  // An empty directory; what was there is removed.
  std::string fresh(const std::string& name) const;
  // Writes out what others left dirty, so that nobody pays for his neighbour.
  void quiet() const;

  // Loads a new database, says what that cost, and keeps it for the rows that read.
  Cost load(const std::string& subject, Order order);
  // The one that was loaded last, else a new one.
  Store& store(const std::string& subject, Order order);
  void forget(const std::string& subject, Order order);

 private:
  Arguments arguments_;
  std::string directory_;
  Report& report_;
  Workload workload_;
  Cities cities_;
  std::map<std::pair<std::string, Order>, Store> stores_;
};

void run_insert(Bench& bench);
void run_reads(Bench& bench);
void run_commits(Bench& bench);
void run_batches(Bench& bench);
void run_reopen(Bench& bench);
void run_verify(Bench& bench);
void run_updates(Bench& bench);
void run_memory(Bench& bench);
void run_finds(Bench& bench);
void run_indexes(Bench& bench);
void run_validate(Bench& bench);
void run_texts(Bench& bench);
void run_text_sizes(Bench& bench);
void run_text_session(Bench& bench);
void run_branches(Bench& bench);
void run_fields(Bench& bench);
void run_cold(Bench& bench);

// Work that needs a process of its own: `gstore-bench --child WORD ARGUMENT...`.
int run_child(const std::vector<std::string>& arguments);
// Starts one and returns what it printed. `killed` says that it must end by SIGKILL, else by 0.
std::string child(const std::vector<std::string>& arguments, bool killed = false);

}  // namespace gs::bench
