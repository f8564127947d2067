// Goal: data larger than memory works, whatever is done with it.
// Method: a child process that may have 160 MiB of private memory (RLIMIT_DATA: heap and stacks;
// mapped files are the page cache's) loads three times as much, reads it by id and in order, changes,
// deletes, erases, compacts, opens it again and verifies. The same with limits of the engine that
// are too large must fail, or the limit would prove nothing. The same for one run of many entries,
// and a transaction that would make too much.
#include <gtest/gtest.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <random>
#include <string>

#include "globalstorage/storage.h"
#include "gs/base/endian.h"
#include "gs/platform/posix/posix_file_system.h"
#include "gs/storage/state/run_writer.h"

namespace gs {
namespace {

constexpr int kRecords = 120'000;
constexpr int kBatch = 500;
constexpr int kPaddingBytes = 4200;
// The system counts what is reserved, used or not, and every row table reserves 14 MiB for its
// first rows: one active, three that wait for the background, and some that old versions name.
constexpr std::uint64_t kMemoryBytesMax = std::uint64_t{160} << 20;
constexpr std::uint64_t kDataBytesMin = 3 * kMemoryBytesMax;
constexpr std::size_t kStackBytes = std::size_t{256} << 10;
constexpr std::uint64_t kSeed = 20260701;

struct Directory {
  std::string path = (std::filesystem::temp_directory_path() / "gs_memory.XXXXXX").string();
  Directory() { EXPECT_NE(mkdtemp(path.data()), nullptr); }
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

Options small_options() {
  Options options;
  options.memory_bytes = std::uint64_t{1} << 20;
  options.checkpoint_log_bytes = std::uint64_t{8} << 20;
  options.cache_bytes = std::uint64_t{1} << 20;  // merges copy records into runs
  options.durability = Durability::lazy;
  return options;
}

std::string json_of(int number, const std::string& name) {
  static const std::string padding(kPaddingBytes, 'x');
  return "{\"n\":" + std::to_string(number) + ",\"name\":\"" + name + "\",\"padding\":\"" +
         padding + "\"}";
}

Id id_of(int number) { return Storage::resolve(std::to_string(number), "Record"); }

// Ends the child, which the parent notices.
void require(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what.c_str());
  _exit(1);
}
template <typename T>
T take(Result<T> result, const char* what) {
  require(result.ok(), std::string(what) + (result.ok() ? "" : ": " + result.error().text()));
  return std::move(result).value();
}
void done(const Error& error, const char* what) {
  require(!error, std::string(what) + (error ? ": " + error.text() : ""));
}

enum class Fate { stays, deleted, erased };
Fate fate_of(int number) {
  if (number % 1000 != 500) return Fate::stays;
  return number / 1000 % 100 == 1 ? Fate::erased : Fate::deleted;
}

// Each record once whole, and once more by an update, whose result waits in memory for its run.
void load(Storage& storage) {
  for (const bool again : {false, true}) {
    for (int n = 0; n < kRecords; n += kBatch) {
      Transaction tx = storage.begin();
      for (int i = n; i < n + kBatch; ++i) {
        if (again) {
          done(tx.update(id_of(i), R"({"name":"another name"})"), "update");
        } else {
          take(tx.put("Record", std::to_string(i), json_of(i, "a name")), "put");
        }
      }
      take(tx.commit(), "commit");
    }
  }
  done(storage.sync(), "sync");
}

void remove_some(Storage& storage) {
  for (int i = 0; i < kRecords; ++i) {
    const Fate fate = fate_of(i);
    if (fate == Fate::deleted) done(storage.remove(id_of(i)), "remove");
    if (fate == Fate::erased) require(take(storage.erase(id_of(i)), "erase") == 2, "two payloads");
  }
}

void check_record(const Record& record, int number) {
  require(record.json() == json_of(number, "another name"),
          "record " + std::to_string(number) + " is " + record.json());
}

void read(Storage& storage) {
  std::mt19937_64 random(kSeed);
  for (int i = 0; i < 20'000; ++i) {
    // Every other one of those that changed.
    const auto any = static_cast<int>(random() % kRecords);
    const int number = i % 2 == 0 ? any : any / 1000 * 1000 + 500;
    const auto record = storage.get(id_of(number));
    require(record.ok() == (fate_of(number) == Fate::stays), "get " + std::to_string(number));
    if (record.ok()) check_record(*record, number);
  }
  Scan scan = take(storage.scan(), "scan");
  Record record;
  Id last;
  int count = 0;
  int expected = 0;
  for (; scan.next(record); ++count) {
    require(count == 0 || last < record.id(), "a scan is in order");
    last = record.id();
    check_record(record, std::stoi(std::string(record.key())));
  }
  for (int i = 0; i < kRecords; ++i) expected += fate_of(i) == Fate::stays ? 1 : 0;
  require(count == expected, "a scan shows " + std::to_string(count) + " records");
}

// Without memory `new` throws, and that ends the process here, as it would end a program's.
void live(const std::string& path, const Options& options) noexcept {
  Storage storage = take(Storage::create(path, {}, options), "create");
  load(storage);
  require(take(storage.stats(), "stats").log_bytes >= kDataBytesMin, "too little data");
  remove_some(storage);
  read(storage);
  done(storage.compact(), "compact");
  read(storage);
  done(storage.close(), "close");
  storage = take(Storage::open(path, options), "open");
  // Without `full`, which builds the state a second time, in memory.
  VerifyOptions verify;
  verify.full = false;
  require(take(storage.verify(verify), "verify").ok, "the log verifies");
  read(storage);
  done(storage.close(), "close");
}

// How a process ends that does this with so much memory: 0 when all is well. Without memory `new`
// throws, and that ends the process as it would end a program.
int run_limited(std::uint64_t bytes_max,
                const std::function<void(const std::string& directory)>& work) {
  Directory directory;
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    // Few arenas and small stacks: both are counted whole, used or not.
    mallopt(M_ARENA_MAX, 1);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kStackBytes);
    pthread_setattr_default_np(&attributes);
    const rlimit limit{bytes_max, bytes_max};
    require(setrlimit(RLIMIT_DATA, &limit) == 0, "no limit");
    const auto last = [&]() noexcept { work(directory.path); };
    last();
    _exit(0);
  }
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return status;
}

