// Kills a writing process at random moments and looks at what it left behind.
//
//   gs_torture [--rounds N] [--seed S] [--directory PATH]      N from 1 on
//
// The program starts itself as a child that writes numbered records and says on a pipe which
// the storage has acknowledged. The parent sends SIGKILL at a random moment, opens
// the storage and checks: every acknowledged record is there with the right content, transactions
// of two records are there whole or not at all, the log verifies. The next round goes on in the
// same storage. The seed is printed first; the moment of a kill depends on the machine as well, so
// a seed makes a failure likely again, not certain.
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>

#include "globalstorage/storage.h"
#include "tests/seeds.h"

namespace {

// Small limits, so that kills also meet checkpoints, merges and new segments.
gs::Options small_limits() {
  gs::Options options;
  options.memory_bytes = 64 << 10;
  options.checkpoint_log_bytes = 64 << 10;
  options.segment_bytes = 256 << 10;
  options.cache_bytes = 256 << 10;
  return options;
}

// The longest that a child lives after its first acknowledgement; most moments of its work come up.
constexpr unsigned kLifeMicrosecondsMax = 120'000;

// Commits that share one wait for the disk, so that a short life still fills segments and runs.
constexpr std::uint64_t kGroup = 16;

std::string content(std::uint64_t number) {
  return "{\"n\":" + std::to_string(number) + ",\"t\":\"" +
         std::string(number * 37 % 400, static_cast<char>('a' + number % 26)) + "\"}";
}

int complain(const gs::Error& error, const char* what) {
  std::fprintf(stderr, "%s: %s\n", what, error.text().c_str());
  return 1;
}

// --- the child ---

// Writes records from `number` on until it is killed; every kGroup-th number goes to `out` when it is safe.
int write_forever(const std::string& directory, std::uint64_t number, int out) {
  auto opened = gs::Storage::open(directory, small_limits());
  if (!opened.ok()) return complain(opened.error(), "child: open");
  gs::Storage& storage = opened.value();
  for (;; ++number) {
    gs::Transaction tx = storage.begin();
    const std::string key = std::to_string(number);
    auto first = tx.put("Number", key, content(number));
    auto second = tx.put("Twin", key, content(number));
    if (!first.ok() || !second.ok()) return complain(first.error(), "child: put");
    const bool wait = number % kGroup == kGroup - 1;
    auto committed = tx.commit(wait ? gs::Durability::batch : gs::Durability::lazy);
    if (!committed.ok()) return complain(committed.error(), "child: commit");
    // A commit that waited acknowledges all before it too.
    if (wait && write(out, &number, sizeof number) != sizeof number)
      return 0;  // the parent is gone
    // Some later work on the same record, never acknowledged: it may be there or not.
    if (number % 11 == 0) storage.update(*first, R"({"late":true})").ignore();
    if (number % 400 == 399) storage.compact().ignore();
  }
}

// --- the parent ---

bool is_content(const gs::Record& record, std::uint64_t number) {
  const std::string expected = content(number);
  const std::string found = record.json();
  return found == expected || found == expected.substr(0, expected.size() - 1) + ",\"late\":true}";
}

// Checks numbers below `acknowledged`; `next` becomes the first number that is not there.
bool check(const std::string& directory, std::uint64_t acknowledged, std::uint64_t& next) {
  auto opened = gs::Storage::open(directory, small_limits());
  if (!opened.ok()) return complain(opened.error(), "cannot open") == 0;
  gs::Storage& storage = opened.value();
  if (!storage.recovery().damage.empty()) {
    std::fprintf(stderr, "damage: %s\n", storage.recovery().damage.front().c_str());
    return false;
  }
  for (next = 0;; ++next) {
    const std::string key = std::to_string(next);
    const auto number = storage.get(gs::Storage::resolve(key, "Number"));
    const auto twin = storage.get(gs::Storage::resolve(key, "Twin"));
    if (number.ok() != twin.ok()) {
      std::fprintf(stderr, "half a transaction: record %s\n", key.c_str());
      return false;
    }
    if (!number.ok()) break;
    if (!is_content(*number, next) || !is_content(*twin, next)) {
      std::fprintf(stderr, "wrong content of record %s: %s\n", key.c_str(), number->json().c_str());
      return false;
    }
  }
  if (next < acknowledged) {
    std::fprintf(stderr, "lost: %llu records were acknowledged, %llu are there\n",
                 static_cast<unsigned long long>(acknowledged),
                 static_cast<unsigned long long>(next));
    return false;
  }
  const auto stats = storage.stats();
  if (!stats.ok() || stats->records != 2 * next) {
    std::fprintf(stderr, "stats do not count %llu records\n",
                 static_cast<unsigned long long>(2 * next));
    return false;
  }
  const auto verified = storage.verify();
  if (!verified.ok()) return complain(verified.error(), "cannot verify") == 0;
  for (const gs::VerifySection& section : verified->sections) {
    if (section.ok) continue;
    std::fprintf(stderr, "verify %s: %s\n", section.name.c_str(), section.detail.c_str());
    return false;
  }
  if (gs::Error error = storage.close()) return complain(error, "cannot close") == 0;
  return true;
}

// One life of a child. False when it ended by itself. `acknowledged`: one past the last number.
bool live(const std::string& directory, std::uint64_t first, unsigned life_us,
          std::uint64_t& acknowledged) {
  int ends[2];
  if (pipe(ends) != 0) return false;
  const pid_t child = fork();
  if (child < 0) return false;
  if (child == 0) {
    close(ends[0]);
    const std::string number = std::to_string(first);
    const std::string out = std::to_string(ends[1]);
    execl("/proc/self/exe", "gs_torture", "child", directory.c_str(), number.c_str(), out.c_str(),
          static_cast<char*>(nullptr));
    _exit(127);
  }
  close(ends[1]);
  std::uint64_t number = 0;
  bool began = read(ends[0], &number, sizeof number) == sizeof number;
  if (began) {
    acknowledged = number + 1;
    usleep(life_us);
  }
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  // What lies in the pipe was acknowledged before the end.
  while (read(ends[0], &number, sizeof number) == sizeof number) acknowledged = number + 1;
  close(ends[0]);
  return began && WIFSIGNALED(status);
}

int torture(const std::string& directory, std::uint64_t rounds, std::uint64_t seed) {
  std::printf("seed=%llu rounds=%llu directory=%s\n", static_cast<unsigned long long>(seed),
              static_cast<unsigned long long>(rounds), directory.c_str());
  std::mt19937_64 random(seed);
  {
    auto created = gs::Storage::create(directory, {}, small_limits());
    if (!created.ok()) return complain(created.error(), "cannot create");
  }
  std::uint64_t acknowledged = 0;
  std::uint64_t next = 0;
  for (std::uint64_t i = 0; i < rounds; ++i) {
    const auto round = static_cast<unsigned long long>(i + 1);
    const unsigned life_us = static_cast<unsigned>(random() % kLifeMicrosecondsMax);
    if (!live(directory, next, life_us, acknowledged)) {
      std::fprintf(stderr, "round %llu: the child ended by itself\n", round);
      return 1;
    }
    if (!check(directory, acknowledged, next)) {
      std::fprintf(stderr, "round %llu failed; the storage is left in %s\n", round,
                   directory.c_str());
      return 1;
    }
  }
  std::printf("%llu kills, %llu records acknowledged, none lost\n",
              static_cast<unsigned long long>(rounds),
              static_cast<unsigned long long>(acknowledged));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 5 && std::strcmp(argv[1], "child") == 0) {
    return write_forever(argv[2], std::strtoull(argv[3], nullptr, 10), std::atoi(argv[4]));
  }
  std::uint64_t rounds = 20;
  std::uint64_t seed = std::random_device()();
  std::string directory;
  bool understood = argc % 2 == 1;
  for (int i = 1; understood && i < argc; i += 2) {
    const std::string_view name = argv[i];
    const char* const value = argv[i + 1];
    if (name == "--rounds") {
      understood = gs::testing::read_number(value, 1, gs::testing::kAnyNumber, rounds);
    } else if (name == "--seed") {
      understood = gs::testing::read_number(value, 0, gs::testing::kAnyNumber, seed);
    } else if (name == "--directory") {
      directory = value;
    } else {
      understood = false;
    }
  }
  if (!understood) {
    std::fprintf(stderr, "usage: gs_torture [--rounds N] [--seed S] [--directory PATH]\n");
    return 2;
  }
  if (!directory.empty()) return torture(directory, rounds, seed);
  std::string pattern = (std::filesystem::temp_directory_path() / "gs_torture.XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) return 1;
  const int failed = torture(pattern + "/gs", rounds, seed);
  std::error_code ignored;
  if (failed == 0) std::filesystem::remove_all(pattern, ignored);
  return failed;
}
