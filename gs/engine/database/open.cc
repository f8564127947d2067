// Opening and closing a storage: lock, state and log, and the writer with which this directory goes
// on.

#include "gs/engine/database/open.h"

#include <algorithm>
#include <set>

#include "gs/engine/database/checkpointing.h"
#include "gs/engine/database/commit_scratch.h"
#include "gs/engine/database/keys.h"
#include "gs/engine/database/opening.h"
#include "gs/engine/database/standing.h"
#include "gs/engine/database/verify_memory.h"

namespace gs::engine {

namespace {

constexpr const char* kBlobDirectory = "blobs";

// Tail buffers hold some changes each; more of them than this would only take memory.
constexpr std::size_t kChangesInABuffer = 5;

// A creation that could not remove its mark made a whole storage all the same. Should storage.json
// be lost later, the mark must not say that the log is nobody's. It stays until that file is
// certain to stay.
Error forget_creation(platform::FileSystem& files) {
  GS_TRY(const bool is_there, files.exists(kCreatingFile));
  if (!is_there) return {};
  GS_TRY_OK(files.sync_directory(""));
  GS_TRY_OK(files.remove(kCreatingFile));
  return files.sync_directory("");
}

}  // namespace

log::Options log_options(const DatabaseSetup& setup, bool read_only) {
  const Options& options = setup.options;
  log::Options log;
  log.tail_bytes = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(log.tail_bytes, kChangesInABuffer * setup.change_bytes));
  log.segment_bytes = options.segment_bytes;
  log.allocate_bytes_max = std::min(log.allocate_bytes_max, options.segment_bytes);
  log.allocate_bytes_first = std::min(log.allocate_bytes_first, log.allocate_bytes_max);
  log.read_only = read_only;
  return log;
}

Error check_options(const Options& options) {
  const auto outside = [](std::uint64_t value, std::uint64_t low, std::uint64_t high) {
    return value < low || value > high;
  };
  constexpr std::uint64_t kDayMs = 86'400'000;
  constexpr std::uint64_t kKiB = 1 << 10;
  constexpr std::uint64_t kGiB = 1 << 30;
  if (outside(options.memory_bytes, 4 * kKiB, kGiB)) {
    return Error(Code::invalid, "memory_bytes must be 4 KiB to 1 GiB");
  }
  if (outside(options.memory_store_bytes, kKiB * kKiB, 2 * kGiB)) {
    return Error(Code::invalid, "memory_store_bytes must be 1 MiB to 2 GiB");
  }
  if (outside(options.checkpoint_log_bytes, 4 * kKiB, 4 * kGiB)) {
    return Error(Code::invalid, "checkpoint_log_bytes must be 4 KiB to 4 GiB");
  }
  if (options.threads > kThreadsMax) {
    return Error(Code::invalid, "threads must be 0 to " + std::to_string(kThreadsMax));
  }
  if (options.lock_wait_ms > kDayMs)
    return Error(Code::invalid, "lock_wait_ms must be 0 to 86400000");
  if (outside(options.segment_bytes, 8 * kKiB, kGiB)) {
    return Error(Code::invalid, "segment_bytes must be 8 KiB to 1 GiB");
  }
  return {};
}

Error log_is_lost(platform::FileSystem& files) {
  return Error(Code::damaged, files.display("") + " has a storage.json, but its log is missing (" +
                                  kLogDirectory + "). Restore the storage from a backup");
}

Database::Database(DatabaseSetup setup)
    : setup_(std::move(setup)),
      env_(setup_.env),
      options_(setup_.options),
      shape_cache_(std::make_shared<record::ShapeCache>()),
      tables_(setup_.numbers_max),
      hashing_(builder_, env_.background),
      log_writing_(env_.background),
      scratch_(std::make_unique<CommitScratch>(*env_.random, tables_, shape_cache_.get())) {
  applier_.bound_references(setup_.references_bytes_max);
  applier_.makes_state();
}

// close() is there for those who want to know, and for a checkpoint.
Database::~Database() { end(false).ignore(); }

void Database::report(Event::Level level, std::string_view name, const std::string& text) const {
  if (options_.on_event) options_.on_event(Event{level, name, text});
}