// A thread that throws what nobody catches, here because there is no memory, aborts its process.
bool lacked_memory(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT; }

TEST(Memory, ThreeTimesAsMuchDataAsMemoryWorks) {
  std::printf("seed=%llu\n", static_cast<unsigned long long>(kSeed));
  const auto work = [](const std::string& path) { live(path + "/gs", small_options()); };
  EXPECT_EQ(run_limited(kMemoryBytesMax, work), 0);
}

TEST(Memory, TheLimitBitesWhenTheEngineHasNone) {
  Options options = small_options();
  options.memory_bytes = std::uint64_t{1} << 30;
  options.checkpoint_log_bytes = std::uint64_t{4} << 30;
  const auto work = [&](const std::string& path) { live(path + "/gs", options); };
  EXPECT_TRUE(lacked_memory(run_limited(kMemoryBytesMax, work)));
}

// Merges used to keep 20 MiB of entries and 32 MiB of slots.
TEST(Memory, ARunOfAnyLengthIsWrittenInLittle) {
  constexpr std::uint64_t kEntries = 3'000'000;  // 160 MB
  constexpr std::uint64_t kRunMemoryBytesMax = std::uint64_t{32} << 20;
  const auto write = [](const std::string& path, const state::RunWriterLimits& limits) {
    platform::PosixFileSystem files(path);
    const auto writer = take(state::create_run_writer(files, "run", 1, limits), "create");
    for (std::uint64_t i = 0; i < kEntries; ++i) {
      state::Entry entry;
      store_u64(entry.id.bytes.data(), __builtin_bswap64(i));
      store_u64(entry.id.bytes.data() + 8, i * 0x9e3779b97f4a7c15);
      done(writer->add(0, entry, {}), "add");
    }
    done(writer->finish(), "finish");
    const auto run = take(state::Run::open(files, "run", 1), "open");
    done(run->check(), "check");
    require(run->entry_count() == kEntries, "all entries");
  };
  const auto bounded = [&](const std::string& path) { write(path, {}); };
  EXPECT_EQ(run_limited(kRunMemoryBytesMax, bounded), 0);
  const auto unbounded = [&](const std::string& path) {
    write(path, {std::size_t{1} << 19, std::size_t{4} << 20});
  };
  EXPECT_TRUE(lacked_memory(run_limited(kRunMemoryBytesMax, unbounded)));
}

