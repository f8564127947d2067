// A life: random work while the disk does what its faults say, until it ends one way or another.

#include "tests/simulation/schedule.h"

namespace gs::simulation {

using engine::Database;
using platform::Faults;

namespace {

// Few, so that the same are put again.
constexpr std::uint64_t kBlobs = 6;
// Of some of the collections. No text is there twice, so nothing must be refused.
constexpr const char* kSchema =
    R"g({"files":{"City.js":"({ n: { type: 'number', index: true }, t: { type: 'string', unique: true },)g"
    R"g( f1: '?number', both: { index: ['n', 't'] } })",)g"
    R"g("Town.js":"({ t: 'string', f0: { type: 'number', index: true } })"}})g";

}  // namespace

std::string Schedule::first_life() {
  auto created = Database::create(setup(files_), {});
  if (!created.ok()) return "cannot create: " + created.error().text();
  db_ = std::move(created).value();
  writer_ = db_->writer();
  if (!random_.chance(600)) return {};
  const auto put = db_->put_schema(kSchema, {});
  return put.ok() ? std::string() : "no schema: " + put.error().text();
}

std::string Schedule::live() {
  Faults faults = Faults::from_seed(random_.next());
  if (random_.chance(400)) faults.power_cut_call = 1 + random_.below(200);
  files_.set_faults(faults);
  before_ = files_.counts();
  const std::uint64_t steps = 1 + random_.below(14);
  std::string failure;
  for (std::uint64_t i = 0; i < steps && !broken_ && failure.empty(); ++i) failure = step();
  return failure.empty() ? unexplained_ : failure;
}

std::string Schedule::step() {
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
    notice(db_->stats().error());
  } else if (what < 97) {
    put_blob();
  } else if (what < 99) {
    add_landmark();
  } else {
    return verify_beside_work();
  }
  return {};
}

// True when something failed. After a failed write nothing is certain about what was in flight.
// What the disk has not brought about is the engine's own failure, and ends the schedule.
bool Schedule::notice(const Error& error) {
  if (!error) return false;
  if (!is_explained(error)) {
    unexplained_ = "the disk did nothing to explain this: " + error.text();
    broken_ = true;
  } else if (error.code() == Code::no_space) {
    ++totals_.full_disks;
  } else {
    ++totals_.failed_writes;
    broken_ = true;
  }
  return true;
}

// By what the disk did since before_. It never brings about damage, or a call that is not valid.
bool Schedule::is_explained(const Error& error) const {
  const platform::SimCounts now = files_.counts();
  const bool full = now.disk_full != before_.disk_full;
  const bool failed =
      now.calls_failed != before_.calls_failed || now.power_cuts != before_.power_cuts;
  if (error.code() == Code::no_space) return full;
  if (error.code() == Code::io) return failed;
  return error.code() == Code::failed && (full || failed);  // an earlier one, told again
}

std::string Schedule::transact(Durability durability) {
  auto tx = db_->begin();
  Planned planned;
  std::string failure = workload_.stage(*db_, *tx, planned);
  if (failure.empty() && tx->size() != 0) failure = commit(*tx, planned, durability);
  db_->recycle(std::move(tx));
  return failure;
}

std::string Schedule::commit(engine::TransactionState& tx, Planned& planned,
                             Durability durability) {
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

std::string Schedule::erase() {
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
    // What it did may be in the log or not; while the storage goes on, it knows.
    if (broken_ || db_->get(id).code() == Code::not_found) model_.commit({{id, nullptr}});
  }
  // Wherever an erasure stopped, everything else is there.
  return broken_ ? std::string() : check_content(db_, model_.now());
}

// Seen once, an acknowledged blob stays.
void Schedule::put_blob() {
  const Buffer bytes(100 + random_.below(kBlobs), 'b');
  const auto put = db_->put_blob(bytes);
  if (!put.ok()) {
    notice(put.error());
  } else {
    blobs_[put.value().digest] = put.value();
  }
}

void Schedule::add_landmark() {
  const auto newest = db_->log(1);
  if (newest.ok()) {
    landmarks_.add(newest->front().digest, model_);
  } else {
    notice(newest.error());
  }
}

std::string Schedule::verify_beside_work() {
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
bool Schedule::readable() const {
  const Faults& faults = files_.faults();
  return files_.powered() && faults.read_fails == 0 && faults.fail_call == 0;
}

void Schedule::end_life() {
  const std::uint64_t how = random_.below(10);
  if (!broken_ && how < 2) {
    if (!notice(db_->close())) model_.acknowledge();
  }
  totals_.acknowledged += model_.acknowledged();
  disk_before_.clear();
  end_process(how < 4);
  broken_ = false;
}

// Before the engine is destroyed, so that its destructor cannot save anything. Killed, unless there
// is no power; else the power goes. Faults end with it.
void Schedule::end_process(bool killed) {
  disk_before_ += "\n  before: " + files_.text();
  if (killed && files_.powered()) {
    files_.kill_process();
    db_.reset();
  } else {
    files_.cut_power();
    db_.reset();
    files_.restart();
  }
  files_.set_faults(Faults());
}

}  // namespace gs::simulation