Result<std::shared_ptr<Database>> Database::open(DatabaseSetup setup) {
  GS_TRY_OK(check_options(setup.options));
  // The constructor is private, so make_shared cannot be used.
  std::shared_ptr<Database> database(new Database(std::move(setup)));
  GS_TRY_OK(Opening(*database).recover());
  return database;
}

// Tries until the other process lets go, or the time is over that the options give it.
Result<std::unique_ptr<platform::FileLock>> Database::Opening::take_lock() {
  constexpr std::uint64_t kPauseMs = 20;
  constexpr std::uint64_t kNsInMs = 1'000'000;
  const std::uint64_t start = db_.env_.clock->monotonic_ns();
  while (true) {
    auto lock = db_.env_.files->lock(kLockFile);
    const std::uint64_t waited_ms = (db_.env_.clock->monotonic_ns() - start) / kNsInMs;
    if (lock.code() != Code::locked || waited_ms >= db_.options_.lock_wait_ms) return lock;
    db_.env_.clock->sleep_ms(std::min(kPauseMs, db_.options_.lock_wait_ms - waited_ms));
  }
}

Error Database::Opening::recover() {
  platform::FileSystem& files = *db_.env_.files;
  GS_TRY(const StorageFile file, read_storage_file(files));
  db_.storage_ = file.storage;
  db_.read_only_ = db_.options_.read_only;
  db_.read_only_reason_ = Error(
      Code::read_only, "the storage was opened read-only. Open it without read_only to write");
  // A creation ends with storage.json: a log that is not there was there. An open for writing would
  // begin a new one, and go on as if nothing had been lost.
  const auto segments = files.list(kLogDirectory);
  if (segments.code() == Code::not_found || (segments.ok() && segments->empty())) {
    return log_is_lost(files);
  }
  if (!db_.read_only_) {
    GS_TRY(db_.lock_, take_lock());
    GS_TRY_OK(forget_creation(files));
    GS_TRY_OK(files.make_directory(kStateDirectory, true));
    skip_used_numbers();
  }
  db_.blobs_ = std::make_unique<blob::BlobStore>(files, kBlobDirectory);

  // What a stranger may have written is worth its log, and that only after a look at every payload.
  db_.at_home_ = is_at_home(files);
  GS_TRY_OK(open_base());
  Result<state::Loaded> loaded = Error(Code::not_found, "the state is from elsewhere");
  if (db_.at_home_) loaded = state::read_checkpoint(files, db_.tables_);
  if (loaded.ok() && db_.base_ != nullptr && !db_.base_->leads_to(db_.tables_)) {
    loaded = Error(Code::not_found, "the state is of before the base");
  }
  const bool from_checkpoint = loaded.ok();
  // Before more is written: what opens that were cut off have left would fill the disk in the end.
  const bool is_certain = from_checkpoint || loaded.code() == Code::not_found;
  if (!db_.read_only_ && is_certain) {
    db_.remove_stray_state_files(from_checkpoint ? loaded->checkpoint : state::Checkpoint());
  }
  Error error;
  if (from_checkpoint) {
    error = recover_from(std::move(loaded).value());
    if (error) db_.report(Event::Level::warning, "checkpoint_unusable", error.text());
  }
  if (!from_checkpoint || error) {
    if (error && error.code() != Code::damaged && error.code() != Code::broken_chain &&
        error.code() != Code::not_found && error.code() != Code::invalid &&
        error.code() != Code::newer_format) {
      return error;
    }
    const bool knew = db_.notes_first_;
    Error anew = recover_anew();
    if (anew && db_.notes_first_ && !knew) anew = recover_anew();  // replay met a twin that counts
    if (anew) return anew;
  }
  if (db_.base_ != nullptr && !db_.at_home_ && db_.recovery_.damage.empty())
    GS_TRY_OK(db_.check_dropped());
  if (db_.options_.verify_on_open && db_.recovery_.damage.empty()) verify_chain();
  db_.schema_.error = db_.use_schema();
  db_.loaded_indexes_.clear();  // they hold for the runs of now
  if (db_.schema_.error) {
    db_.report(Event::Level::warning, "schema_unusable", std::string(db_.schema_.error.message()));
  }
  if (!db_.read_only_) {
    if (!from_checkpoint || error) GS_TRY_OK(forget_state(files));
    db_.applier_.spill_at(~std::size_t{0}, {});  // from now on tables are frozen
    GS_TRY_OK(adopt_writer());
    if (!db_.read_only_) {
      if (const Error unsaved = Checkpointing(db_).save_replayed()) {
        db_.report(Event::Level::warning, "checkpoint_failed", unsaved.text());
      }
    }
    db_.remove_stray_state_files(db_.saved_.checkpoint);
  } else if (auto key = read_writer_key(files); key.ok() && key.value()) {
    db_.writer_.bytes = key.value()->public_key();  // to name it; a reader signs nothing
  }
  return {};
}

