// Shallow storages: what records were before a cut leaves the log.
//
//   1. plan      the cut is the longest prefix of the log that the version asked for and the state
//                have all of
//   2. base      the state at the cut is made aside and written with all bytes of its records; then
//                the statement that names it. From here on the storage is shallow
//   3. lead away nothing in the state points any more to what is dropped, as before an erasure
//   4. rewrite   the segments before the cut, each change without its payloads
//
// Changes before the cut stay as an erasure leaves them: header, signature, leaf digests, heads of
// operations. So the chain verifies from its first change, and what a late concurrent change names
// as its cause is still found. A crash between 2 and 4 leaves contents that nobody reads; the next
// call drops them.

#include "gs/engine/database/base.h"

#include <algorithm>

#include "gs/core/crypto/sha256_pieces.h"
#include "gs/engine/database/checkpointing.h"
#include "gs/engine/database/cutting.h"
#include "gs/engine/database/digest.h"
#include "gs/engine/database/job.h"
#include "gs/engine/database/known_heads.h"
#include "gs/engine/database/open.h"
#include "gs/engine/database/opening.h"
#include "gs/engine/database/past_rows.h"
#include "gs/platform/memory/memory_file_system.h"
#include "gs/storage/state/checkpoint_codec.h"

namespace gs::engine {

using graph::OperationView;

namespace {

Result<BaseStatement::NamedFile> name_file(platform::FileSystem& files, const std::string& path) {
  GS_TRY(const auto file, files.open(path, platform::OpenMode::read));
  GS_TRY(const crypto::Hashed hashed,
         crypto::sha256_pieces(
             [&](std::uint64_t offset, MutableBytes out) { return file->read(offset, out); }));
  return BaseStatement::NamedFile{hashed.bytes, hashed.digest};
}

Error write_new_file(platform::FileSystem& files, const std::string& path, Bytes bytes) {
  GS_TRY_OK(files.remove_if_there(path));  // of a crash before its statement was written
  GS_TRY(const auto file, files.open(path, platform::OpenMode::create));
  GS_TRY_OK(file->write(0, bytes));
  return file->sync();
}

// What the payloads take that `contents` names. A seed gives its place to salts.
std::uint64_t bytes_freed(const graph::ChangeView& change,
                          std::span<const std::uint32_t> contents) {
  std::uint64_t bytes = 0;
  auto next = contents.begin();
  auto cursor = change.operations();
  for (OperationView operation; cursor.next(operation) && next != contents.end();) {
    if (cursor.index() != *next) continue;
    bytes += operation.bytes.size() - graph::kOperationHeadBytes;
    ++next;
  }
  return bytes;
}

Error nothing_to_drop() {
  return Error(Code::invalid,
               "nothing comes before that version which could be dropped: the log begins with "
               "changes that it does not have");
}

}  // namespace

// --- opening ---

std::shared_ptr<const Base> Database::base() const {
  const std::lock_guard lock(commit_mutex_);
  return base_;
}

std::string Database::Opening::run_file(std::uint64_t number) const {
  const bool is_base = db_.base_ != nullptr && db_.base_->number() == number;
  return is_base ? base_path(number, ".gsr") : state_path(number, ".gsr");
}

Error Database::Opening::open_base() {
  constexpr int kBaseTriesMax = 3;  // a writer beside this reader may replace it
  for (int left = kBaseTriesMax; left != 0; --left) {
    auto base = Base::open(*db_.env_.files, db_.storage_);
    if (!base.ok() && base.code() != Code::not_found) {
      if (db_.read_only_ && left > 1) continue;
      return std::move(base).error();
    }
    db_.base_ = base.ok() ? std::move(base).value() : nullptr;
    break;
  }
  if (db_.base_ != nullptr) {
    db_.saved_.next_file = std::max<std::uint64_t>(db_.saved_.next_file, db_.base_->number() + 1);
    if (!db_.at_home_) GS_TRY_OK(db_.base_->check(*db_.env_.files));
  }
  if (!db_.read_only_) Cutting(db_).remove_stray_base_files();
  return {};
}

// What a base was that is none any more, or never became one.
void Database::Cutting::remove_stray_base_files() const {
  const auto names = db_.env_.files->list(kBaseDirectory);
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    const std::string path = std::string(kBaseDirectory) + '/' + name;
    const bool is_used = db_.base_ != nullptr && (path == kBaseStatement ||
                                                  path == base_path(db_.base_->number(), ".gsr") ||
                                                  path == base_path(db_.base_->number(), ".gsp"));
    if (!is_used) db_.env_.files->remove(path).ignore();  // tried again by the next open
  }
}

