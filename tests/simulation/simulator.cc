#include "tests/simulation/simulator.h"

#include <vector>

#include "gs/platform/memory/memory_file_system.h"
#include "gs/platform/sim/sim_clock.h"
#include "gs/platform/sim/sim_file_system.h"
#include "tests/simulation/checks.h"
#include "tests/simulation/workload.h"

namespace gs::simulation {

namespace {

using engine::Database;
using platform::Faults;

// Opening may meet a failing read; the next try meets none.
constexpr int kOpenTries = 3;
// Few, so that the same are put again.
constexpr std::uint64_t kBlobs = 6;

class Schedule {
 public:
  Schedule(std::uint64_t seed, Totals& totals)
      : seed_(seed),
        random_(seed * 7919 + 1),
        secrets_(seed ^ 0x5eed),
        clock_(seed),
        files_(seed),
        totals_(totals) {
    change_bytes_ = std::size_t{512} << random_.below(5);
    options_.segment_bytes = 8192 << random_.below(4);
    options_.checkpoint_log_bytes = 4096 << random_.below(5);
    options_.memory_bytes = 4096 << random_.below(6);
    options_.cache_bytes = random_.chance(500) ? 1 : std::uint64_t{1} << 40;  // images or pointers
    options_.durability = Durability::batch;
    if (random_.chance(500)) erased_at_once_ = 1 + random_.below(3);  // several transactions
  }

  std::string run() {
    ++totals_.schedules;
    std::string failure = first_life();
    const std::uint64_t lives = 2 + random_.below(4);
    for (std::uint64_t life = 0; failure.empty() && life < lives; ++life) {
      ++totals_.lives;
      failure = live();
      if (!failure.empty()) break;
      end_life();
      failure = open_and_check();
    }
    if (!failure.empty()) failure += "\n  " + files_.text() + " seed=" + std::to_string(seed_);
    return failure;
  }

 private:
  Database::Setup setup(platform::FileSystem& files) {
    Database::Setup setup;
    setup.env.files = &files;
    setup.env.clock = &clock_;
    setup.env.random = &secrets_;
    setup.options = options_;
    setup.change_bytes = change_bytes_;
    setup.erased_at_once = erased_at_once_;
    return setup;
  }

  std::string first_life() {
    auto created = Database::create(setup(files_), {});
    if (!created.ok()) return "cannot create: " + created.error().text();
    db_ = std::move(created).value();
    return {};
  }

  // --- a life ---

  std::string live() {
    Faults faults = Faults::from_seed(random_.next());
    if (random_.chance(400)) faults.power_cut_call = 1 + random_.below(200);
    files_.set_faults(faults);
    const std::uint64_t steps = 1 + random_.below(14);
    std::string failure;
    for (std::uint64_t i = 0; i < steps && !broken_ && failure.empty(); ++i) failure = step();
    return failure;
  }

  std::string step() {
    clock_.wander();
    const std::uint64_t what = random_.below(100);
    if (what < 74) return transact(random_.chance(300) ? Durability::lazy : Durability::batch);
    if (what < 79) {
      if (!notice(db_->sync())) model_.acknowledge();
    } else if (what < 85) {
      if (!notice(db_->checkpoint())) model_.acknowledge();
    } else if (what < 88) {
      if (!notice(db_->compact())) model_.acknowledge();
    } else if (what < 92) {
      return erase();
    } else if (what < 95) {
      // A quiet second: lazy work is synced, the log marked, runs merged.
      const std::uint64_t ticks = 1 + random_.below(6);
      for (std::uint64_t i = 0; i < ticks; ++i) db_->tick();
    } else if (what < 96) {
      if (!db_->stats().ok()) broken_ = true;
    } else if (what < 97) {
      put_blob();
    } else if (what < 99) {
      const auto newest = db_->log(1);
      if (newest.ok())
        landmarks_.add(newest->front().digest, model_);
      else
        notice(newest.error());
    } else {
      return verify_beside_work();
    }
    return {};
  }

  // True when something failed. After a failed write nothing is certain about what was in flight.
  bool notice(const Error& error) {
    if (!error) return false;
    if (error.code() == Code::no_space) {
      ++totals_.full_disks;
    } else if (error.code() != Code::not_found) {
      ++totals_.failed_writes;
      broken_ = true;
    }
    return true;
  }