// Without a checkpoint.
Error Database::Opening::recover_anew() {
  db_.tables_.clear();
  std::optional<state::Loaded> base;
  if (db_.base_ != nullptr) {
    GS_TRY(state::Checkpoint cut, db_.base_->read_checkpoint(*db_.env_.files, db_.tables_));
    base.emplace(state::Loaded{std::move(cut), db_.saved_.manifest_turn});
  }
  return recover_from(std::move(base));
}

// Of a stranger before there is a key that says it is ours: the next open would believe it. Of ours
// when no checkpoint could be used: it says nothing any more, and verification would complain.
// Files that no manifest names are never read.
Error forget_state(platform::FileSystem& files) {
  GS_TRY(const bool is_there, files.exists(state::kManifestPath));
  if (!is_there) return {};
  GS_TRY_OK(files.remove(state::kManifestPath));
  return files.sync_directory("");
}

// Nothing is written before it is certain that the writer may write: a key that is replaced for
// nothing may have been the only one that this storage admits.
Error Database::Opening::adopt_writer() {
  platform::FileSystem& files = *db_.env_.files;
  GS_TRY(db_.key_, db_.options_.keep_writer ? keep_writer_key(files) : read_writer_key(files));
  if (db_.key_) db_.writer_.bytes = db_.key_->public_key();
  std::optional<graph::Writer> only;
  log::Location place = db_.log_->first();
  if (const Error unreadable = read_admitted(only, place)) {
    note_damage(place, unreadable);  // recovery trusted it, as a checkpoint stands behind it
    return {};
  }
  db_.only_writer_ = only;
  if (only && (!db_.key_ || *only != db_.writer_)) {
    db_.read_only_ = true;
    db_.read_only_reason_ = not_admitted();
    db_.report(Event::Level::warning, "writer_not_admitted",
               std::string(db_.read_only_reason_.message()));
    return {};
  }
  if (!db_.key_) {
    GS_TRY(db_.key_, make_writer_key(db_.env_));
    db_.writer_.bytes = db_.key_->public_key();
    db_.report(Event::Level::info, "writer_minted", "a new writer for this directory");
  }
  // Nothing is signed with it yet. What made it may have failed in its last call and left names
  // that are there, but are not certain to stay.
  if (db_.tables_.find_writer(db_.writer_) == state::kUnknown) {
    GS_TRY_OK(files.sync_directory(kKeyDirectory));
  }
  GS_TRY_OK(db_.go_on_with_chain());
  return db_.known_ ? Standing(db_).settle_writer() : Error();
}

// From the first change of the log: `only` this writer may write, or everybody. `place` is where
// the change is.
Error Database::Opening::read_admitted(std::optional<graph::Writer>& only,
                                       log::Location& place) const {
  Settled whole;
  whole.log = db_.log_->snapshot();
  return db_.each_change(whole, [&](log::Location at, Bytes bytes, bool& stop) -> Error {
    stop = true;
    place = at;
    GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(bytes));
    auto cursor = change.operations();
    graph::OperationView operation;
    if (!cursor.next(operation)) return {};
    GS_TRY(const graph::Genesis genesis, graph::parse_genesis(operation.payload));
    if (genesis.policy != 0) only = change.writer();
    return {};
  });
}

