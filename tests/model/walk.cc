// A walk from its first step to its last, and what all of them came to.

#include "tests/model/walk.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "tests/model/steps.h"

namespace gs::model {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kStepsMin = 60;
constexpr std::size_t kStepsMore = 200;

}  // namespace

std::string Walk::run() {
  options_ = random_options();
  open(true);
  for (std::uint64_t i = 0; i < kStoredBlobs; ++i) {
    check(db_->put_blob(stored_blob(i)).ok(), "put a blob that values name");
  }
  const std::size_t steps = kStepsMin + chance_.below(kStepsMore);
  flooding_ = chance_.one_in(10);
  for (std::size_t i = 0; i < steps && failure_.empty(); ++i) {
    step();
    if (!failure_.empty()) failure_ = "step " + std::to_string(i) + ": " + failure_;
  }
  if (failure_.empty()) reopen();
  if (failure_.empty()) compare_all();
  if (failure_.empty()) verify();
  if (db_) db_->close().ignore();
  return failure_;
}

bool Walk::check(bool held, const std::string& what) {
  if (!held && failure_.empty()) failure_ = what;
  return held;
}
bool Walk::check(const std::string& differing, const char* where) {
  return check(differing.empty(), std::string(where) + ": " + differing);
}
bool Walk::check(const Error& error, const char* where) {
  return check(error.ok(), std::string(where) + ": " + error.text());
}

void Walk::step() {
  switch (chance_.below(40)) {
    case 0:
      return reopen();
    case 1:
      return erase();
    case 2:
      return remember();
    case 3:
      return look_back();
    case 4:
      return keep_snapshot();
    case 5:
      return look_at_kept();
    case 6:
      return prove();
    case 7:
      return check_proofs();
    case 8:
      check(db_->checkpoint(), "checkpoint");
      return count_runs();
    case 9:
      return chance_.one_in(2) ? check(db_->compact(), "compact"), void() : look_at_kept();
    case 10:
      return blob();
    case 11:
      return compare_all();
    case 12:
      return chance_.one_in(3) ? verify() : read_beside();
    case 13:
      return chance_.one_in(3) ? copies() : scan();
    case 14:
    case 15:
      return scan();
    case 16:
      return swap();
    case 17:
      check(db_->sync(), "sync");
      return;
    case 18:
      return keep_scan();
    case 19:
      return chance_.one_in(4) && flooding_ ? flood() : misuse();
    case 20:
    case 21:
    case 22:
      return single();
    default:
      return transaction();
  }
}

std::string Totals::text() const {
  char line[400];
  const auto number = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
  std::snprintf(line, sizeof line,
                "%llu walks, %llu transactions, %llu refused, %llu old reads, %llu snapshots, %llu "
                "proofs, %llu erasures, %llu opens, %llu copies, %llu runs, %llu floods",
                number(walks), number(transactions), number(refused), number(old_reads),
                number(snapshots), number(proofs), number(erasures), number(opens), number(copies),
                number(runs), number(floods));
  return line;
}

std::string default_directory() {
  std::error_code none;
  const fs::path shared = "/dev/shm";
  return fs::is_directory(shared, none) ? shared.string() : fs::temp_directory_path().string();
}

std::string walk(std::uint64_t seed, const std::string& directory, Totals& totals) {
  ++totals.walks;
  std::string place = directory + "/gs-model-XXXXXX";
  if (mkdtemp(place.data()) == nullptr) return "cannot make a directory in " + directory;
  std::string failure = Walk(seed, place, totals).run();
  std::error_code none;
  fs::remove_all(place, none);
  return failure;
}

}  // namespace gs::model
