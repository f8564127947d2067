// Recovery: from the newest checkpoint, or from nothing, to the state at the end of the log.
//
// The log checks frames and cuts a torn tail; what came after the checkpoint is replayed. Without a
// usable checkpoint the whole log is replayed; nothing else changes.

#include <algorithm>
#include <map>

#include "gs/engine/database/branch_file.h"
#include "gs/engine/database/open.h"
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
Error Database::recover_from(std::optional<state::Loaded> loaded) {
  auto version = std::make_shared<state::Version>();
  version->tables.push_back(std::make_shared<state::RowTable>());
  heads_.clear();
  frontier_.clear();
  log_heads_.clear();
  chains_.clear();
  known_.reset();
  GS_TRY(branch_, read_branch(*env_.files));
  state_lacks_ = !branch_.is_zero() || notes_first_;  // what comes first is of main
  replay_runs_.reset();
  applier_.start_over();
  applier_.distrust(!at_home_);
  applier_.spill_at(options_.memory_bytes, [this] { return spill_replayed(); });
  change_count_ = 0;
  recovery_ = begin_report(std::move(recovery_));
  checkpoint_ = {};
  loaded_indexes_.clear();
  log::Location from = 0;
  std::uint64_t from_sequence = 0;
  if (loaded) {
    checkpoint_ = std::move(loaded->checkpoint);
    manifest_turn_ = loaded->manifest_turn;
    next_file_ = std::max<std::uint64_t>(next_file_, checkpoint_.next_file);
    from = checkpoint_.log_location;
    from_sequence = checkpoint_.log_sequence;
    frontier_ = {checkpoint_.frontier.begin(), checkpoint_.frontier.end()};
    GS_TRY_OK(use_branches(checkpoint_.branches));
    change_count_ = checkpoint_.log_tree_size;
    applier_.live_records() = checkpoint_.live_records;
    applier_.reset_schema(checkpoint_.schema);
    if (checkpoint_.has_references()) applier_.reset_references(*checkpoint_.references);
    for (const state::WriterHead& head : checkpoint_.heads) {
      if (head.writer >= heads_.size()) heads_.resize(head.writer + std::size_t{1});
      heads_[head.writer] = head;
      last_hlc_ = std::max(last_hlc_, head.hlc);
    }
    for (std::uint32_t i = 0; i < tables_.shape_count(); ++i)
      shape_cache_->add(tables_.shape(i).shape);
    for (const std::uint64_t number : checkpoint_.runs) {
      auto run = state::Run::open(*env_.files, run_file(number), number);
      if (!run.ok()) return drop_state(std::move(run).error());
      version->runs.push_back(std::move(*run));
    }
    load_indexes();
  }
  // Where the cut lies in this log, the walk tells: the base may have been made with another one.
  const bool is_base = base_ != nullptr && checkpoint_.number == base_->number();
  log::Location cut = 0;
  const auto another_log = [] {
    return Error(Code::damaged, "the checkpoint belongs to another state of the log");
  };
  const auto began = [&](const log::Log& log) -> Error {
    if (loaded && !is_base && log.generation_sum() != checkpoint_.log_generation_sum) {
      return another_log();
    }
    version->log = log.view();
    version_ = version;
    index_view_ = std::make_shared<const IndexView>();
    applier_.attach(std::move(version));
    return {};
  };
  // Each change is applied while its bytes, just summed by the log, are in the processor's cache.
  const auto replay = [&](log::Location at, std::uint64_t sequence, Bytes change) -> Error {
    if (is_base && sequence < base_->changes()) return {};
    if (is_base && sequence == base_->changes()) cut = at - log::kFrameBytes;
    ++recovery_.changes_replayed;
    recovery_.bytes_replayed += change.size() + log::kFrameBytes;
    const auto accepted = [&]() -> Error {
      GS_TRY(const graph::ChangeView view, graph::ChangeView::parse(change));
      const bool applies = !state_lacks_ && view.branch() == branch_ && follows_chain(view);
      return accept(view, at, applies ? Effect::applied : Effect::noted);
    };
    touch_ahead();
    return accepted().in(place_text(at));
  };
  std::uint32_t signatures_checked = 0;
  const auto later = [&](std::uint64_t ahead, Bytes change) {
    return is_evidence(ahead, change, signatures_checked);
  };
  log::Recovery recovery;
  GS_TRY(log_, log::Log::open(*env_.files, kLogDirectory, storage_, log_options(setup_, read_only_),
                              from, from_sequence, replay, recovery, began, later));
  if (is_base) {
    checkpoint_.log_location = cut != 0 ? cut : log_->end();
    checkpoint_.log_sequence = base_->changes();
  }
  if (recovery.cut) tell_torn_tail(recovery);
  if (loaded && log_->next_sequence() < checkpoint_.log_sequence) return another_log();
  if (base_ != nullptr && recovery.damage.empty() && log_->next_sequence() < base_->changes()) {
    return Error(Code::damaged,
                 "the log ends before the cut of this shallow storage. Restore a "
                 "backup, or clone another replica");
  }
  // Replay looked records up, and what it did not find it took for new.
  if (version_->is_damaged()) return drop_state(version_->damage());
  if (state_lacks_ && recovery.damage.empty()) GS_TRY_OK(apply_rest());
  log_writing_.start(*log_);
  publish_log_view();
  checkpoint_log_bytes_ = log_->bytes();
  checkpoint_log_bytes_ -= std::min(checkpoint_log_bytes_, recovery_.bytes_replayed);
  written_ = visible_.load();
  durable_ = written_;

  if (recovery.left_out) tell_torn_tail(recovery);
  if (change_count_ == 0 && recovery.damage.empty()) return log_is_lost(*env_.files);
  for (const log::Damage& damage : recovery.damage) {
    recovery_.damage.push_back("segment " + std::to_string(damage.segment) + " offset " +
                               std::to_string(damage.offset) + ": " + damage.what);
  }
  if (!recovery_.damage.empty()) refuse_damage();
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
    GS_TRY(replay_runs_, ReplayRuns::aside(env_, [this] { return next_file_++; }));
  } else if (!replay_runs_) {
    replay_runs_ =
        std::make_unique<ReplayRuns>(*env_.files, [this] { return number_of_new_run(); });
  }
  GS_TRY(auto version, replay_runs_->add(*version_, tables_));
  publish(std::move(version));
  return {};
}

