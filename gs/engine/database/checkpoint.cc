// State behind the log: freezes the row table, writes it as a run, merges runs, saves checkpoints.
//
// One background job at a time does all of it, oldest table first, so that a checkpoint never names
// a run that is not complete. Losing any of these files loses nothing: open() replays the log.

#include <algorithm>
#include <numeric>

#include "gs/engine/database/checkpointing.h"
#include "gs/engine/database/commit_scratch.h"
#include "gs/engine/database/job.h"
#include "gs/engine/database/open.h"
#include "gs/engine/database/unlogged_rows.h"

namespace gs::engine {

using state::Checkpoint;

namespace {

// Larger runs are left to the size-tiered merges: for them a quiet moment would write more than it
// saves.
constexpr std::uint64_t kQuietMergeBytesMax = std::uint64_t{256} << 20;
// Of the log that triggers a checkpoint, what does when the storage is closed.
constexpr std::uint64_t kEndShare = 16;

}  // namespace

std::shared_ptr<const state::Version> Database::current_version() const {
  std::lock_guard lock(version_mutex_);
  return version_;
}

void Database::publish(std::shared_ptr<const state::Version> version, const NewIndexRuns& runs,
                       const UnloggedIndexes& unlogged) {
  applier_.attach(version);
  auto view = followed(index_view_, *version, runs, unlogged);
  std::lock_guard lock(version_mutex_);  // what is not needed any more goes after it
  index_view_.swap(view);
  version_.swap(version);
  published_.fetch_add(1, std::memory_order_release);
}

void Database::publish_log_view() {
  auto view = log_->view();
  if (view == version_->log) return;
  auto version = std::make_shared<state::Version>(*version_);
  version->log = std::move(view);
  publish(std::move(version));
}

bool Database::wants_checkpoint() const {
  if (log_->bytes() < checkpoint_log_bytes_) return false;
  const state::RowTable& rows = *version_->tables.front();
  if (rows.row_count() == 0) return false;
  return log_->bytes() - checkpoint_log_bytes_ >= options_.checkpoint_log_bytes ||
         memory_of_rows() >= options_.memory_bytes;
}

// Less is replayed sooner than it is written.
bool Database::Checkpointing::wants_checkpoint_at_end() {
  std::lock_guard lock(db_.commit_mutex_);
  return db_.log_->bytes() >= db_.checkpoint_log_bytes_ &&
         db_.log_->bytes() - db_.checkpoint_log_bytes_ >=
             db_.options_.checkpoint_log_bytes / kEndShare &&
         db_.version_->tables.front()->row_count() != 0;
}

void Database::freeze() {
  Checkpoint checkpoint;
  checkpoint.log_location = log_->end();
  checkpoint.log_sequence = log_->next_sequence();
  checkpoint.log_tree_size = change_count_;
  checkpoint.shape_count = static_cast<std::uint32_t>(tables_.shape_count());
  checkpoint.writer_count = static_cast<std::uint32_t>(tables_.writer_count());
  checkpoint.collection_count = static_cast<std::uint32_t>(tables_.collection_count());
  checkpoint.frontier = frontier();
  checkpoint.live_records = applier_.live_records();
  checkpoint.schema = applier_.schema();
  checkpoint.references = applier_.fixed_references();
  checkpoint.branches = branches_to_keep();
  {
    std::lock_guard lock(mint_mutex_);
    if (minter_) {
      heads_[writer_number_].mint_next = minter_->next();
      heads_[writer_number_].mint_last = minter_->last();
    }
  }
  for (const state::WriterHead& head : heads_) {
    if (!head.change.is_zero()) checkpoint.heads.push_back(head);
  }
  checkpoint_log_bytes_ = log_->bytes();

  auto version = std::make_shared<state::Version>(*version_);
  auto table = version->tables.front();
  version->tables.insert(version->tables.begin(), table->successor());
  version->log = log_->view();
  publish(std::move(version));
  {
    std::lock_guard lock(background_.mutex);
    background_.frozen.push_back({std::move(table), std::move(checkpoint)});
  }
}

// Not under the commit lock: an executor may run the job at once, on this thread.
void Database::start_background() {
  {
    std::lock_guard lock(background_.mutex);
    if (background_.is_running || background_.is_stopping || env_.background == nullptr) return;
    if (background_.frozen.empty() && !is_stuck() && !unlogged_.wasteful) return;
    background_.is_running = true;
  }
  // close() waits until no job runs, so the pointer stays good as long as the job does.
  env_.background->post([this] { background(); });
}

// Then close() gives the directory back as soon as no job runs.
bool Database::is_stopping() const {
  std::lock_guard lock(background_.mutex);
  return background_.is_stopping;
}

void Database::background() {
  Error error;
  bool was_stuck = false;
  if (unlogged_.wasteful) error = UnloggedRows(*this).renew_unlogged();
  while (!error) {
    {
      std::lock_guard lock(background_.mutex);
      was_stuck = is_stuck();
      if (background_.frozen.empty() || background_.is_stopping) break;
    }
    error = Checkpointing(*this).write_frozen();
    if (!error) error = Checkpointing(*this).merge_if_needed();
  }
  if (!error && saved_.is_unsaved && !is_stopping()) error = Checkpointing(*this).save_checkpoint();
  if (!error && was_stuck && !is_stopping()) error = Checkpointing(*this).merge_if_needed();
  end_background(std::move(error));
}

void Database::end_background(Error error) {
  if (error) {
    // Data is safe in the log; the next checkpoint tries again.
    report(Event::Level::warning, "checkpoint_failed", error.text());
  }
  std::lock_guard lock(background_.mutex);
  background_.error = std::move(error);
  background_.is_running = false;
  background_.done.notify_all();
}

// One run is read faster than several, and a quiet moment is the time to make it.
void Database::merge_when_idle() {
  {
    std::lock_guard lock(background_.mutex);
    if (background_.is_running || background_.is_stopping) return;
    background_.is_running = true;
  }
  const auto job = [this] {
    if (Error error = Checkpointing(*this).merge_all_small()) {
      report(Event::Level::warning, "merge_failed", error.text());
    }
    background();  // what was frozen meanwhile; ends the job
  };
  if (env_.background == nullptr) return job();
  env_.background->post(job);
}

Error Database::Checkpointing::merge_all_small() {
  const std::vector<std::uint64_t> sizes = run_sizes();
  const std::uint64_t bytes = std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0});
  if (sizes.size() < 2 || bytes > kQuietMergeBytesMax) return {};
  return merge_runs(sizes.size(), {.images = outgrown()});
}

