// After a life: the storage is opened again, must hold what it must, and the log alone must lead
// there.

#include <vector>

#include "gs/platform/memory/memory_file_system.h"
#include "tests/simulation/schedule.h"

namespace gs::simulation {

using engine::Database;
using platform::Faults;

std::string Schedule::open_and_check() {
  std::string failure = open_cut_off();
  if (failure.empty()) failure = open();
  if (!failure.empty()) return failure;
  if (db_->recovery().torn_tail_cut) ++totals_.torn_tails;
  if (db_->recovery().changes_replayed < model_.size()) ++totals_.checkpoints_used;
  Found found;
  failure = read_all(db_, found);
  if (failure.empty()) failure = match(found);
  if (failure.empty()) failure = landmarks_.settle(db_, model_);
  if (failure.empty()) failure = check_indexes(db_, totals_);
  if (failure.empty() && random_.chance(150)) failure = look_back();
  return failure.empty() ? check_log() : failure;
}

// In a share of lives, which is larger when something was erased: the log alone leads here.
std::string Schedule::check_log() {
  const std::uint64_t what = random_.below(erased_.empty() ? 2500 : 1000);
  if (what < 180) return rebuild();
  if (what < 330) return restore();
  if (what < 430) return check_verified(db_, true);
  return {};
}

// In a share of openings: others first that end in the midst, as the power goes or a call fails, or
// at their end. What they leave is what the next one finds.
std::string Schedule::open_cut_off() {
  while (random_.chance(250)) {
    Faults faults = Faults::from_seed(random_.next());
    const std::uint64_t call = 1 + random_.below(random_.chance(500) ? 10 : 60);
    (random_.chance(700) ? faults.power_cut_call : faults.fail_call) = call;
    files_.set_faults(faults);
    before_ = files_.counts();
    auto opened = Database::open(setup(files_));
    if (opened.ok()) {
      const auto& damage = opened.value()->recovery().damage;
      if (!damage.empty()) return "damage when opened with faults: " + damage.front();
    } else {
      ++totals_.cut_opens;
      if (!is_explained(opened.error())) return "wrongly not opened: " + opened.error().text();
    }
    db_ = opened.ok() ? std::move(opened).value() : nullptr;
    end_process(random_.chance(300));
  }
  return {};
}

std::string Schedule::open() {
  auto opened = Database::open(setup(files_));
  if (!opened.ok()) return "cannot open: " + opened.error().text();
  db_ = std::move(opened).value();
  const auto& damage = db_->recovery().damage;
  if (!damage.empty()) return "damage after a crash: " + damage.front();
  const bool same_writer = db_->writer() == writer_;
  writer_ = db_->writer();
  if (!same_writer && !keys_removed_) return "another writer, although its key was there";
  keys_removed_ = false;
  return {};
}

std::string Schedule::match(const Found& found) {
  const std::size_t before = model_.size();
  if (!model_.settle(found)) {
    return "the content is that of no moment since the last acknowledged transaction (" +
           std::to_string(model_.acknowledged()) + " of " + std::to_string(before) + "; " +
           std::to_string(found.size()) + " records)";
  }
  totals_.lost_unacknowledged += before - model_.size();
  return {};
}

// The log alone leads to the same state; life goes on with what it led to.
std::string Schedule::rebuild() {
  ++totals_.rebuilt;
  const auto digest = db_->digest();
  if (!digest.ok()) return "no digest: " + digest.error().text();
  if (Error error = db_->close()) return "cannot close: " + error.text();
  db_.reset();
  std::vector<std::string> lost{"state"};
  keys_removed_ = random_.chance(250);
  if (keys_removed_) lost.emplace_back("keys");  // then another writer goes on
  for (const std::string& directory : lost) {
    const auto names = files_.list(directory);
    if (!names.ok()) return "cannot list: " + names.error().text();
    for (const std::string& name : names.value()) files_.remove(directory + "/" + name).ignore();
  }
  files_.remove("manifest").ignore();
  std::string failure = open_cut_off();
  if (failure.empty()) failure = open();
  if (failure.empty()) failure = check_same(db_, digest->digest);
  return failure.empty() ? failure : "without its state: " + failure;
}

std::string Schedule::restore() {
  ++totals_.restored;
  const auto digest = db_->digest();
  if (!digest.ok()) return "no digest: " + digest.error().text();
  platform::MemoryFileSystem backup;
  platform::MemoryFileSystem restored;
  if (Error error = db_->backup(backup)) return "no backup: " + error.text();
  engine::DatabaseSetup reading = setup(backup);
  reading.options.read_only = true;
  auto source = Database::open(std::move(reading));
  if (!source.ok()) return "a backup cannot be opened: " + source.error().text();
  std::string failure = check_same(source.value(), digest->digest);
  if (!failure.empty()) return "as a backup: " + failure;
  if (!random_.chance(150)) return {};
  Error lacking;
  if (Error error = source.value()->restore(restored, lacking)) {
    return "not restored: " + error.text();
  }
  if (lacking) return "restored in part: " + lacking.text();
  auto copy = Database::open(setup(restored));
  if (!copy.ok()) return "what was restored cannot be opened: " + copy.error().text();
  failure = check_same(copy.value(), digest->digest);
  if (failure.empty()) failure = check_verified(copy.value(), false);
  return failure.empty() ? failure : "restored: " + failure;
}

std::string Schedule::check_same(const DatabasePtr& db, const Digest& digest) {
  Found found;
  std::string failure = read_all(db, found);
  if (!failure.empty()) return failure;
  if (!same(model_.now(), found)) return "another content";
  const auto now = db->digest();
  if (!now.ok()) return "no digest: " + now.error().text();
  if (now->digest != digest) return "another state digest";
  return check_blobs(*db);
}

std::string Schedule::check_blobs(const Database& db) const {
  for (const auto& [digest, blob] : blobs_) {
    const auto bytes = db.get_blob(blob);
    if (!bytes.ok()) return "a blob is lost: " + bytes.error().text();
  }
  return {};
}

// History, blobs, proofs, and what must not be seen any more.
std::string Schedule::look_back() {
  std::string failure = landmarks_.check(db_, model_, random_, totals_);
  if (failure.empty()) failure = check_blobs(*db_);
  if (failure.empty()) failure = check_gone(files_, erased_);
  const Id id = workload_.to_erase();
  return failure.empty() ? check_proof(db_, id, model_.last(id), totals_) : failure;
}

}  // namespace gs::simulation