  std::string transact(Durability durability) {
    auto tx = db_->begin();
    Planned planned;
    std::string failure = workload_.stage(*db_, *tx, planned);
    if (failure.empty() && !tx->operations.empty()) failure = commit(*tx, planned, durability);
    db_->recycle(std::move(tx));
    return failure;
  }

  std::string commit(engine::TransactionState& tx, Planned& planned, Durability durability) {
    ++totals_.transactions;
    const auto committed = db_->commit(tx, durability);
    if (committed.ok()) {
      if (planned.refused()) return "a transaction took effect that must not";
      model_.commit(std::move(planned.effects));
      if (durability != Durability::lazy) model_.acknowledge();
      return {};
    }
    const Code code = committed.code();
    if (code == Code::conflict || code == Code::not_found) {
      if (!planned.refused_by(code)) return "wrongly refused: " + committed.error().text();
      ++totals_.refused;
      return random_.chance(100) ? check_content(db_, model_.now()) : std::string();
    }
    notice(committed.error());
    // It may have happened or not; the next open tells.
    if (broken_ && !planned.refused()) model_.commit(std::move(planned.effects));
    return {};
  }

  std::string erase() {
    const Id id = workload_.to_erase();
    if (!model_.knows(id)) return {};
    const auto erased = db_->erase(id, "asked to");
    landmarks_.erased(id, erased.ok());
    if (erased.ok()) {
      ++totals_.erasures;
      erased_.merge(model_.marks(id));
      model_.commit({{id, nullptr, true}});
      model_.acknowledge();
      std::string left = check_gone(files_, erased_);
      if (!left.empty() && readable()) return left;
    } else if (notice(erased.error())) {
      if (erased.code() == Code::not_found) return "an erasure does not find what was there";
      // What it did may be in the log or not; while the storage goes on, it knows.
      if (broken_ || db_->get(id).code() == Code::not_found) model_.commit({{id, nullptr}});
    }
    // Wherever an erasure stopped, everything else is there.
    return broken_ ? std::string() : check_content(db_, model_.now());
  }

  // Seen once, an acknowledged blob stays.
  void put_blob() {
    const Buffer bytes(100 + random_.below(kBlobs), 'b');
    const auto put = db_->put_blob(bytes);
    if (!put.ok()) {
      notice(put.error());
    } else {
      blobs_[put.value().digest] = put.value();
    }
  }

  std::string verify_beside_work() {
    VerifyOptions options;
    options.full = random_.chance(100);
    options.incremental = random_.chance(800);
    const auto report = db_->verify(options);
    if (!report.ok()) {
      notice(report.error());
      return {};
    }
    return readable() ? complaint(report.value()) : std::string();
  }

  // What cannot be read looks wrong as well.
  bool readable() const {
    const Faults& faults = files_.faults();
    return files_.powered() && faults.read_fails == 0 && faults.fail_call == 0;
  }

  void end_life() {
    const std::uint64_t how = random_.below(10);
    if (!broken_ && how < 2) {
      if (!notice(db_->close())) model_.acknowledge();
    }
    totals_.acknowledged += model_.acknowledged();
    // Before the engine is destroyed, so that its destructor cannot save anything.
    if (how < 4 && files_.powered()) {
      files_.kill_process();
      db_.reset();
    } else {
      files_.cut_power();
      db_.reset();
      files_.restart();
    }
    files_.set_faults(Faults());
    broken_ = false;
  }

  // --- and after ---

  std::string open_and_check() {
    std::string failure = open();
    if (!failure.empty()) return failure;
    if (db_->recovery().torn_tail_cut) ++totals_.torn_tails;
    if (db_->recovery().changes_replayed < model_.size()) ++totals_.checkpoints_used;
    Found found;
    failure = read_all(db_, found);
    if (failure.empty()) failure = match(found);
    landmarks_.settle(db_, model_);
    if (failure.empty() && random_.chance(150)) failure = look_back();
    return failure.empty() ? check_log() : failure;
  }

  // In a share of lives, which is larger when something was erased: the log alone leads here.
  std::string check_log() {
    const std::uint64_t what = random_.below(erased_.empty() ? 2500 : 1000);
    if (what < 180) return rebuild();
    if (what < 330) return restore();
    if (what < 430) return check_verified(db_, true);
    return {};
  }