std::vector<std::uint64_t> Database::Checkpointing::run_sizes() const {
  std::vector<std::uint64_t> sizes;
  const auto version = db_.current_version();  // held while its runs are looked at
  sizes.reserve(version->runs.size());
  for (const auto& run : version->runs) sizes.push_back(run->file_bytes());
  return sizes;
}

// Whether records are better read from runs than through pointers into the log.
bool Database::Checkpointing::outgrown() const {
  return db_.options_.cache_bytes != 0 && db_.log_->bytes() > db_.options_.cache_bytes;
}

std::string state_path(std::uint64_t number, const char* suffix) {
  char name[40];
  std::snprintf(name, sizeof name, "%s/%08llu%s", kStateDirectory,
                static_cast<unsigned long long>(number), suffix);
  return name;
}

// A number may have been that of a run which somebody removed, as is allowed, with its checkpoint
// and the manifest. Their names can come back after a power cut; then that checkpoint would be
// believed and name the new run. So they are gone for certain before this process makes its first.
Result<std::uint64_t> Database::Checkpointing::number_of_new_run() {
  if (!db_.saved_.old_names_gone) GS_TRY_OK(db_.env_.files->sync_directory(kStateDirectory));
  db_.saved_.old_names_gone = true;
  return db_.saved_.next_file++;
}

