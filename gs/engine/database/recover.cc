// Recovery: from the newest checkpoint, or from nothing, to the state at the end of the log.
//
// The log checks frames and cuts a torn tail; what came after the checkpoint is replayed. Without a
// usable checkpoint the whole log is replayed; nothing else changes.

#include <algorithm>
#include <map>

#include "gs/engine/database/branch_file.h"
#include "gs/engine/database/checkpointing.h"
#include "gs/engine/database/open.h"
#include "gs/engine/database/opening.h"
#include "gs/storage/state/large_memory.h"

namespace gs::engine {

namespace {

// What replay may have in memory when it cannot write runs, in tables of memory_bytes: more than
// the process had that wrote the log, and waited for runs.
constexpr std::size_t kReplayTables = 8;

std::string place_text(log::Location at) {
  return "segment " + std::to_string(log::segment_of(at)) + " offset " +
         std::to_string(log::offset_of(at));
}

// A cut stays done when another attempt begins, which does not find the torn tail again.
RecoveryReport begin_report(RecoveryReport before) {
  if (!before.torn_tail_cut) return {};
  before.changes_replayed = 0;
  before.bytes_replayed = 0;
  return before;
}

}  // namespace

// Everything that open() derives starts empty, so that it can be done again without a checkpoint.
Error Database::Opening::recover_from(std::optional<state::Loaded> loaded) {
  auto version = std::make_shared<state::Version>();
  version->tables.push_back(std::make_shared<state::RowTable>());
  db_.heads_.clear();
  db_.frontier_.clear();
  db_.log_heads_.clear();
  db_.chains_.clear();
  db_.known_.reset();
  GS_TRY(db_.branch_, read_branch(*db_.env_.files));
  db_.state_lacks_ = !db_.branch_.is_zero() || db_.notes_first_;  // what comes first is of main
  db_.replay_runs_.reset();
  db_.applier_.start_over();
  db_.applier_.distrust(!db_.at_home_);
  db_.applier_.spill_at(db_.options_.memory_bytes, [&db = db_] { return db.spill_replayed(); });
  db_.change_count_ = 0;
  db_.recovery_ = begin_report(std::move(db_.recovery_));
  db_.saved_.checkpoint = {};
  db_.loaded_indexes_.clear();
  log::Location from = 0;
  std::uint64_t from_sequence = 0;
  if (loaded) {
    db_.saved_.checkpoint = std::move(loaded->checkpoint);
    db_.saved_.manifest_turn = loaded->manifest_turn;
    db_.saved_.next_file =
        std::max<std::uint64_t>(db_.saved_.next_file, db_.saved_.checkpoint.next_file);
    from = db_.saved_.checkpoint.log_location;
    from_sequence = db_.saved_.checkpoint.log_sequence;
    db_.frontier_ = {db_.saved_.checkpoint.frontier.begin(), db_.saved_.checkpoint.frontier.end()};
    GS_TRY_OK(use_branches(db_.saved_.checkpoint.branches));
    db_.change_count_ = db_.saved_.checkpoint.log_tree_size;
    db_.applier_.live_records() = db_.saved_.checkpoint.live_records;
    db_.applier_.reset_schema(db_.saved_.checkpoint.schema);
    if (db_.saved_.checkpoint.has_references())
      db_.applier_.reset_references(*db_.saved_.checkpoint.references);
    for (const state::WriterHead& head : db_.saved_.checkpoint.heads) {
      if (head.writer >= db_.heads_.size()) db_.heads_.resize(head.writer + std::size_t{1});
      db_.heads_[head.writer] = head;
      db_.last_hlc_ = std::max(db_.last_hlc_, head.hlc);
    }
    for (std::uint32_t i = 0; i < db_.tables_.shape_count(); ++i)
      db_.shape_cache_->add(db_.tables_.shape(i).shape);
    for (const std::uint64_t number : db_.saved_.checkpoint.runs) {
      auto run = state::Run::open(*db_.env_.files, run_file(number), number);
      if (!run.ok()) return drop_state(std::move(run).error());
      version->runs.push_back(std::move(*run));
    }
    load_indexes();
  }
  // Where the cut lies in this log, the walk tells: the base may have been made with another one.
  const bool is_base = db_.base_ != nullptr && db_.saved_.checkpoint.number == db_.base_->number();
  log::Location cut = 0;
  const auto another_log = [] {
    return Error(Code::damaged, "the checkpoint belongs to another state of the log");
  };
  const auto began = [&](const log::Log& log) -> Error {
    if (loaded && !is_base && log.generation_sum() != db_.saved_.checkpoint.log_generation_sum) {
      return another_log();
    }
    version->log = log.view();
    db_.version_ = version;
    db_.index_view_ = std::make_shared<const IndexView>();
    db_.applier_.attach(std::move(version));
    return {};
  };
  // Each change is applied while its bytes, just summed by the log, are in the processor's cache.
  const auto replay = [&](log::Location at, std::uint64_t sequence, Bytes change) -> Error {
    if (is_base && sequence < db_.base_->changes()) return {};
    if (is_base && sequence == db_.base_->changes()) cut = at - log::kFrameBytes;
    ++db_.recovery_.changes_replayed;
    db_.recovery_.bytes_replayed += change.size() + log::kFrameBytes;
    const auto accepted = [&]() -> Error {
      GS_TRY(const graph::ChangeView view, graph::ChangeView::parse(change));
      const bool applies =
          !db_.state_lacks_ && view.branch() == db_.branch_ && db_.follows_chain(view);
      return db_.accept(view, at, applies ? Effect::applied : Effect::noted);
    };
    touch_ahead();
    return accepted().in(place_text(at));
  };
  std::uint32_t signatures_checked = 0;
  const auto later = [&](std::uint64_t ahead, Bytes change) {
    return is_evidence(ahead, change, signatures_checked);
  };
  log::Recovery recovery;
  GS_TRY(db_.log_, log::Log::open(*db_.env_.files, kLogDirectory, db_.storage_,
                                  log_options(db_.setup_, db_.read_only_), from, from_sequence,
                                  replay, recovery, began, later));
  if (is_base) {
    db_.saved_.checkpoint.log_location = cut != 0 ? cut : db_.log_->end();
    db_.saved_.checkpoint.log_sequence = db_.base_->changes();
  }
  if (recovery.cut) tell_torn_tail(recovery);
  if (loaded && db_.log_->next_sequence() < db_.saved_.checkpoint.log_sequence)
    return another_log();
  if (db_.base_ != nullptr && recovery.damage.empty() &&
      db_.log_->next_sequence() < db_.base_->changes()) {
    return Error(Code::damaged,
                 "the log ends before the cut of this shallow storage. Restore a "
                 "backup, or clone another replica");
  }
  // Replay looked records up, and what it did not find it took for new.
  if (db_.version_->is_damaged()) return drop_state(db_.version_->damage());
  if (db_.state_lacks_ && recovery.damage.empty()) GS_TRY_OK(apply_rest());
  db_.log_writing_.start(*db_.log_);
  db_.publish_log_view();
  db_.checkpoint_log_bytes_ = db_.log_->bytes();
  db_.checkpoint_log_bytes_ -= std::min(db_.checkpoint_log_bytes_, db_.recovery_.bytes_replayed);
  db_.written_ = db_.visible_.load();
  db_.group_.durable = db_.written_;

  if (recovery.left_out) tell_torn_tail(recovery);
  if (db_.change_count_ == 0 && recovery.damage.empty()) return log_is_lost(*db_.env_.files);
  for (const log::Damage& damage : recovery.damage) {
    db_.recovery_.damage.push_back("segment " + std::to_string(damage.segment) + " offset " +
                                   std::to_string(damage.offset) + ": " + damage.what);
  }
  if (!db_.recovery_.damage.empty()) refuse_damage();
  return {};
}

// The table of replayed rows is full. Where runs cannot be written, as on a full disk, memory has
// to do, which one process of before had enough of as well.
Error Database::spill_replayed() {
  const std::uint64_t memory_bytes = kReplayTables * options_.memory_bytes;
  const Error error = spill();
  if (error.ok() || version_->tables.front()->memory_bytes() >= memory_bytes) return error.copy();
  if (error.code() != Code::no_space && error.code() != Code::io) return error.copy();
  report(Event::Level::warning, "replay_in_memory", error.text());
  applier_.spill_at(memory_bytes, [this] { return spill_replayed(); });
  return {};
}

Error Database::spill() {
  if (!replay_runs_ && options_.read_only) {
    GS_TRY(replay_runs_, ReplayRuns::aside(env_, [this] { return saved_.next_file++; }));
  } else if (!replay_runs_) {
    replay_runs_ = std::make_unique<ReplayRuns>(
        *env_.files, [this] { return Checkpointing(*this).number_of_new_run(); });
  }
  GS_TRY(auto version, replay_runs_->add(*version_, tables_));
  publish(std::move(version));
  return {};
}

// Until this was done no checkpoint may name what replay made. Background job only.
Error Database::Checkpointing::keep_replayed() {
  if (!db_.replay_runs_) return {};
  if (const std::size_t count = db_.replay_runs_->count(); count != 0) {
    GS_TRY(auto run, db_.replay_runs_->keep(*db_.current_version(), db_.tables_));
    const std::lock_guard lock(db_.commit_mutex_);
    auto version = std::make_shared<state::Version>(*db_.version_);
    ReplayRuns::replace_newest(*version, count, std::move(run));
    db_.publish(std::move(version));
  }
  db_.replay_runs_.reset();
  return {};
}

// Before the next open replays as much again. The log goes on where the runs end, so a checkpoint
// that names them comes before any other. Background job only.
Error Database::Checkpointing::save_replayed() {
  if (!db_.replay_runs_) return {};
  {
    const std::lock_guard lock(db_.commit_mutex_);
    GS_TRY_OK(db_.writable());
    if (db_.builder_.is_open()) GS_TRY_OK(db_.close_change());
    db_.freeze();
  }
  return write_all_frozen();
}

// New pages cost a system as much time as replay takes to fill them; the executor waits for them.
void Database::Opening::touch_ahead() {
  if (db_.env_.background == nullptr) return;
  const std::shared_ptr<state::RowTable>& rows = db_.version_->tables.front();
  const state::RowTable::Ahead ahead = rows->memory_ahead();
  if (ahead.bytes == 0) return;
  db_.env_.background->post([rows, ahead] { state::touch_pages(ahead.memory, ahead.bytes); });
}

// The state is made again from the log. A reader leaves the damaged file where it is, so that
// verification has to tell of it; an owner removes it.
Error Database::Opening::drop_state(Error why) {
  if (why.code() == Code::damaged && db_.read_only_) db_.dropped_state_ = why.copy();
  return why;
}

void Database::Opening::tell_torn_tail(const log::Recovery& recovery) {
  if (recovery.left_out) {
    const auto owned = db_.env_.files->is_locked(kLockFile);
    if (owned.ok() && owned.value()) return;  // the owner is in the middle of a write
  }
  db_.recovery_.torn_tail_cut = recovery.cut;
  db_.recovery_.torn_tail_left_out = recovery.left_out;
  db_.recovery_.torn_tail_judged = recovery.marked;
  db_.recovery_.cut_segment = log::segment_of(recovery.cut_at);
  db_.recovery_.cut_offset = log::offset_of(recovery.cut_at);
  db_.recovery_.cut_bytes = recovery.cut_bytes;
  db_.report(Event::Level::warning, recovery.cut ? "torn_tail_cut" : "torn_tail_left_out",
             "segment=" + std::to_string(db_.recovery_.cut_segment) +
                 " offset=" + std::to_string(db_.recovery_.cut_offset) +
                 " bytes=" + std::to_string(db_.recovery_.cut_bytes));
}

void Database::Opening::refuse_damage() {
  db_.read_only_ = true;
  db_.read_only_reason_ = Error(
      Code::damaged, "the log is damaged (" + db_.recovery_.damage.front() + "), so " +
                         db_.env_.files->display("") +
                         " takes no writes. Run `gstore verify` to see the extent, then restore "
                         "from a backup, or fetch the damaged part from a replica");
  db_.report(Event::Level::error, "log_damaged", db_.recovery_.damage.front());
}

// What recovery trusts because a checkpoint stands behind it. Stops at the first damage; verify()
// finds all of it.
void Database::Opening::verify_chain() {
  std::map<graph::Writer, Digest> heads;
  log::Location place = 0;
  const auto check = [&](log::Location at, Bytes bytes, bool&) -> Error {
    place = at;
    GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(bytes));
    Digest& head = heads[change.chain()];
    const bool is_behind_twin =
        db_.known_ && db_.known_->twins().any() && db_.known_->find(change.digest());
    if (change.prev() != head && !is_behind_twin) {  // else its place is known to be right
      return Error(Code::broken_chain, "change " + change.digest().text() +
                                           " does not follow its writer's previous change");
    }
    head = change.digest();
    GS_TRY_OK(change.verify_signature());
    GS_TRY_OK(change.verify_commitments());
    place = at + bytes.size();  // where the next frame begins, should it be none
    return {};
  };
  Settled whole;
  whole.log = db_.log_->snapshot();
  if (const Error error = db_.each_change(whole, check, 0, log::Log::Compare::heads))
    note_damage(place, error);
}

