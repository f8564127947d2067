// Creating, opening and recovering a storage.
//
// Recovery is the ordinary path: read the newest checkpoint, open the log (which checks frames and
// cuts a torn tail), replay what came after the checkpoint. Without a usable checkpoint the whole
// log is replayed; nothing else changes.

#include <algorithm>
#include <map>

#include "gs/base/check.h"
#include "gs/engine/database/commit_scratch.h"
#include "gs/engine/database/verify_memory.h"

namespace gs::engine {

namespace {

constexpr const char* kLogDirectory = "log";
constexpr const char* kStateDirectory = "state";
constexpr const char* kBlobDirectory = "blobs";
constexpr const char* kLockFile = "lock";
// Stands while a creation is under way, so that an interrupted one can be told from damage.
constexpr const char* kCreatingFile = "creating";

// Tail buffers hold some changes each; more of them than this would only take memory.
constexpr std::size_t kChangesInABuffer = 5;

log::Options log_options(const Database::Setup& setup, bool read_only) {
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
  constexpr std::uint64_t kKiB = 1 << 10;
  constexpr std::uint64_t kGiB = 1 << 30;
  if (outside(options.memory_bytes, 4 * kKiB, kGiB)) {
    return Error(Code::invalid, "memory_bytes must be 4 KiB to 1 GiB");
  }
  if (outside(options.checkpoint_log_bytes, 4 * kKiB, 4 * kGiB)) {
    return Error(Code::invalid, "checkpoint_log_bytes must be 4 KiB to 4 GiB");
  }
  if (outside(options.segment_bytes, 8 * kKiB, kGiB)) {
    return Error(Code::invalid, "segment_bytes must be 8 KiB to 1 GiB");
  }
  return {};
}

// The first change of a storage, in memory: its digest is the storage id.
Buffer make_genesis(platform::Environment& env, const crypto::KeyPair& key, Policy policy,
                    Digest& storage) {
  graph::Genesis genesis;
  genesis.policy = policy == Policy::closed ? 1 : 0;
  env.random->fill(genesis.nonce.bytes);
  genesis.owner = key.public_key();
  const Buffer payload = graph::encode_genesis(genesis);

  graph::ChangeBuilder::Open open;
  open.writer.bytes = key.public_key();
  open.hlc = id::hlc_of_ms(env.clock->wall_ms());
  env.random->fill(open.seed);
  const graph::Hlc hlc = open.hlc;
  Buffer space(4096);
  graph::ChangeBuilder builder;
  builder.begin(std::move(open), space);
  const auto appended =
      builder.append(static_cast<std::uint8_t>(graph::Kind::genesis), graph::kLastOfTransaction,
                     nullptr, nullptr, hlc, payload.size());
  std::memcpy(appended.payload, payload.data(), payload.size());
  const Bytes change = builder.close(key);
  storage = builder.digest();
  return Buffer(change.begin(), change.end());
}

Error remove_directory_files(platform::FileSystem& files, const std::string& directory) {
  auto names = files.list(directory);
  if (!names.ok()) return {};  // no such directory: nothing to remove
  for (const std::string& name : names.value()) GS_TRY_OK(files.remove(directory + "/" + name));
  return {};
}

Error clear_interrupted_creation(platform::FileSystem& files) {
  for (const char* directory : {kLogDirectory, "keys", kStateDirectory}) {
    GS_TRY_OK(remove_directory_files(files, directory));
  }
  return {};
}

std::string place_text(log::Location at) {
  return "segment " + std::to_string(log::segment_of(at)) + " offset " +
         std::to_string(log::offset_of(at));
}

Error log_is_lost(platform::FileSystem& files) {
  return Error(Code::damaged, files.display("") + " has a storage.json, but its log is missing (" +
                                  kLogDirectory + "). Restore the storage from a backup");
}

Error check_free(platform::FileSystem& files) {
  if (files.exists(kCreatingFile)) return clear_interrupted_creation(files);
  for (const char* name : {"storage.json", "log"}) {
    if (files.exists(name)) {
      return Error(Code::exists, files.display("") + " holds a storage already (" + name +
                                     "). Open it, or choose another directory");
    }
  }
  return {};
}

}  // namespace

Database::Database(Setup setup)
    : setup_(std::move(setup)),
      env_(setup_.env),
      options_(setup_.options),
      shape_cache_(std::make_shared<record::ShapeCache>()),
      tables_(setup_.numbers_max),
      hashing_(builder_, env_.background),
      log_writing_(env_.background),
      scratch_(std::make_unique<CommitScratch>(*env_.random)) {}

Database::~Database() { close().ignore(); }  // close() is there for those who want to know

void Database::report(Event::Level level, std::string_view name, const std::string& text) const {
  if (options_.on_event) options_.on_event(Event{level, name, text});
}

Result<std::shared_ptr<Database>> Database::create(Setup setup, const CreateOptions& create) {
  GS_TRY_OK(check_options(setup.options));
  platform::Environment& env = setup.env;
  platform::FileSystem& files = *env.files;
  GS_TRY_OK(files.make_directory("", true));
  {
    GS_TRY(const auto lock, files.lock(kLockFile));
    GS_TRY_OK(check_free(files));
    GS_TRY_OK(files.write_whole(kCreatingFile, {}));
    GS_TRY(const crypto::KeyPair key, make_writer_key(env));
    Digest storage;
    const Buffer genesis = make_genesis(env, key, create.policy, storage);
    log::Recovery recovery;
    const auto ignore = [](log::Location, std::uint64_t, Bytes) { return Error(); };
    GS_TRY(const auto log, log::Log::open(files, kLogDirectory, storage, log_options(setup, false),
                                          0, 0, ignore, recovery));
    GS_TRY(const log::Log::Space space, log->begin(genesis.size()));
    std::memcpy(space.space.data(), genesis.data(), genesis.size());
    GS_TRY_OK(log->write(genesis.size()));
    GS_TRY_OK(log->sync());
    GS_TRY_OK(log->close());
    GS_TRY_OK(write_storage_file(env, storage));
    GS_TRY_OK(files.remove(kCreatingFile));
    GS_TRY_OK(files.sync_directory(""));
  }
  return open(std::move(setup));
}

Result<std::shared_ptr<Database>> Database::open(Setup setup) {
  GS_TRY_OK(check_options(setup.options));
  // The constructor is private, so make_shared cannot be used.
  std::shared_ptr<Database> database(new Database(std::move(setup)));
  GS_TRY_OK(database->recover());
  return database;
}

Error Database::recover() {
  platform::FileSystem& files = *env_.files;
  GS_TRY(const StorageFile file, read_storage_file(files));
  storage_ = file.storage;
  read_only_ = options_.read_only;
  read_only_reason_ = Error(Code::read_only,
                            "the storage was opened read-only. Open it without read_only to write");
  // A creation ends with storage.json: a log that is not there was there. An open for writing would
  // begin a new one, and go on as if nothing had been lost.
  const auto segments = files.list(kLogDirectory);
  if (segments.code() == Code::not_found || (segments.ok() && segments->empty())) {
    return log_is_lost(files);
  }
  if (!read_only_) {
    GS_TRY(lock_, files.lock(kLockFile));
    GS_TRY_OK(files.make_directory(kStateDirectory, true));
  }
  blobs_ = std::make_unique<blob::BlobStore>(files, kBlobDirectory);

  // What a stranger may have written is worth its log, and that only after a look at every payload.
  at_home_ = is_at_home(files);
  Result<state::Loaded> loaded = Error(Code::not_found, "the state is from elsewhere");
  if (at_home_) loaded = state::read_checkpoint(files, tables_);
  const bool from_checkpoint = loaded.ok();
  Error error;
  if (from_checkpoint) {
    error = recover_from(std::move(loaded).value());
    if (error) report(Event::Level::warning, "checkpoint_unusable", error.text());
  }
  if (!from_checkpoint || error) {
    if (error && error.code() != Code::damaged && error.code() != Code::broken_chain &&
        error.code() != Code::not_found && error.code() != Code::invalid &&
        error.code() != Code::newer_format) {
      return error;
    }
    tables_.clear();
    GS_TRY_OK(recover_from(std::nullopt));
  }
  if (options_.verify_on_open && recovery_.damage.empty()) verify_chain();
  if (!read_only_) {
    if (!at_home_) GS_TRY_OK(forget_state());
    GS_TRY_OK(adopt_writer());
    remove_stray_state_files(checkpoint_);
  } else if (auto key = read_writer_key(files); key.ok() && key.value()) {
    writer_.bytes = key.value()->public_key();  // to name it; a reader signs nothing
  }
  return {};
}

// Before there is a key that says it is ours: the next open would believe a stranger's state. Files
// that no manifest names are never read.
Error Database::forget_state() {
  platform::FileSystem& files = *env_.files;
  if (!files.exists(state::kManifestPath)) return {};
  GS_TRY_OK(files.remove(state::kManifestPath));
  return files.sync_directory("");
}

// Everything that open() derives starts empty, so that it can be done again without a checkpoint.
Error Database::recover_from(std::optional<state::Loaded> loaded) {
  auto version = std::make_shared<state::Version>();
  version->tables.push_back(std::make_shared<state::RowTable>());
  heads_.clear();
  frontier_.clear();
  applier_.start_over();
  change_count_ = 0;
  recovery_ = {};
  checkpoint_ = {};
  log::Location from = 0;
  std::uint64_t from_sequence = 0;
  if (loaded) {
    checkpoint_ = std::move(loaded->checkpoint);
    manifest_turn_ = loaded->manifest_turn;
    next_file_ = checkpoint_.next_file;
    from = checkpoint_.log_location;
    from_sequence = checkpoint_.log_sequence;
    frontier_ = checkpoint_.frontier;
    change_count_ = checkpoint_.log_tree_size;
    applier_.live_records() = checkpoint_.live_records;
    for (const state::WriterHead& head : checkpoint_.heads) {
      if (head.writer >= heads_.size()) heads_.resize(head.writer + std::size_t{1});
      heads_[head.writer] = head;
      last_hlc_ = std::max(last_hlc_, head.hlc);
    }
    for (std::uint32_t i = 0; i < tables_.shape_count(); ++i)
      shape_cache_->add(tables_.shape(i).shape);
    for (const std::uint64_t number : checkpoint_.runs) {
      GS_TRY(auto run, state::Run::open(*env_.files, state_path(number, ".gsr"), number));
      version->runs.push_back(std::move(run));
    }
  }
  const auto another_log = [] {
    return Error(Code::damaged, "the checkpoint belongs to another state of the log");
  };
  const auto began = [&](const log::Log& log) -> Error {
    if (loaded && log.generation_sum() != checkpoint_.log_generation_sum) return another_log();
    version->log = log.view();
    version_ = version;
    applier_.attach(std::move(version));
    return {};
  };
  // Each change is applied while its bytes, just summed by the log, are in the processor's cache.
  const auto replay = [this](log::Location at, std::uint64_t, Bytes change) -> Error {
    ++recovery_.changes_replayed;
    recovery_.bytes_replayed += change.size() + log::kFrameBytes;
    const auto accepted = [&]() -> Error {
      GS_TRY(const graph::ChangeView view, graph::ChangeView::parse(change));
      return accept(view, at);
    };
    return accepted().in(place_text(at));
  };
  std::uint32_t signatures_checked = 0;
  const auto later = [&](std::uint64_t ahead, Bytes change) {
    return is_evidence(ahead, change, signatures_checked);
  };
  log::Recovery recovery;
  GS_TRY(log_, log::Log::open(*env_.files, kLogDirectory, storage_, log_options(setup_, read_only_),
                              from, from_sequence, replay, recovery, began, later));
  if (loaded && log_->next_sequence() < checkpoint_.log_sequence) return another_log();
  log_writing_.start(*log_);
  publish_log_view();
  checkpoint_log_bytes_ = log_->bytes();
  checkpoint_log_bytes_ -= std::min(checkpoint_log_bytes_, recovery_.bytes_replayed);
  written_ = visible_.load();
  durable_ = written_;

  tell_torn_tail(recovery);
  if (change_count_ == 0 && recovery.damage.empty()) return log_is_lost(*env_.files);
  for (const log::Damage& damage : recovery.damage) {
    recovery_.damage.push_back("segment " + std::to_string(damage.segment) + " offset " +
                               std::to_string(damage.offset) + ": " + damage.what);
  }
  if (!recovery_.damage.empty()) refuse_damage();
  return {};
}

void Database::tell_torn_tail(const log::Recovery& recovery) {
  if (!recovery.cut && !recovery.left_out) return;
  if (recovery.left_out) {
    const auto owned = env_.files->is_locked(kLockFile);
    if (owned.ok() && owned.value()) return;  // the owner is in the middle of a write
  }
  recovery_.torn_tail_cut = recovery.cut;
  recovery_.torn_tail_left_out = recovery.left_out;
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
    Digest& head = heads[change.writer()];
    if (change.prev() != head) {
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
  if (const Error error = each_change(whole, check)) note_damage(place, error);
}

void Database::note_damage(log::Location at, const Error& error) {
  recovery_.damage.push_back(place_text(at) + ": " + std::string(error.message()));
  refuse_damage();
}

Error Database::accept(const graph::ChangeView& change, log::Location at) {
  const bool genesis = change.storage().is_zero();
  if (genesis ? change.digest() != storage_ : change.storage() != storage_) {
    return Error(Code::broken_chain,
                 "change " + change.digest().text() + " belongs to another storage");
  }
  const std::uint32_t writer = tables_.add_writer(change.writer());
  if (writer == state::kUnknown) return tables_.full("writers");
  if (writer >= heads_.size()) heads_.resize(writer + std::size_t{1});
  state::WriterHead& head = heads_[writer];
  const bool first = head.change.is_zero();
  const bool follows = first
                           ? change.sequence() == 0 && change.prev().is_zero()
                           : change.sequence() == head.sequence + 1 && change.prev() == head.change;
  if (!follows) {
    return Error(Code::broken_chain,
                 "change " + change.digest().text() +
                     " does not follow its writer's previous change. Run `gstore verify`");
  }
  if (!at_home_) GS_TRY_OK(validate(change));
  applier_.reset_mint({head.mint_next, head.mint_last});
  Sequence sequence = visible_.load(std::memory_order_relaxed);
  GS_TRY_OK(applier_.replay(change, at, sequence));
  visible_.store(sequence, std::memory_order_release);
  head = {writer,
          change.sequence(),
          applier_.last_hlc(),
          applier_.mint().next,
          applier_.mint().last,
          change.digest()};
  last_hlc_ = std::max(last_hlc_, head.hlc);
  ++change_count_;
  for (std::uint32_t i = 0; i < change.parent_count(); ++i) {
    frontier_.erase(std::remove(frontier_.begin(), frontier_.end(), change.parent(i)),
                    frontier_.end());
  }
  frontier_.insert(std::lower_bound(frontier_.begin(), frontier_.end(), change.digest()),
                   change.digest());
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

// The key of this directory's writer; a new one when the directory is a copy or a restored backup.
Error Database::adopt_writer() {
  GS_TRY(key_, read_writer_key(*env_.files));
  if (!key_) {
    GS_TRY(key_, make_writer_key(env_));
    report(Event::Level::info, "writer_minted", "a new writer for this directory");
  }
  writer_.bytes = key_->public_key();
  writer_number_ = tables_.add_writer(writer_);
  if (writer_number_ == state::kUnknown) return tables_.full("writers");
  if (writer_number_ >= heads_.size()) heads_.resize(writer_number_ + std::size_t{1});
  heads_[writer_number_].writer = writer_number_;

  bool admitted = true;
  log::Location place = log_->first();
  Settled whole;
  whole.log = log_->snapshot();
  const Error unreadable =
      each_change(whole, [&](log::Location at, Bytes bytes, bool& stop) -> Error {
        stop = true;
        place = at;
        GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(bytes));
        auto cursor = change.operations();
        graph::OperationView operation;
        if (!cursor.next(operation)) return {};
        GS_TRY(const graph::Genesis genesis, graph::parse_genesis(operation.payload));
        admitted = genesis.policy == 0 || change.writer() == writer_;
        return {};
      });
  if (unreadable) {  // recovery trusted it, as a checkpoint stands behind it
    note_damage(place, unreadable);
    return {};
  }
  if (!admitted) {
    read_only_ = true;
    read_only_reason_ =
        Error(Code::read_only,
              "this storage admits writers by signed grants, and this directory's writer (" +
                  writer_.text() + ") has none. Ask the owner to admit it");
    return {};
  }
  const state::WriterHead& head = heads_[writer_number_];
  minter_.emplace(writer_, head.mint_next, head.mint_last);
  return {};
}

void Database::remove_stray_state_files(const state::Checkpoint& checkpoint) {
  auto names = env_.files->list(kStateDirectory);
  if (!names.ok()) return;
  for (const std::string& name : names.value()) {
    const std::uint64_t number = std::strtoull(name.c_str(), nullptr, 10);
    next_file_ = std::max<std::uint64_t>(next_file_, number + 1);
    const bool run =
        name.ends_with(".gsr") &&
        std::find(checkpoint.runs.begin(), checkpoint.runs.end(), number) != checkpoint.runs.end();
    const bool current = name.ends_with(".gsp") && number == checkpoint.number;
    if (!run && !current) env_.files->remove(std::string(kStateDirectory) + "/" + name).ignore();
  }
}

Error Database::close() {
  {
    std::lock_guard lock(commit_mutex_);
    if (closed_) return {};
  }
  Error error = failed_ || read_only_ || log_ == nullptr ? Error() : sync();
  {
    std::unique_lock lock(background_mutex_);
    stopping_ = true;
    background_done_.wait(lock, [this] { return !background_running_; });
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
    if (!error) raise_durable(written_);
  }
  lock_.reset();
  return error;
}

}  // namespace gs::engine