// Until this was done no checkpoint may name what replay made. Background job only.
Error Database::keep_replayed() {
  if (!replay_runs_) return {};
  if (const std::size_t count = replay_runs_->count(); count != 0) {
    GS_TRY(auto run, replay_runs_->keep(*current_version(), tables_));
    const std::lock_guard lock(commit_mutex_);
    auto version = std::make_shared<state::Version>(*version_);
    ReplayRuns::replace_newest(*version, count, std::move(run));
    publish(std::move(version));
  }
  replay_runs_.reset();
  return {};
}

// Before the next open replays as much again. The log goes on where the runs end, so a checkpoint
// that names them comes before any other. Background job only.
Error Database::save_replayed() {
  if (!replay_runs_) return {};
  {
    const std::lock_guard lock(commit_mutex_);
    GS_TRY_OK(writable());
    if (builder_.is_open()) GS_TRY_OK(close_change());
    freeze();
  }
  return write_all_frozen();
}

// New pages cost a system as much time as replay takes to fill them; the executor waits for them.
void Database::touch_ahead() {
  if (env_.background == nullptr) return;
  const std::shared_ptr<state::RowTable>& rows = version_->tables.front();
  const state::RowTable::Ahead ahead = rows->memory_ahead();
  if (ahead.bytes == 0) return;
  env_.background->post([rows, ahead] { state::touch_pages(ahead.memory, ahead.bytes); });
}

// The state is made again from the log. A reader leaves the damaged file where it is, so that
// verification has to tell of it; an owner removes it.
Error Database::drop_state(Error why) {
  if (why.code() == Code::damaged && read_only_) dropped_state_ = why.copy();
  return why;
}

void Database::tell_torn_tail(const log::Recovery& recovery) {
  if (recovery.left_out) {
    const auto owned = env_.files->is_locked(kLockFile);
    if (owned.ok() && owned.value()) return;  // the owner is in the middle of a write
  }
  recovery_.torn_tail_cut = recovery.cut;
  recovery_.torn_tail_left_out = recovery.left_out;
  recovery_.torn_tail_judged = recovery.marked;
  recovery_.cut_segment = log::segment_of(recovery.cut_at);
  recovery_.cut_offset = log::offset_of(recovery.cut_at);
  recovery_.cut_bytes = recovery.cut_bytes;
  report(Event::Level::warning, recovery.cut ? "torn_tail_cut" : "torn_tail_left_out",
         "segment=" + std::to_string(recovery_.cut_segment) +
             " offset=" + std::to_string(recovery_.cut_offset) +
             " bytes=" + std::to_string(recovery_.cut_bytes));
}

void Database::refuse_damage() {
  read_only_ = true;
  read_only_reason_ =
      Error(Code::damaged,
            "the log is damaged (" + recovery_.damage.front() + "), so " + env_.files->display("") +
                " takes no writes. Run `gstore verify` to see the extent, then restore "
                "from a backup, or fetch the damaged part from a replica");
  report(Event::Level::error, "log_damaged", recovery_.damage.front());
}

// What recovery trusts because a checkpoint stands behind it. Stops at the first damage; verify()
// finds all of it.
void Database::verify_chain() {
  std::map<graph::Writer, Digest> heads;
  log::Location place = 0;
  const auto check = [&](log::Location at, Bytes bytes, bool&) -> Error {
    place = at;
    GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(bytes));
    Digest& head = heads[change.chain()];
    const bool is_behind_twin = known_ && known_->twins().any() && known_->find(change.digest());
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
  whole.log = log_->snapshot();
  if (const Error error = each_change(whole, check, 0, log::Log::Compare::heads))
    note_damage(place, error);
}

void Database::note_damage(log::Location at, const Error& error) {
  recovery_.damage.push_back(place_text(at) + ": " + std::string(error.message()));
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
