#include "tests/simulation/simulator.h"

#include <map>
#include <optional>
#include <vector>

#include "gs/core/record/json.h"
#include "gs/engine/database/database.h"
#include "gs/engine/database/scan.h"
#include "gs/platform/memory/seeded_random.h"
#include "gs/platform/sim/sim_clock.h"
#include "gs/platform/sim/sim_file_system.h"

namespace gs::simulation {

namespace {

using engine::Database;
using graph::Kind;
using platform::Faults;

// Content of the storage as the model sees it: JSON by id.
using Content = std::map<Id, std::string>;

// One transaction as the model saw it: what it set, nullopt for removed.
using Effects = std::vector<std::pair<Id, std::optional<std::string>>>;

void take_effect(Content& content, const Effects& effects) {
  for (const auto& [id, json] : effects) {
    if (json) {
      content[id] = *json;
    } else {
      content.erase(id);
    }
  }
}

// Opening may meet a failing read; the next try meets none.
constexpr int kOpenTries = 3;

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
  Database::Setup setup() {
    Database::Setup setup;
    setup.env.files = &files_;
    setup.env.clock = &clock_;
    setup.env.random = &secrets_;
    setup.options = options_;
    setup.change_bytes = change_bytes_;
    setup.erased_at_once = erased_at_once_;
    return setup;
  }

  std::string first_life() {
    auto created = Database::create(setup(), {});
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
    if (what < 78) {
      transact(random_.chance(300) ? Durability::lazy : Durability::batch);
    } else if (what < 84) {
      if (!notice(db_->sync())) acknowledged_ = history_.size();
    } else if (what < 90) {
      if (!notice(db_->checkpoint())) acknowledged_ = history_.size();
    } else if (what < 93) {
      if (!notice(db_->compact())) acknowledged_ = history_.size();
    } else if (what < 96) {
      return erase();
    } else if (what < 99) {
      // A quiet second: lazy work is synced, the log marked, runs merged.
      const std::uint64_t ticks = 1 + random_.below(6);
      for (std::uint64_t i = 0; i < ticks; ++i) db_->tick();
    } else {
      if (!db_->stats().ok()) broken_ = true;
    }
    return {};
  }

  // True when something failed. After a failed write nothing is certain about what was in flight.
  bool notice(const Error& error) {
    if (!error) return false;
    if (error.code() == Code::no_space) {
      ++totals_.full_disks;
    } else if (error.code() != Code::not_found && error.code() != Code::conflict) {
      ++totals_.failed_writes;
      broken_ = true;
    }
    return true;
  }

  std::string json(bool large) {
    std::string text = "{\"n\":" + std::to_string(counter_++) + ",\"t\":\"";
    // Now and then so large that its change has whole blocks, which are written ahead.
    const std::uint64_t huge = large && random_.chance(100) ? 16'384 : 0;
    text.append(large ? huge + 200 + random_.below(900) : random_.below(20),
                static_cast<char>('a' + random_.below(26)));
    return text + "\"}";
  }

  Id any_id() {
    if (now_.empty() || random_.chance(100))
      return Storage::resolve("key" + std::to_string(random_.below(8)));
    auto at = now_.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(random_.below(now_.size())));
    return at->first;
  }

  void transact(Durability durability) {
    auto tx = db_->begin();
    Effects effects;
    Content after = now_;
    const std::uint64_t operations = 1 + random_.below(random_.chance(100) ? 12 : 3);
    bool refused = false;
    for (std::uint64_t i = 0; i < operations && !refused; ++i)
      refused = !stage(*tx, after, effects);
    if (refused || tx->operations.empty()) {
      db_->recycle(std::move(tx));
      return;
    }
    ++totals_.transactions;
    const auto committed = db_->commit(*tx, durability);
    if (committed.ok()) {
      now_ = std::move(after);
      history_.push_back(std::move(effects));
      if (durability != Durability::lazy) acknowledged_ = history_.size();
    } else if (notice(committed.error())) {
      if (broken_) {
        // It may have happened or not; the next open tells.
        history_.push_back(std::move(effects));
        now_ = std::move(after);
      }
    }
    db_->recycle(std::move(tx));
  }

  bool stage(engine::TransactionState& tx, Content& after, Effects& effects) {
    const std::uint64_t what = random_.below(10);
    const std::string text = json(random_.chance(200));
    if (what < 4) {
      Id id;
      const auto encoded = tx.encoder.encode_json(random_.chance(700) ? "City" : "", text);
      if (!encoded.ok() || db_->stage_insert(tx, encoded.value(), id)) return false;
      effects.emplace_back(id, text);
    } else if (what < 6) {
      const std::string key = "key" + std::to_string(random_.below(8));
      const auto encoded = tx.encoder.encode_json("", text, key);
      const Id id = Storage::resolve(key);
      if (!encoded.ok() || db_->stage_keyed(tx, encoded.value(), id)) return false;
      effects.emplace_back(id, text);
    } else {
      const Id id = any_id();
      const auto found = after.find(id);
      if (found == after.end()) return true;  // nothing to change; not staged
      if (what < 8) {
        const std::string n = std::to_string(counter_++);
        const auto encoded = tx.encoder.encode_delta_json({}, "{\"n\":" + n + "}");
        if (!encoded.ok() || db_->stage(tx, Kind::update, id, encoded.value())) return false;
        std::string merged = found->second;
        const std::size_t comma = merged.find(',');
        merged.replace(5, comma - 5, n);
        effects.emplace_back(id, merged);
      } else {
        if (db_->stage_remove(tx, id)) return false;
        effects.emplace_back(id, std::nullopt);
      }
    }
    take_effect(after, Effects{effects.back()});
    return true;
  }