Error Database::Opening::not_admitted() const {
  constexpr const char* kPolicy = "this storage admits writers by signed grants, and ";
  if (db_.key_) {
    return Error(Code::read_only, kPolicy + ("this directory's writer (" + db_.writer_.text()) +
                                      ") has none. Ask the owner to admit it");
  }
  const auto has_key = has_writer_key(*db_.env_.files);
  if (has_key.ok() && !*has_key) {
    return Error(Code::read_only,
                 kPolicy + std::string("this directory has no key (keys/writer), as in a backup. "
                                       "Put the owner's key there and write once with keep_writer "
                                       "(`gstore insert --keep-writer`)"));
  }
  return Error(
      Code::read_only,
      kPolicy + std::string("this directory is not the one that its key (keys/writer) was "
                            "made in: it was moved or copied, or the machine changed. If "
                            "no other copy is ever written to again, write once with "
                            "keep_writer (`gstore insert --keep-writer`): it keeps the key"));
}

// Never a number again that a file has: what an open that was cut off has left may be in the way.
void Database::Opening::skip_used_numbers() {
  auto names = db_.env_.files->list(kStateDirectory);
  if (!names.ok()) return;
  for (const std::string& name : names.value()) {
    const std::uint64_t number = std::strtoull(name.c_str(), nullptr, 10);
    db_.saved_.next_file = std::max<std::uint64_t>(db_.saved_.next_file, number + 1);
  }
}

// What neither the checkpoint names nor this engine reads. A run that it reads and could not name
// yet is in the next checkpoint.
void Database::remove_stray_state_files(const state::Checkpoint& checkpoint) {
  auto names = env_.files->list(kStateDirectory);
  if (!names.ok()) return;
  std::set<std::uint64_t> runs(checkpoint.runs.begin(), checkpoint.runs.end());
  const Moment now = moment();  // others may commit
  if (now.version != nullptr) {
    for (const auto& run : now.version->runs) runs.insert(run->number());
  }
  std::set<std::uint64_t> index_runs;
  for (const state::IndexRuns& named : checkpoint.indexes) {
    index_runs.insert(named.runs.begin(), named.runs.end());
  }
  for (const IndexView::One& one : now.indexes->all) {
    for (const auto& run : one.runs) index_runs.insert(run->number());
  }
  for (const std::string& name : names.value()) {
    const std::uint64_t number = std::strtoull(name.c_str(), nullptr, 10);
    const bool is_run = name.ends_with(".gsr") && runs.count(number) != 0;
    const bool is_index_run = name.ends_with(".gsx") && index_runs.count(number) != 0;
    const bool is_checkpoint = name.ends_with(".gsp") && number == checkpoint.number;
    if (is_run || is_index_run || is_checkpoint) continue;
    env_.files->remove(std::string(kStateDirectory) + "/" + name).ignore();  // tried again at open
  }
}

Error Database::close() { return end(true); }

Error Database::end(bool saves) {
  const Watchers::WakeAtEnd wake{watchers_};  // without the lock
  {
    std::lock_guard lock(commit_mutex_);
    if (closed_) return {};
  }
  const bool is_written = !failed_ && !read_only_ && log_ != nullptr;
  Error error = is_written ? sync() : Error();
  // So that the next one opens soon. The log has all that matters.
  if (saves && is_written && !error && Checkpointing(*this).wants_checkpoint_at_end())
    Checkpointing(*this).checkpoint_at_end();
  {
    platform::UniqueLock lock(background_.mutex);
    background_.is_stopping = true;
    background_.done.wait(lock, [this] { return !background_.is_running; });
  }
  std::lock_guard lock(commit_mutex_);
  closed_ = true;
  // What was committed since the sync. Nothing more comes in.
  if (builder_.is_open() && !failure_ && !error) error = close_change();
  log_writing_.stop();
  if (failure_ && !error) {
    error = Error(Code::failed, "an earlier write failed (" + failure_.text() +
                                    "); the next open tells what of it is on disk");
  } else if (log_ != nullptr && !read_only_ && !failure_ && !error) {
    error = log_->close();
    written_ = visible_.load(std::memory_order_relaxed);
    if (!error) raise_durable(written_);
  }
  lock_.reset();
  return error;
}

}  // namespace gs::engine
