// bench: gstore-bench when it stands beside gstore, else a short measurement of this engine alone.
//
// The built-in one writes records of about 200 bytes into a new storage in a temporary directory
// and removes it. Numbers depend on the machine and its disk; compare ratios within one run.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <random>
#include <system_error>

#include "cmd/gstore/commands.h"
#include "cmd/gstore/support/json_text.h"

namespace gs::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kRecordsDefault = 100'000;
constexpr std::uint64_t kRecordsPerTransaction = 1000;
constexpr std::uint64_t kDurableCommits = 500;
constexpr std::uint64_t kDurableGroups = 50;
constexpr std::uint64_t kSeed = 20261123;
// Keeps the compiler from leaving out reads whose result nobody uses.
volatile std::uint64_t bench_sink = 0;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Removed with everything in it.
class TemporaryDirectory {
 public:
  static Result<TemporaryDirectory> make() {
    std::error_code code;
    std::string path = fs::temp_directory_path(code).string() + "/gstore-bench-XXXXXX";
    if (code || ::mkdtemp(path.data()) == nullptr) {
      return Error(Code::io, "cannot make a temporary directory: " + path + ": " +
                                 std::strerror(errno) + ". Set TMPDIR to one that can be written.");
    }
    return TemporaryDirectory(std::move(path));
  }
  TemporaryDirectory(TemporaryDirectory&& other) noexcept : path_(std::move(other.path_)) {
    other.path_.clear();
  }
  TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;  // nothing depends on it
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  std::string storage() const { return path_ + "/gs"; }

 private:
  explicit TemporaryDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

class SelfBench {
 public:
  SelfBench(Session& session, Storage& storage, std::uint64_t records)
      : session_(session), storage_(storage), records_(records), random_(kSeed) {}

  Error run() {
    GS_TRY_OK(insert());
    GS_TRY_OK(get());
    GS_TRY_OK(scan());
    GS_TRY_OK(commit_one());
    GS_TRY_OK(commit_many());
    JsonObject line;
    line.text("engine", std::string("globalstorage ") + version())
        .number("records", records_)
        .number("seed", kSeed)
        .raw("results", results_.take());
    session_.out.line(line.take());
    return {};
  }

 private:
  std::string_view record(std::uint64_t number) {
    json_ = "{\"number\":" + std::to_string(number) +
            ",\"random\":" + std::to_string(random_() >> 11) +
            ",\"name\":\"record of the benchmark " + std::to_string(number) + "\",\"text\":\"";
    json_.append(100, static_cast<char>('a' + number % 26));
    json_ += "\",\"flag\":true}";
    return json_;
  }

  void result(const char* name, std::uint64_t count, double seconds) {
    JsonObject line;
    line.number("count", count)
        .number("seconds", seconds)
        .number("per_second", static_cast<double>(count) / std::max(seconds, 1e-9));
    results_.raw(name, line.take());
  }

  Error insert() {
    const auto start = Clock::now();
    ids_.reserve(records_);
    while (ids_.size() < records_) {
      Transaction transaction = storage_.begin();
      for (std::uint64_t i = 0; i < kRecordsPerTransaction && ids_.size() < records_; ++i) {
        GS_TRY(const Id id, transaction.insert("Bench", record(ids_.size())));
        ids_.push_back(id);
      }
      GS_TRY_OK(std::move(transaction.commit(Durability::lazy)).error());
      const double seconds = seconds_since(start);
      session_.terminal.progress({"insert", ids_.size(), records_, "", seconds});
    }
    GS_TRY_OK(storage_.sync());
    result("insert", records_, seconds_since(start));
    return {};
  }

  Error get() {
    std::vector<Id> order = ids_;
    std::shuffle(order.begin(), order.end(), random_);
    const Snapshot snapshot = storage_.snapshot();
    std::uint64_t bytes = 0;
    const auto start = Clock::now();
    for (const Id& id : order) bytes += snapshot.peek(id).size();
    result("get", order.size(), seconds_since(start));
    bench_sink = bytes;
    return {};
  }

  Error scan() {
    std::uint64_t rows = 0;
    const auto start = Clock::now();
    GS_TRY(Scan scan, storage_.scan());
    Id id;
    Bytes bytes;
    while (scan.next(id, bytes)) ++rows;
    result("scan", rows, seconds_since(start));
    return scan.error();
  }

  Error commit_one() {
    const auto start = Clock::now();
    for (std::uint64_t i = 0; i < kDurableCommits; ++i) {
      GS_TRY_OK(std::move(storage_.insert("Bench", record(i))).error());
    }
    result("durable_commit_1", kDurableCommits, seconds_since(start));
    return {};
  }

  Error commit_many() {
    const auto start = Clock::now();
    for (std::uint64_t group = 0; group < kDurableGroups; ++group) {
      Transaction transaction = storage_.begin();
      for (std::uint64_t i = 0; i < kRecordsPerTransaction; ++i) {
        GS_TRY_OK(std::move(transaction.insert("Bench", record(i))).error());
      }
      GS_TRY_OK(std::move(transaction.commit(Durability::batch)).error());
    }
    result("durable_commit_1000", kDurableGroups * kRecordsPerTransaction, seconds_since(start));
    return {};
  }

  Session& session_;
  Storage& storage_;
  std::uint64_t records_;
  std::mt19937_64 random_;
  std::string json_;
  std::vector<Id> ids_;
  JsonObject results_;
};

// Replaces this process by gstore-bench; returns only when there is none.
void run_neighbour(const Session& session) {
  std::error_code code;
  const fs::path self = fs::read_symlink("/proc/self/exe", code);
  if (code) return;
  std::string program = (self.parent_path() / "gstore-bench").string();
  if (::access(program.c_str(), X_OK) != 0) return;
  std::vector<std::string> words{std::move(program)};
  words.insert(words.end(), session.arguments.rest.begin(), session.arguments.rest.end());
  if (session.arguments.json) words.emplace_back("--json");
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  ::execv(pointers[0], pointers.data());
}

}  // namespace

Result<Exit> bench(Session& session) {
  const Arguments& arguments = session.arguments;
  if (!arguments.self && arguments.records == 0) run_neighbour(session);
  if (!arguments.rest.empty()) {
    return Error(Code::invalid, "unknown option " + arguments.rest.front() +
                                    ". Options of gstore-bench need that program beside gstore.");
  }
  GS_TRY(const TemporaryDirectory directory, TemporaryDirectory::make());
  GS_TRY(Storage storage, Storage::create(directory.storage()));
  const std::uint64_t records = arguments.records == 0 ? kRecordsDefault : arguments.records;
  GS_TRY_OK(SelfBench(session, storage, records).run());
  GS_TRY_OK(storage.close());
  return Exit::ok;
}

}  // namespace gs::cli