  std::string erase() {
    const Id id = any_id();
    if (now_.count(id) == 0) return {};
    const auto erased = db_->erase(id, "asked to");
    Effects effects{{id, std::nullopt}};
    if (erased.ok()) {
      ++totals_.erasures;
      now_.erase(id);
      history_.push_back(std::move(effects));
      acknowledged_ = history_.size();
    } else if (notice(erased.error())) {
      // What it did may be in the log or not; while the storage goes on, it knows.
      if (broken_ || db_->get(id).code() == Code::not_found) {
        now_.erase(id);
        history_.push_back(std::move(effects));
      }
    }
    return broken_ ? std::string() : check_now();
  }

  // Wherever an erasure stopped, everything else is there.
  std::string check_now() {
    Content found;
    std::string unreadable = read_records(found);
    if (!unreadable.empty()) return unreadable;
    return found == now_ ? std::string() : "another content than before the erasure";
  }

  void end_life() {
    const std::uint64_t how = random_.below(10);
    if (!broken_ && how < 2) {
      if (!notice(db_->close())) acknowledged_ = history_.size();
    }
    totals_.acknowledged += acknowledged_;
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
    for (int i = 0; i < kOpenTries && db_ == nullptr; ++i) {
      auto opened = Database::open(setup());
      if (!opened.ok()) return "cannot open: " + opened.error().text();
      db_ = std::move(opened).value();
    }
    if (!db_->recovery().damage.empty())
      return "damage after a crash: " + db_->recovery().damage.front();
    if (db_->recovery().torn_tail_cut) ++totals_.torn_tails;
    if (db_->recovery().changes_replayed < history_.size()) ++totals_.checkpoints_used;
    Content found;
    std::string unreadable = read_all(found);
    if (!unreadable.empty()) return unreadable;
    std::string mismatch = match(found);
    if (!mismatch.empty()) return mismatch;
    return verify();
  }

  std::string read_records(Content& found) {
    engine::ScanState scan(db_, db_->moment(), {}, Id{}, ~std::uint64_t{0});
    while (const state::Met* const each = scan.next()) {
      std::string text;
      record::append_json(scan.hold(*each)->view(), text);
      if (!found.emplace(each->entry->id, text).second) return "a scan shows a record twice";
      const auto got = db_->get(each->entry->id);
      if (!got.ok()) return "a scan shows a record that get does not find: " + got.error().text();
    }
    return {};
  }

  std::string read_all(Content& found) {
    std::string unreadable = read_records(found);
    if (!unreadable.empty()) return unreadable;
    const auto stats = db_->stats();
    if (!stats.ok()) return "no stats: " + stats.error().text();
    if (stats->records != found.size()) {
      return "stats say " + std::to_string(stats->records) + " records, a scan shows " +
             std::to_string(found.size());
    }
    return {};
  }

  // The content must be that after some transaction not before the last acknowledged one.
  std::string match(const Content& found) {
    Content content;
    for (std::size_t k = 0; k <= history_.size(); ++k) {
      if (k > 0) take_effect(content, history_[k - 1]);
      if (k < acknowledged_ || content != found) continue;
      totals_.lost_unacknowledged += history_.size() - k;
      history_.resize(k);
      acknowledged_ = k;
      now_ = std::move(content);
      return {};
    }
    return "the content is that of no moment since the last acknowledged transaction (" +
           std::to_string(acknowledged_) + " of " + std::to_string(history_.size()) + "; " +
           std::to_string(found.size()) + " records)";
  }

  std::string verify() {
    if (!random_.chance(200)) return {};
    const auto report = db_->verify({});
    if (!report.ok()) return "cannot verify: " + report.error().text();
    for (const VerifySection& section : report->sections) {
      if (!section.ok) return "verify " + section.name + ": " + section.detail;
    }
    return {};
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
  std::shared_ptr<Database> db_;
  bool broken_ = false;
  std::uint64_t counter_ = 0;
  std::vector<Effects> history_;
  std::size_t acknowledged_ = 0;
  Content now_;
};

}  // namespace

std::string run_schedule(std::uint64_t seed, Totals& totals) {
  return Schedule(seed, totals).run();
}

}  // namespace gs::simulation