// Each update takes some hundred bytes of log and makes 1 MiB; 64 MiB of log would make 200 GiB.
TEST(Memory, ATransactionOfSmallUpdatesOfLargeRecordsIsRefused) {
  constexpr std::uint64_t kBytesMax = std::uint64_t{512} << 20;
  constexpr int kUpdates = 1'000;
  const auto work = [](const std::string& path) {
    Storage storage = take(Storage::create(path + "/gs", {}, small_options()), "create");
    const std::string text(std::size_t{1} << 20, 'x');
    const Id id = take(storage.insert("Large", "{\"n\":-1,\"t\":\"" + text + "\"}"), "insert");
    const auto update = [&](int updates) {
      Transaction tx = storage.begin();
      for (int n = 0; n < updates; ++n) {
        done(tx.update(id, "{\"n\":" + std::to_string(n) + '}'), "update");
      }
      return tx.commit();
    };
    require(update(kUpdates).code() == Code::too_large, "it is refused");
    require(take(storage.get(id), "get").json().starts_with("{\"n\":-1,"), "nothing is done");
    take(update(100), "a smaller one");
    require(take(storage.get(id), "get").json().starts_with("{\"n\":99,"), "all is done");
    done(storage.close(), "close");
  };
  EXPECT_EQ(run_limited(kBytesMax, work), 0);
}

// A record of 1 MiB that is updated 300 times: 300 MB of results in 1 MB of log. Whoever opens a
// copy without state/ replays them all.
TEST(Memory, ALogThatSaysMuchMoreThanMemoryIsReplayed) {
  constexpr int kUpdates = 300;
  const auto work = [](const std::string& path) {
    const Options options = small_options();
    Storage storage = take(Storage::create(path + "/gs", {}, options), "create");
    const std::string text(std::size_t{1} << 20, 'x');
    const Id id = take(storage.insert("Large", "{\"n\":0,\"t\":\"" + text + "\"}"), "insert");
    for (int n = 1; n <= kUpdates; ++n) {
      Transaction tx = storage.begin();
      done(tx.update(id, "{\"n\":" + std::to_string(n) + '}'), "update");
      take(tx.commit(Durability::lazy), "commit");
    }
    done(storage.close(), "close");
    const auto check = [&](const Options& how) {
      storage = take(Storage::open(path + "/gs", how), "open");
      const std::string newest = "{\"n\":" + std::to_string(kUpdates) + ',';
      require(take(storage.get(id), "get").json().starts_with(newest), "the newest");
      require(take(storage.verify({}), "verify").ok, "it verifies");
      done(storage.close(), "close");
    };
    std::filesystem::remove_all(path + "/gs/state");
    std::filesystem::remove(path + "/gs/manifest");
    Options reading = options;
    reading.read_only = true;
    check(reading);
    check(options);
  };
  EXPECT_EQ(run_limited(kMemoryBytesMax, work), 0);
}

}  // namespace
}  // namespace gs