// What replay would have found out, were it not for the base: that the changes before the cut are
// linked and lead to the heads of which the base tells.
Error Database::check_dropped() {
  struct Head {
    std::uint64_t sequence = 0;
    Digest change;
  };
  std::map<graph::Writer, Head> heads;
  std::set<Digest> frontier;
  std::uint64_t number = 0;
  crypto::Sha256 hash;
  Buffer memory;
  const auto wrong = [](const graph::ChangeView& change, const char* what) {
    return Error(Code::broken_chain, "change " + change.digest().text() + " " + what);
  };
  const auto look = [&](log::Location, Bytes bytes, bool& stop) -> Error {
    stop = ++number == base_->changes();
    GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(bytes));
    const bool is_genesis = change.storage().is_zero();
    if (is_genesis ? change.digest() != storage_ : change.storage() != storage_) {
      return wrong(change, "belongs to another storage");
    }
    const auto [head, is_first] = heads.try_emplace(change.chain());
    const bool follows = is_first ? change.sequence() == 0 && change.prev().is_zero()
                                  : change.sequence() == head->second.sequence + 1 &&
                                        change.prev() == head->second.change;
    if (!follows) return wrong(change, "does not follow its writer's previous change");
    head->second = {change.sequence(), change.digest()};
    for (std::uint32_t i = 0; i < change.parent_count(); ++i) frontier.erase(change.parent(i));
    frontier.insert(change.digest());
    auto cursor = change.operations();
    for (OperationView operation; cursor.next(operation);) {
      GS_TRY_OK(graph::check_outline(operation));
    }
    GS_TRY(const Bytes left, without_contents(change, memory));
    hash.add(left);
    return {};
  };
  Settled whole;
  whole.log = log_->snapshot();
  GS_TRY_OK(each_change(whole, look));
  const state::Checkpoint& cut = base_->checkpoint();
  bool is_right = cut.frontier == std::vector<Digest>(frontier.begin(), frontier.end()) &&
                  cut.heads.size() == heads.size() && hash.finish() == base_->statement().left;
  for (const state::WriterHead& one : cut.heads) {
    const auto head = heads.find(tables_.writer(one.writer));
    is_right = is_right && head != heads.end() && head->second.sequence == one.sequence &&
               head->second.change == one.change;
  }
  if (is_right) return {};
  return Error(Code::damaged,
               "the base of this shallow storage does not belong to its log. Restore a backup, or "
               "clone another replica");
}

// --- 1. plan ---