  std::string open() {
    for (int i = 0; i < kOpenTries && db_ == nullptr; ++i) {
      auto opened = Database::open(setup(files_));
      if (!opened.ok()) return "cannot open: " + opened.error().text();
      db_ = std::move(opened).value();
    }
    const auto& damage = db_->recovery().damage;
    return damage.empty() ? std::string() : "damage after a crash: " + damage.front();
  }

  std::string match(const Found& found) {
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
  std::string rebuild() {
    ++totals_.rebuilt;
    const auto digest = db_->digest();
    if (!digest.ok()) return "no digest: " + digest.error().text();
    if (Error error = db_->close()) return "cannot close: " + error.text();
    db_.reset();
    std::vector<std::string> lost{"state"};
    if (random_.chance(250)) lost.emplace_back("keys");  // then another writer goes on
    for (const std::string& directory : lost) {
      const auto names = files_.list(directory);
      if (!names.ok()) return "cannot list: " + names.error().text();
      for (const std::string& name : names.value()) files_.remove(directory + "/" + name).ignore();
    }
    if (files_.exists("manifest")) files_.remove("manifest").ignore();
    std::string failure = open();
    if (failure.empty()) failure = check_same(db_, digest->digest);
    return failure.empty() ? failure : "without its state: " + failure;
  }

  std::string restore() {
    ++totals_.restored;
    const auto digest = db_->digest();
    if (!digest.ok()) return "no digest: " + digest.error().text();
    platform::MemoryFileSystem backup;
    platform::MemoryFileSystem restored;
    if (Error error = db_->backup(backup)) return "no backup: " + error.text();
    Database::Setup reading = setup(backup);
    reading.options.read_only = true;
    auto source = Database::open(std::move(reading));
    if (!source.ok()) return "a backup cannot be opened: " + source.error().text();
    std::string failure = check_same(source.value(), digest->digest);
    if (!failure.empty()) return "as a backup: " + failure;
    if (!random_.chance(150)) return {};
    if (Error error = source.value()->restore(restored)) return "not restored: " + error.text();
    auto copy = Database::open(setup(restored));
    if (!copy.ok()) return "what was restored cannot be opened: " + copy.error().text();
    failure = check_same(copy.value(), digest->digest);
    if (failure.empty()) failure = check_verified(copy.value(), false);
    return failure.empty() ? failure : "restored: " + failure;
  }

  std::string check_same(const DatabasePtr& db, const Digest& digest) {
    Found found;
    std::string failure = read_all(db, found);
    if (!failure.empty()) return failure;
    if (!same(model_.now(), found)) return "another content";
    const auto now = db->digest();
    if (!now.ok()) return "no digest: " + now.error().text();
    if (now->digest != digest) return "another state digest";
    return check_blobs(*db);
  }

  std::string check_blobs(const Database& db) const {
    for (const auto& [digest, blob] : blobs_) {
      const auto bytes = db.get_blob(blob);
      if (!bytes.ok()) return "a blob is lost: " + bytes.error().text();
    }
    return {};
  }

  // History, blobs, proofs, and what must not be seen any more.
  std::string look_back() {
    std::string failure = landmarks_.check(db_, model_, random_);
    if (failure.empty()) failure = check_blobs(*db_);
    if (failure.empty()) failure = check_gone(files_, erased_);
    const Id id = workload_.to_erase();
    return failure.empty() ? check_proof(db_, id, model_.last(id)) : failure;
  }

  const std::uint64_t seed_;
  platform::SeededRandom random_;
  platform::SeededRandom secrets_;
  platform::SimClock clock_;
  platform::SimFileSystem files_;
  Totals& totals_;
  Options options_;
  std::size_t change_bytes_ = 0;
  std::size_t erased_at_once_ = Database::Setup().erased_at_once;
  DatabasePtr db_;
  bool broken_ = false;
  std::set<std::string> erased_;  // marks of what was erased for certain
  Model model_;
  Workload workload_{random_, model_};
  Landmarks landmarks_;
  std::map<Digest, BlobRef> blobs_;
};

}  // namespace

std::string run_schedule(std::uint64_t seed, Totals& totals) {
  return Schedule(seed, totals).run();
}

}  // namespace gs::simulation