Error Database::Checkpointing::write_frozen() {
  GS_TRY_OK(keep_replayed());
  Background::Frozen frozen;
  {
    std::lock_guard lock(db_.background_.mutex);
    frozen = db_.background_.frozen.front();
  }
  GS_TRY(const std::uint64_t number, number_of_new_run());
  const std::string path = state_path(number, ".gsr");
  GS_TRY_OK(state::write_run(*db_.env_.files, path, number, *frozen.table));
  GS_TRY(std::shared_ptr<const state::Run> run, state::Run::open(*db_.env_.files, path, number));
  // The run points into the log: what it points to must not be lost when the run is not.
  GS_TRY_OK(db_.log_->sync());
  const NewIndexRuns index_runs = write_frozen_indexes();

  std::vector<std::uint64_t> runs;
  {
    std::lock_guard commit_lock(db_.commit_mutex_);
    auto version = std::make_shared<state::Version>(*db_.version_);
    version->runs.insert(version->runs.begin(), run);
    version->tables.pop_back();  // the oldest frozen table is the last
    for (const auto& each : version->runs) runs.push_back(each->number());
    db_.publish(std::move(version), index_runs);
  }
  {
    std::lock_guard lock(db_.background_.mutex);
    db_.background_.frozen.erase(db_.background_.frozen.begin());
    frozen.checkpoint.runs = std::move(runs);
    frozen.checkpoint.number =
        db_.saved_.checkpoint.number;  // whose file goes when the next but one is there
    db_.saved_.checkpoint = std::move(frozen.checkpoint);
    db_.background_.done.notify_all();  // commits may wait for it
  }
  return save_checkpoint();
}

// Every table that is frozen now.
Error Database::Checkpointing::write_all_frozen() {
  std::size_t count = 0;
  {
    std::lock_guard lock(db_.background_.mutex);
    count = db_.background_.frozen.size();
  }
  for (std::size_t i = 0; i < count; ++i) GS_TRY_OK(write_frozen());
  return {};
}

// What is frozen while a job has other work, so that commits do not wait for it. No more than
// `runs_max` runs: merging them takes longer, and finding a record in them.
Error Database::Checkpointing::write_waiting(std::size_t runs_max) {
  while (db_.current_version()->runs.size() < runs_max) {
    {
      std::lock_guard lock(db_.background_.mutex);
      if (db_.background_.frozen.empty()) return {};
    }
    GS_TRY_OK(write_frozen());
  }
  return {};
}

// Called by the background job only. It is what rewrites segments as well, after it has led every
// run and row away from them: so what it saves holds for the log as it is at this moment.
Error Database::Checkpointing::save_checkpoint() {
  db_.saved_.is_unsaved = true;
  if (db_.saved_.lags) return {};
  const std::uint64_t old = db_.saved_.checkpoint.number;
  db_.saved_.checkpoint.log_generation_sum = db_.log_->generation_sum();
  db_.saved_.checkpoint.number = db_.saved_.next_file++;
  db_.saved_.checkpoint.next_file = db_.saved_.next_file;
  note_indexes();
  // After a failure the other slot holds the last good one, and must not be written to.
  if (Error error = state::write_checkpoint(*db_.env_.files, db_.saved_.checkpoint, db_.tables_,
                                            db_.saved_.manifest_turn + 1)) {
    db_.saved_.checkpoint.number = old;
    return error;
  }
  ++db_.saved_.manifest_turn;
  db_.saved_.is_unsaved = false;
  // The slot before this one still names `saved_.previous`; older files are of no use.
  const std::uint64_t useless = db_.saved_.previous;
  db_.saved_.previous = old;
  if (useless != 0)
    db_.env_.files->remove(state_path(useless, ".gsp")).ignore();  // gone or gone later
  return {};
}

Error Database::Checkpointing::merge_if_needed() {
  for (;;) {
    const std::size_t count = state::runs_to_merge(run_sizes());
    if (count == 0) return merge_indexes_if_needed();
    GS_TRY_OK(merge_runs(count, {.images = outgrown()}));
  }
}