Result<Database::Cutting::Cut> Database::Cutting::plan_cut(const std::optional<Version>& before) {
  Cut cut;
  Error missing;
  const auto prefix_of = [](const Ancestors& changes) -> std::uint64_t {
    const auto ranges = changes.ranges();
    if (ranges.empty() || ranges.front().first != 0) return 0;
    return std::uint64_t{ranges.front().last} + 1;
  };
  const auto ask = [&](const Settled& settled, const KnownChanges& known) -> Error {
    GS_TRY(const auto state, numbers_of_heads(Version(settled.frontier), known));
    const auto heads =
        before ? numbers_of_heads(*before, known) : Result<std::vector<graph::ChangeNumber>>(state);
    missing = heads.ok() ? Error() : heads.error().copy();
    if (missing) return {};
    cut.changes = std::min(prefix_of(Ancestors(known.graph(), *heads)),
                           prefix_of(Ancestors(known.graph(), state)));
    for (std::uint64_t i = 0; i < cut.changes; ++i) {
      const auto number = static_cast<graph::ChangeNumber>(i);
      if (!known.lacking().has(known.digest(number))) continue;
      return Error(Code::conflict,
                   "change " + known.digest(number).text() +
                       " lacks payloads here that nobody erased, so this storage does not know "
                       "what its records are. Apply a bundle that has it whole first");
    }
    return {};
  };
  GS_TRY(cut.settled, db_.settle_known(ask));
  if (missing) return db_.no_change(cut.settled, std::move(missing));
  if (cut.changes == 0) return nothing_to_drop();
  const Base* const had = cut.settled.base.get();
  if (had != nullptr && cut.changes < had->changes()) return history_dropped(had->statement());
  return cut;
}

// --- 2. base ---

// As recovery does it. Fills in what a checkpoint has to say of the cut.
Error Database::Cutting::replay_to_cut(const Cut& cut, Applier& past, state::Checkpoint& at,
                                       Digest& all_left) const {
  crypto::Sha256 hash;
  Buffer memory;
  std::map<std::uint32_t, state::WriterHead> heads;
  std::set<Digest> frontier;
  std::set<state::Branches::Chain> chains;
  if (const Base* const base = cut.settled.base.get(); base != nullptr) {
    for (const state::WriterHead& head : base->checkpoint().heads) heads[head.writer] = head;
    frontier.insert(base->checkpoint().frontier.begin(), base->checkpoint().frontier.end());
    chains.insert(base->checkpoint().branches.chains.begin(),
                  base->checkpoint().branches.chains.end());
  }
  std::uint64_t number = 0;
  Sequence sequence = 0;
  const auto visit = [&](log::Location place, Bytes bytes, bool& stop) -> Error {
    stop = ++number == cut.changes;
    GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(bytes));
    GS_TRY(const Bytes left, without_contents(change, memory));
    hash.add(left);
    if (cut.settled.base != nullptr && number <= cut.settled.base->changes()) return {};
    const std::lock_guard lock(db_.commit_mutex_);  // of the tables
    const std::uint32_t writer = db_.tables_.find_writer(change.chain());
    state::WriterHead& head = heads[writer];
    past.reset_mint({head.mint_next, head.mint_last});
    GS_TRY_OK(past.replay(change, place, sequence));
    head = {writer,           change.sequence(), past.last_hlc(),
            past.mint().next, past.mint().last,  change.digest()};
    if (!change.branch().is_zero()) chains.insert({change.writer(), change.branch()});
    for (std::uint32_t i = 0; i < change.parent_count(); ++i) frontier.erase(change.parent(i));
    frontier.insert(change.digest());
    return {};
  };
  GS_TRY_OK(db_.each_change(cut.settled, visit));
  all_left = hash.finish();
  for (const auto& [writer, head] : heads) at.heads.push_back(head);
  at.frontier.assign(frontier.begin(), frontier.end());
  at.branches.chains.assign(chains.begin(), chains.end());
  at.log_location = log::location(1, log::kSegmentHeaderBytes);
  at.log_tree_size = cut.changes;
  at.live_records = past.live_records();
  at.schema = past.schema();
  at.references = past.fixed_references();
  return past.version().is_damaged() ? past.version().damage() : Error();
}

Result<std::shared_ptr<const Base>> Database::Cutting::write_base(const Cut& cut,
                                                                  platform::FileSystem& files) {
  Applier past(db_.tables_);
  const auto& log = cut.settled.moment.version->log;
  begin_from(cut.settled.base.get(), log, past);
  std::uint64_t next_number = 1;
  GS_TRY(const auto aside,
         ReplayRuns::aside(db_.env_, [&]() -> Result<std::uint64_t> { return next_number++; }));
  const auto spill_base = [&]() -> Error {
    GS_TRY(auto version, aside->add(past.version(), db_.tables_));
    past.attach(std::move(version));
    return {};
  };
  past.spill_at(db_.options_.memory_bytes, spill_base);
  state::Checkpoint at;
  Digest left;
  GS_TRY_OK(replay_to_cut(cut, past, at, left));
  past.spill_at(~std::size_t{0}, {});
  GS_TRY_OK(spill_base());
  return keep_base(files, past.version().runs, std::move(at), left);
}