void Database::Opening::note_damage(log::Location at, const Error& error) {
  db_.recovery_.damage.push_back(place_text(at) + ": " + std::string(error.message()));
  refuse_damage();
}

// Else it is a twin, or of a chain behind one; whether it is that, the whole graph tells.
bool Database::follows_chain(const graph::ChangeView& change) const {
  const std::uint32_t writer = tables_.find_writer(change.chain());
  const bool is_first = writer >= heads_.size() || heads_[writer].change.is_zero();
  if (is_first) return change.sequence() == 0 && change.prev().is_zero();
  const state::WriterHead& head = heads_[writer];
  return change.sequence() == head.sequence + 1 && change.prev() == head.change;
}

Error Database::accept(const graph::ChangeView& change, log::Location at, Effect effect) {
  const bool genesis = change.storage().is_zero();
  if (genesis ? change.digest() != storage_ : change.storage() != storage_) {
    return Error(Code::broken_chain,
                 "change " + change.digest().text() + " belongs to another storage");
  }
  const std::uint32_t writer = tables_.add_writer(change.chain());
  if (writer == state::kUnknown) return tables_.full("writers");
  if (writer >= heads_.size()) heads_.resize(writer + std::size_t{1});
  state::WriterHead& head = heads_[writer];
  const bool follows = follows_chain(change);
  if (!at_home_) GS_TRY_OK(validate(change));
  applier_.reset_mint({head.mint_next, head.mint_last});
  Sequence sequence = visible_.load(std::memory_order_relaxed);
  if (effect == Effect::applied) {
    GS_TRY_OK(applier_.replay(change, at, sequence));
  } else {
    GS_TRY_OK(applier_.note(change, at, sequence));
    state_lacks_ = true;
  }
  visible_.store(sequence, std::memory_order_release);
  if (follows) {
    head.writer = writer;
    head.sequence = change.sequence();
    head.hlc = applier_.last_hlc();
    head.change = change.digest();
  }
  head.mint_next = applier_.mint().next;
  head.mint_last = applier_.mint().last;
  last_hlc_ = std::max(last_hlc_, applier_.last_hlc());
  ++change_count_;
  if (!change.branch().is_zero()) {
    chains_.emplace(change.chain(), state::Branches::Chain{change.writer(), change.branch()});
  }
  const auto put_on_top = [&](std::set<Digest>& heads) {
    for (std::uint32_t i = 0; i < change.parent_count(); ++i) heads.erase(change.parent(i));
    heads.insert(change.digest());
  };
  put_on_top(log_heads_);
  if (effect == Effect::applied) put_on_top(frontier_);
  return {};
}

// All that replay and readers rely on. This engine did it for its own changes before it wrote them,
// and a checksum says that these are the same bytes.
Error Database::validate(const graph::ChangeView& change) const {
  const auto shape_of = [this](const Digest& digest) -> const record::Shape* {
    const std::uint32_t number = tables_.find_shape(digest);
    return number == state::kUnknown ? nullptr : tables_.shape(number).shape.get();
  };
  Error error = graph::validate_change(change, shape_of);
  if (!error || error.code() == Code::newer_format) return error;
  return Error(Code::broken_chain, std::string(error.message()));
}

}  // namespace gs::engine