// Merges the newest `count` runs. What commits freeze meanwhile is written in between, so that they
// never wait for a merge; those runs are newer and stay in front.
Error Database::Checkpointing::merge_runs(std::size_t count, state::MergeOptions options) {
  if (db_.replay_runs_) {
    GS_TRY_OK(save_replayed());
    count = db_.current_version()->runs.size();  // they are others now
  }
  // Not the version: its tables would stay in memory for as long as the merge takes.
  std::vector<std::shared_ptr<const state::Run>> inputs = db_.current_version()->runs;
  const std::shared_ptr<const log::View> log = db_.log_->view();
  const std::size_t runs_max = inputs.size() + kRunsBesideMax;
  inputs.resize(count);
  options.between = [this, runs_max] { return write_waiting(runs_max); };
  GS_TRY(const std::uint64_t number, number_of_new_run());
  const std::string path = state_path(number, ".gsr");
  if (Error error =
          state::merge_runs(*db_.env_.files, path, number, inputs, *log, db_.tables_, options)) {
    const auto version = db_.current_version();
    return version->is_damaged() ? db_.state_damage(*version) : std::move(error);
  }
  GS_TRY(std::shared_ptr<const state::Run> run, state::Run::open(*db_.env_.files, path, number));
  std::vector<std::uint64_t> runs;
  {
    std::lock_guard commit_lock(db_.commit_mutex_);
    auto version = std::make_shared<state::Version>(*db_.version_);
    const auto at = std::find(version->runs.begin(), version->runs.end(), inputs.front());
    *at = std::move(run);
    version->runs.erase(at + 1, at + static_cast<std::ptrdiff_t>(count));
    for (const auto& each : version->runs) runs.push_back(each->number());
    db_.publish(std::move(version));
  }
  db_.saved_.checkpoint.runs = std::move(runs);
  GS_TRY_OK(save_checkpoint());
  // The older manifest slot may still name these runs; then open() falls back to replay, so their
  // loss loses nothing. Mappings of readers stay valid.
  for (const auto& input : inputs)
    db_.env_.files->remove(state_path(input->number(), ".gsr")).ignore();
  return {};
}

Error Database::checkpoint() {
  GS_TRY_OK(sync());
  {
    std::lock_guard lock(commit_mutex_);
    GS_TRY_OK(writable());
    if (builder_.is_open()) GS_TRY_OK(close_change());
    if (version_->tables.front()->row_count() != 0) freeze();
  }
  start_background();
  platform::UniqueLock lock(background_.mutex);
  background_.done.wait(lock, [this] { return !background_.is_running; });
  // What nobody else does: all of it without an executor, and what a job could not save before.
  const bool is_left =
      env_.background == nullptr || (background_.frozen.empty() && saved_.is_unsaved);
  if (is_left && !background_.is_stopping) {
    background_.is_running = true;
    lock.unlock();
    background();
    lock.lock();
    background_.done.wait(lock, [this] { return !background_.is_running; });
  }
  if (background_.frozen.empty() && !saved_.is_unsaved) return {};
  if (background_.is_stopping) return Error(Code::closed, "the storage is closed. Open it again");
  return background_.error.copy();
}

// The last job, on the thread that closes; without a merge of runs, which may take long. What fails
// is reported: the log has it all.
void Database::Checkpointing::checkpoint_at_end() {
  {
    platform::UniqueLock lock(db_.background_.mutex);
    db_.background_.done.wait(lock, [this] { return !db_.background_.is_running; });
    if (db_.background_.is_stopping) return;
    db_.background_.is_running = true;
  }
  {
    std::lock_guard lock(db_.commit_mutex_);
    const Error error = db_.builder_.is_open() ? db_.close_change() : Error();
    if (!error && db_.version_->tables.front()->row_count() != 0) db_.freeze();
  }
  Error error = write_all_frozen();
  if (!error && db_.saved_.is_unsaved) error = save_checkpoint();
  db_.end_background(std::move(error));
}

// Takes the place of the background job: as long as it lives no other one runs.
Database::Job::Job(Database& db, Waiting waiting) : db_(db) {
  platform::UniqueLock lock(db_.background_.mutex);
  if (waiting == Waiting::no && db_.background_.is_running) return;
  db_.background_.done.wait(lock, [this] { return !db_.background_.is_running; });
  running_ = !db_.background_.is_stopping;
  if (running_) db_.background_.is_running = true;
}

Database::Job::~Job() {
  if (!running_) return;
  {
    std::lock_guard lock(db_.background_.mutex);
    db_.background_.is_running = false;
    db_.background_.done.notify_all();
  }
  db_.start_background();
}

Error Database::compact(const Progress& progress) {
  GS_TRY_OK(checkpoint());
  const Job job(*this);
  if (!job.running()) return Error(Code::closed, "the storage is closed. Open it again");
  GS_TRY_OK(Checkpointing(*this).compact_indexes({}));
  const std::vector<std::shared_ptr<const state::Run>> runs = current_version()->runs;
  // Merging a run of full records alone would write the same bytes once more.
  if (runs.empty()) return {};
  if (runs.size() == 1 && state::holds_records_only(*runs.front())) {
    Error error = runs.front()->check_sums();
    return error ? state_damage(*current_version()) : std::move(error);
  }
  return Checkpointing(*this).merge_runs(runs.size(), {.images = true, .progress = progress});
}

}  // namespace gs::engine