// One run of these, the newest ones first, and all that names it. Here, or in other files for
// somebody else.
Result<std::shared_ptr<const Base>> Database::Cutting::keep_base(
    platform::FileSystem& files, const std::vector<std::shared_ptr<const state::Run>>& runs,
    state::Checkpoint at, const Digest& left) {
  GS_TRY_OK(files.make_directory(kBaseDirectory, true));
  GS_TRY_OK(files.sync_directory(""));
  BaseStatement statement;
  GS_TRY(statement.number, Checkpointing(db_).number_of_new_run());
  const std::string run_path = base_path(statement.number, ".gsr");
  const auto log = db_.log_->view();
  GS_TRY_OK(state::merge_runs(files, run_path, statement.number, runs, *log, db_.tables_,
                              {.images = true}));
  GS_TRY(auto run, state::Run::open(files, run_path, statement.number));
  at.number = statement.number;
  at.runs = {statement.number};
  at.next_file = statement.number + 1;
  Buffer checkpoint;
  {
    const std::lock_guard lock(db_.commit_mutex_);
    at.shape_count = static_cast<std::uint32_t>(db_.tables_.shape_count());
    at.writer_count = static_cast<std::uint32_t>(db_.tables_.writer_count());
    at.collection_count = static_cast<std::uint32_t>(db_.tables_.collection_count());
    GS_TRY(checkpoint, state::encode_checkpoint(at, db_.tables_));
  }
  GS_TRY_OK(write_new_file(files, base_path(statement.number, ".gsp"), checkpoint));
  GS_TRY_OK(files.sync_directory(kBaseDirectory));
  auto version = std::make_shared<state::Version>();
  version->tables.push_back(std::make_shared<state::RowTable>());
  version->runs.push_back(std::move(run));
  version->log = log;
  // What a base says is believed when it can be read so: before anything is dropped for it.
  if (auto sound = check_base_records(*version->runs.front(), db_.tables_); !sound.ok()) {
    return std::move(sound).error().in(
        "the state at that version could not be kept, so nothing "
        "was dropped");
  }
  std::vector<Digest> buckets;
  BucketSet all;
  all.set();
  const state::References none;
  GS_TRY(statement.state, state_digest(version, 0, db_.tables_,
                                       at.has_references() ? *at.references : none, all, buckets));
  for (const std::uint64_t count : at.live_records) statement.records += count;
  statement.changes = at.log_tree_size;
  statement.storage = db_.storage_;
  statement.left = left;
  statement.heads = at.frontier;
  GS_TRY(statement.run, name_file(files, run_path));
  statement.checkpoint = {checkpoint.size(), crypto::sha256(checkpoint)};
  Buffer signed_statement;
  {
    const std::lock_guard lock(db_.commit_mutex_);
    statement.writer = db_.writer_;
    signed_statement = statement.encode(*db_.key_);
  }
  GS_TRY_OK(files.write_whole(kBaseStatement, signed_statement));
  GS_TRY_OK(files.sync_directory(kBaseDirectory));
  return Base::open(files, db_.storage_);
}

// Readers of an older moment go on with what they hold.
void Database::Cutting::use_base(std::shared_ptr<const Base> base) {
  const std::lock_guard lock(db_.commit_mutex_);
  db_.base_ = std::move(base);
  ++db_.rewrites_;
  db_.known_.reset();
}

// One run of all, in which nothing is left of what was replaced, nor of an earlier base, and which
// points to none of these segments. Background job only.
Error Database::Cutting::make_state_one(const std::vector<bool>& segments) {
  {
    const std::lock_guard lock(db_.commit_mutex_);
    GS_TRY_OK(db_.writable());
    if (db_.builder_.is_open()) GS_TRY_OK(db_.close_change());
    if (!segments.empty()) {
      GS_TRY_OK(db_.log_->seal(static_cast<std::uint32_t>(segments.size() - 1)));
    }
    db_.freeze();
  }
  GS_TRY_OK(db_.sync());
  GS_TRY_OK(Checkpointing(db_).write_all_frozen());
  GS_TRY_OK(
      Checkpointing(db_).merge_runs(db_.current_version()->runs.size(), {.leaves = segments}));
  remove_stray_base_files();
  return {};
}

// A record that was erased leaves the base, too. Of what is erased by now, the state tells when.
Error Database::Cutting::erase_in_base(const Id& id) {
  const std::shared_ptr<const Base> before = db_.base();
  if (before == nullptr) return {};
  Found had;
  GS_TRY([[maybe_unused]] const bool is_there, before->find(id, had));
  if (!engine::is_known(had)) return {};
  Applier past(db_.tables_);
  begin_from(before.get(), db_.log_->view(), past);
  {
    const std::lock_guard lock(db_.commit_mutex_);
    Found now;
    const bool is_here = db_.version_->find(id, ~Sequence{0}, now) == state::Version::Lookup::found;
    past.put_erased(had, db_.applier_.erasure(id, is_here ? now : Found()), 1);
  }
  std::uint64_t next_number = 1;
  GS_TRY(const auto aside,
         ReplayRuns::aside(db_.env_, [&]() -> Result<std::uint64_t> { return next_number++; }));
  GS_TRY(const auto version, aside->add(past.version(), db_.tables_));
  state::Checkpoint at = before->checkpoint();
  at.live_records = past.live_records();
  GS_TRY(auto base,
         keep_base(*db_.env_.files, version->runs, std::move(at), before->statement().left));
  use_base(std::move(base));
  return make_state_one({});
}

// --- 3 and 4. dropping ---

Result<Database::Cutting::Droppable> Database::Cutting::find_droppable(
    const Settled& settled, std::uint64_t changes) const {
  Droppable found;
  std::uint64_t number = 0;
  const auto look = [&](log::Location at, Bytes bytes, bool& stop) -> Error {
    stop = ++number == changes;
    GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(bytes));
    for (std::uint32_t i = 0; i < change.parent_count(); ++i) found.heads.erase(change.parent(i));
    found.heads.insert(change.digest());
    const std::vector<std::uint32_t> contents = contents_of(change);
    if (contents.empty()) return {};
    found.places[log::segment_of(at)].push_back(at);
    found.operations += contents.size();
    found.bytes += bytes_freed(change, contents);
    return {};
  };
  GS_TRY_OK(db_.each_change(settled, look));
  return found;
}

Error Database::Cutting::drop_contents(const Droppable& droppable, const Progress& progress) {
  GS_TRY_OK(make_state_one(droppable.segments()));
  std::map<std::uint32_t, std::uint64_t> sizes;
  std::uint64_t total = 0;
  for (const log::Log::Snapshot::Segment& one : db_.log_->snapshot().segments) {
    if (droppable.places.count(one.number) == 0) continue;
    sizes[one.number] = one.end;
    total += one.end;
  }
  std::uint64_t done = 0;
  for (const auto& [segment, changes] : droppable.places) {
    if (progress) progress(done, total);
    done += sizes[segment];
    const std::size_t runs_max = db_.current_version()->runs.size() + kRunsBesideMax;
    Buffer left;
    const auto transform = [&, &dropped_in = changes](log::Location at,
                                                      Bytes bytes) -> Result<Bytes> {
      GS_TRY_OK(
          Checkpointing(db_).write_waiting(runs_max));  // commits do not wait for a large segment
      if (!std::binary_search(dropped_in.begin(), dropped_in.end(), at)) return bytes;
      GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(bytes));
      return without_contents(change, left);
    };
    GS_TRY_OK(db_.log_->rewrite(segment, transform, {}));
    const std::lock_guard lock(db_.commit_mutex_);
    db_.publish_log_view();
    ++db_.rewrites_;
    db_.known_.reset();
    db_.checkpoint_log_bytes_ =
        std::min(db_.checkpoint_log_bytes_, db_.log_->bytes());  // it became smaller
  }
  if (progress) progress(total, total);
  GS_TRY_OK(Checkpointing(db_).save_checkpoint());
  db_.remove_stray_state_files(db_.saved_.checkpoint);
  return {};
}

Result<ShallowReport> Database::make_shallow(const ShallowOptions& how) {
  const std::lock_guard erase_lock(erase_mutex_);
  {
    const std::lock_guard lock(commit_mutex_);
    if (!how.preview) GS_TRY_OK(writable());
  }
  Cutting cutting(*this);
  GS_TRY(const Cutting::Cut cut, cutting.plan_cut(how.before));
  if (!how.preview) GS_TRY_OK(make_certain());
  ShallowReport report;
  report.changes = cut.changes;
  GS_TRY(Cutting::Droppable droppable, cutting.find_droppable(cut.settled, cut.changes));
  report.operations = droppable.operations;
  report.log_bytes = droppable.bytes;
  if (how.preview) {
    report.version.assign(droppable.heads.begin(), droppable.heads.end());
    return report;
  }
  const Job job(*this);
  if (!job.running()) return Error(Code::closed, "the storage is closed. Open it again");
  std::shared_ptr<const Base> base = cut.settled.base;
  const bool is_new = base == nullptr || base->changes() != cut.changes;
  if (is_new) {
    GS_TRY(base, cutting.write_base(cut, *env_.files));
    cutting.use_base(base);
  }
  if (!droppable.places.empty()) {
    GS_TRY_OK(cutting.drop_contents(droppable, how.progress));
  } else if (is_new) {
    GS_TRY_OK(cutting.make_state_one({}));
  }
  // The base is the state, so that files with the same records would only take room.
  if (log_->next_sequence() == cut.changes) GS_TRY_OK(forget_state(*env_.files));
  report.version = base->statement().heads;
  report.base_bytes = base->statement().run.bytes + base->statement().checkpoint.bytes;
  this->report(Event::Level::info, "made_shallow", "changes=" + std::to_string(report.changes));
  return report;
}

// --- for others ---

Error Database::give_checkpoint(const std::optional<Version>& before, const TakeBase& take_base,
                                const TakeChange& take) {
  const std::lock_guard erase_lock(erase_mutex_);
  const std::shared_ptr<const Base> had = base();
  const std::optional<Version> at =
      had != nullptr && !before ? Version(had->statement().heads) : before;
  Cutting cutting(*this);
  GS_TRY(const Cutting::Cut cut, cutting.plan_cut(at));
  GS_TRY_OK(make_certain());
  if (had != nullptr && had->changes() == cut.changes) {
    GS_TRY_OK(take_base(*env_.files, *had));
  } else {
    if (!key_) return read_only_reason_.copy();
    const Job job(*this);  // it counts new files
    if (!job.running()) return Error(Code::closed, "the storage is closed. Open it again");
    std::unique_ptr<platform::FileSystem> scratch = std::make_unique<platform::MemoryFileSystem>();
    if (env_.make_scratch) {
      GS_TRY(scratch, env_.make_scratch());
    }
    GS_TRY(const auto made, cutting.write_base(cut, *scratch));
    GS_TRY_OK(take_base(*scratch, *made));
  }
  std::uint64_t number = 0;
  Buffer memory;
  return each_change(cut.settled, [&](log::Location, Bytes bytes, bool&) -> Error {
    if (number++ >= cut.changes) return take(bytes);
    GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(bytes));
    GS_TRY(const Bytes left, without_contents(change, memory));
    return take(left);
  });
}

}  // namespace gs::engine
