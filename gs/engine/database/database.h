// One database: the meeting point of log, state and writers. The main path of a write is
//
//   stage (staging.h) -> commit (commit.cc) -> apply (apply.h) -> flush (flush.cc) -> acknowledge
//
// and of a read: snapshot() -> Version::find -> view on the record's bytes (read.cc).
// What is done in many steps is done by a part of its own: a class within this one, which nobody
// else sees, works on the same state, and lives as long as the call.
//
// Locks, in this order: erase_mutex_ > commit_mutex_ > background_.mutex > version_mutex_. Readers
// take only version_mutex_, for two loads. commit_mutex_ is never held during an fdatasync, but
// when the log begins a new segment.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "globalstorage/storage.h"
#include "gs/engine/database/apply.h"
#include "gs/engine/database/background.h"
#include "gs/engine/database/group_commit.h"
#include "gs/engine/database/joined.h"
#include "gs/engine/database/leaf_hashing.h"
#include "gs/engine/database/log_writing.h"
#include "gs/engine/database/receive.h"
#include "gs/engine/database/replay_runs.h"
#include "gs/engine/database/schema_in_force.h"
#include "gs/engine/database/settled.h"
#include "gs/engine/database/setup.h"
#include "gs/engine/database/transaction_pool.h"
#include "gs/engine/database/unlogged_state.h"
#include "gs/engine/database/watchers.h"
#include "gs/platform/mutex.h"
#include "gs/storage/blob/blob_store.h"

namespace gs::engine {

class Staging;  // staging.h
struct VerifyMemory;

class Database : public std::enable_shared_from_this<Database> {
 public:
  static Result<std::shared_ptr<Database>> create(DatabaseSetup setup, const CreateOptions& create);
  static Result<std::shared_ptr<Database>> open(DatabaseSetup setup);
  ~Database();
  Error close();

  const Digest& storage() const noexcept { return storage_; }
  graph::Writer writer() const;
  // How many changes were read in the log again, for whatever: what looking back costs.
  std::uint64_t changes_read() const noexcept {
    return changes_read_.load(std::memory_order_relaxed);
  }
  const RecoveryReport& recovery() const noexcept { return recovery_; }
  bool read_only() const noexcept { return read_only_; }
  bool is_closed() const noexcept { return closed_; }
  const state::Tables& tables() const noexcept { return tables_; }
  Durability default_durability() const noexcept { return options_.durability; }

  // --- schema (schema.cc, rules.cc) ---
  state::SchemaEntry schema() const;  // the one in force
  // Puts a schema in force, durably: a bundle (catalog/bundle.h) as JSON. `previous`: the digest of
  // the one that was, zeros for none. Returns the entry's digest. Errors: conflict (another one is
  // in force), invalid and too_large (what it says), no_space.
  Result<Digest> put_schema(std::string_view source, const Digest& previous);
  std::shared_ptr<const Catalog> catalog() const;  // null: no schema
  // What the schema says of a collection; null: nothing. Stays as long as the transaction.
  const rules::Rules* rules_of(const TransactionState& tx, std::string_view collection) const;
  // Whether a record is what the rules want; null wants nothing. `invalid` names all that is wrong.
  Error check_record(TransactionState& tx, const rules::Rules* rules,
                     const record::Encoded& encoded) const;

  // --- names of versions (references.cc) ---
  // By name. Writes first what is committed but still open.
  Result<std::vector<NamedVersion>> references();
  // Durably, and in constant time: a name is an operation in the log. Errors: exists, not_found,
  // invalid (what the name may not be), too_large.
  Error name_version(NamedVersion::Kind kind, std::string_view name,
                     const std::optional<Version>& version, Naming naming);
  Error rename_version(NamedVersion::Kind kind, std::string_view from, std::string_view to);
  Error remove_version_name(NamedVersion::Kind kind, std::string_view name);

  // --- branches (branches.cc, merges.cc) ---
  // The name of the one that the state is of.
  Result<std::string> branch() const;
  // Makes the state that of another branch. What transactions have staged is not committed any
  // more. Errors: not_found, invalid (what names no branch), too_large, conflict (others write all
  // the time).
  Error checkout(std::string_view name);
  // Takes what a version has and the state has not. Errors: not_found; conflict (strict, and there
  // would be new ones); what receive() says of changes that cannot be applied.
  Result<MergeReport> merge(std::string_view what, const MergeOptions& options);

  // --- writing ---
  std::unique_ptr<TransactionState> begin();
  void recycle(std::unique_ptr<TransactionState> state);
  // The content of the array that a field shows as a tree, also of one that nobody has edited yet.
  // Errors: not_found, invalid (it holds something else).
  Result<std::string> tree_array(const Id& id, std::string_view field) const;
  // Errors: conflict (an expectation), not_found, too_large, no_space; nothing took effect then.
  Result<Sequence> commit(TransactionState& tx, Durability durability);
  Error wait(Sequence sequence);
  Error sync();
  // Writes and syncs lazily committed changes, notes what is on stable storage, and uses quiet
  // moments to merge runs; called about four times a second by one thread that owns a timer.
  void tick();

  // --- reading ---
  Moment moment() const;
  // Whether moment() would give the same. Two loads.
  bool is_now(const Moment& moment) const noexcept {
    return moment.at == visible_.load(std::memory_order_acquire) &&
           moment.published == published_.load(std::memory_order_acquire);
  }
  Result<std::shared_ptr<RecordHold>> get(const Id& id) const;
  Result<std::shared_ptr<RecordHold>> get_at(const Id& id, const Version& version);
  // past_state.cc: the state of a version, with the schema that was in force in it and without any
  // index. Errors: not_found, too_large, damaged, those of files; what the schema says.
  Result<Moment> moment_at(const Version& version);
  // The record as it is stored, without a handle. Errors: closed, not_found, damaged.
  Error find_now(const Moment& now, const Id& id, Found& out) const;
  // The same; false when there is none, or damage hides it.
  bool find_stored(const Moment& moment, const Id& id, Found& out) const;
  // What damage was met in the version's files, as far as anybody met it. An owner removes damaged
  // runs, so that the next open() makes them again.
  Error state_damage(const state::Version& version) const;
  // A record that was found in the moment, as its schema reads it.
  std::shared_ptr<RecordHold> hold(const Moment& moment, const Found& found) const;
  // The same in place of one that the caller has from here or null, in its memory when nobody else
  // has it.
  void hold(const Moment& moment, const Found& found, std::shared_ptr<RecordHold>& out) const;

  // The watcher is woken after commits, and when the storage is closed. Errors: too_large.
  Error watch(std::shared_ptr<Watcher> watcher);
  void unwatch(const Watcher& watcher) noexcept { watchers_.remove(watcher); }

  // --- history: all of these first write what is committed but still open ---
  Error log(std::uint64_t newest_first_count, const TakeChangeInfo& take,
            const std::optional<Version>& version = {});
  Result<std::vector<ChangeInfo>> log(std::uint64_t newest_first_count);
  Result<ChangeInfo> change(const Digest& digest, std::vector<OperationInfo>* operations);
  Result<std::vector<HistoryEntry>> history(const Id& id, std::uint64_t newest_first_count);
  // blame.cc; no version: now.
  Result<Blame> blame(const Id& id, const std::optional<Version>& version);
  // text_places.cc, text_marks.cc; no version: now. Errors: see Storage.
  Result<std::string> text_cursor(const Id& id, std::string_view field, std::uint64_t position,
                                  bool is_after);
  Result<std::uint64_t> text_position(const Id& id, std::string_view field, std::string_view cursor,
                                      const std::optional<Version>& version);
  Result<std::vector<TextMark>> text_marks(const Id& id, std::string_view field,
                                           const std::optional<Version>& version);
  Result<std::string> text_delta(const Id& id, std::string_view field,
                                 const std::optional<Version>& version);
  // differences.cc; no second version: now.
  Error diff(const Version& before, const std::optional<Version>& after, const DiffOptions& options,
             const TakeDifference& take);
  // revert.cc: see Storage. Errors as well: those of commits.
  Result<Reverted> revert(const Digest& change);
  Result<Reverted> undo();
  Result<Reverted> redo();
  // versions.cc: what a text names. Errors: not_found, invalid (it can be nothing, or several).
  Result<Version> find_version(std::string_view text);
  Result<Divergence> divergence(const Version& version, const Version& other);
  // conflicts.cc
  void name_writers(Conflict& conflict) const;
  Result<Conflict> conflicts(const Id& id) const;
  Result<std::vector<Conflict>> conflicts(std::uint64_t most) const;
  Result<Digest> find_change(std::string_view prefix);
  Result<VerifyReport> verify(const VerifyOptions& options);
  Result<std::string> proof(const Id& id);
  Result<std::uint64_t> erase(const Id& id, std::string_view reason, const Progress& progress = {});
  Result<StateDigest> digest();

  // --- changes of others (receive.cc, exchange.cc) ---
  // Takes changes as they are, in any order, also those that are here. What waits for others is
  // kept. Adds to `report`. Errors: invalid (bytes that are no change; those before were taken),
  // and those of commits.
  // `beside`: what erase operations say that come with these changes, in portions behind this one
  // perhaps. Null: those in `changes` alone.
  Error receive(std::span<const Bytes> changes, ReceiveReport& report,
                const Vouchers* beside = nullptr);
  // Of all writers whose key has signed several changes with one number; see twins.h.
  Result<std::vector<TwinsFound>> twins();
  // Whether one of them is not here and lacks a payload, so that `beside` matters.
  bool wants_vouchers(std::span<const Bytes> changes) const;
  // Of the erase operations in `changes`, about changes that are not here. What receive() would
  // refuse tells nothing. Errors: too_large.
  Error add_vouchers(std::span<const Bytes> changes, Vouchers& vouchers);
  // Gives all changes of the log, parents first, but those that whoever has `since` has; changes in
  // it that are not here count as nothing. The bytes stay until the next call.
  using TakeChange = std::function<Error(Bytes change)>;
  Error changes_since(std::span<const Digest> since, const TakeChange& take);
  std::vector<Digest> heads();  // of the log: what a peer is told that one has
  // Errors: not_found, naming the first one that is not here.
  Error check_known(std::span<const Digest> changes);

  // --- indexes (indexes.cc) ---
  // Makes an index whole that the schema has; a moment taken after that has it. Errors: read_only,
  // damaged, those of files; locked, for who does not wait for the job of the background.
  enum class Waiting { no, yes };
  Error build_index(const Digest& digest, Waiting waiting = Waiting::yes);
  // What a reader found damaged is given up.
  void forget_index(const Digest& digest, const Error& why) const;

  // --- shallow storages (shallow.cc) ---
  // Drops what the records were before a version, or before now; the changes of that time stay as
  // signed headers, so the chain verifies as before. Finishes the job of one that was cut off.
  // Errors: not_found, invalid (the version is not of what is checked out, or of before an earlier
  // cut), no_space, those of files.
  Result<ShallowReport> make_shallow(const ShallowOptions& how);
  // Null: the storage is whole.
  std::shared_ptr<const Base> base() const;
  // For somebody who begins with them: a base, which is made aside when there is none of that
  // version here, and all changes of the log, those before its cut without contents. No version:
  // what is here already, else now. Errors: those of make_shallow(); read_only, when it has to be
  // made and nothing can be signed.
  using TakeBase = std::function<Error(platform::FileSystem& files, const Base& base)>;
  Error give_checkpoint(const std::optional<Version>& before, const TakeBase& take_base,
                        const TakeChange& take);

  // --- care ---
  Result<Stats> stats();
  Error checkpoint();
  Error compact(const Progress& progress = {});
  Error backup(platform::FileSystem& target, const Progress& progress = {});
  // Of a backup: the copy with which work goes on. Errors: damaged, when this is not the state that
  // backup() saw. `lacking`: which blobs a copy that was made is without.
  Error restore(platform::FileSystem& target, Error& lacking, const Progress& progress = {});
  Result<BlobRef> put_blob(Bytes bytes);
  Result<Buffer> get_blob(const BlobRef& blob) const;

 private:
  friend class Staging;

  struct CommitScratch;
  struct Prepared;

  class Blaming;         // blame.cc
  class Checkpointing;   // checkpointing.h
  class Committing;      // committing.h
  class Comparing;       // differences.cc
  class Completing;      // completing.h
  class Copying;         // backup.cc
  class Cutting;         // cutting.h
  class Deriving;        // deriving.h
  class Erasing;         // erase.cc
  class HistoryReading;  // history.cc
  class Job;             // job.h
  class Merging;         // merges.cc
  class NameWriting;     // references.cc
  class NewUniques;      // new_unique.h
  class OpenChange;      // open_change.h
  class Opening;         // opening.h
  class PastState;       // past_state.cc
  class Proving;         // proof.cc
  class Receiving;       // receiving.h
  class Recalling;       // recalling.h
  class Reverting;       // reverting.h
  class Standing;        // standing.h
  class Switching;       // switching.h
  class TextReading;     // text_reading.h
  class UnloggedRows;    // unlogged_rows.h
  class VersionFinding;  // versions.cc

  explicit Database(DatabaseSetup setup);

  // open.cc
  void report(Event::Level level, std::string_view name, const std::string& text) const;
  void remove_stray_state_files(const state::Checkpoint& checkpoint);
  Error end(bool saves);  // `saves`: a checkpoint, when it is worth it

  // recover.cc
  // What a change of the log does to the state; noted: nothing, as it is of another branch.
  enum class Effect { applied, noted };
  bool follows_chain(const graph::ChangeView& change) const;
  Error accept(const graph::ChangeView& change, log::Location at, Effect effect);
  Error validate(const graph::ChangeView& change) const;
  Error spill_replayed();
  Error spill();
  Error check_dropped();  // shallow.cc

  // receive.cc
  Error know_changes();
  Error know(const Settled& settled, log::Location from, KnownChanges& known) const;
  bool is_known(const Digest& change) const;
  std::vector<graph::ChangeNumber> parents_of(const graph::ChangeView& change) const;

  // rules.cc, indexes.cc
  Error use_schema();
  void publish_catalog(std::shared_ptr<const Catalog> catalog);
  std::shared_ptr<const IndexView> indexes_of(const std::shared_ptr<const Catalog>& catalog) const;
  template <typename Change>
  bool change_index(const Digest& digest, const Change& change) const;
  bool has_runs_of_checkpoint() const;
  std::size_t memory_of_rows() const;  // with commit_mutex_ held

  // commit.cc, with commit_mutex_ held but for the last two
  Error writable() const;
  graph::Hlc next_hlc() const noexcept;  // greater than all before, in the log or not (unlogged.cc)
  void make_visible(Sequence sequence, graph::Hlc hlc, std::size_t logged_count) noexcept;
  // How the closed change gets into the log: by the executor while the next one is filled; at once;
  // at once, and somebody waits until it is on stable storage. A change waits for the executor only
  // while another one is open.
  enum class Writing { later, now, awaited };
  Error close_change(Writing writing = Writing::now);
  bool is_stuck() const;
  Error throttle();

  // flush.cc
  bool closed_with(Sequence sequence) const noexcept;  // with commit_mutex_ held
  Error flush();
  void raise_durable(Sequence reached) noexcept;
  Error fail(Error error);

  // checkpoint.cc
  void publish(std::shared_ptr<const state::Version> version, const NewIndexRuns& runs = {},
               const UnloggedIndexes& unlogged = {});
  void publish_log_view();
  std::shared_ptr<const state::Version> current_version() const;
  bool wants_checkpoint() const;
  void freeze();
  void start_background();
  void background();
  void end_background(Error error);
  void merge_when_idle();
  bool is_stopping() const;

  // history.cc
  Result<Settled> settle();
  Result<Settled> settle_locked();  // with commit_mutex_ held
  // Of what was settled and is given away, or that something is built upon.
  Error make_certain();
  record::ShapePtr known_shape(const Digest& digest);
  Error each_change(const Settled& settled, const Located& visit, log::Location from = 0,
                    log::Log::Compare compare = log::Log::Compare::frames) const;
  Error no_change(const Settled& settled, Error not_found) const;

  // past.cc. What settle() does, and questions about the graph of just these changes.
  Result<Settled> settle_known(const AskKnown& ask);
  // Of these changes, those that may write to one of the records.
  std::vector<Stretch> narrowed(const Settled& settled, std::vector<Stretch> changes,
                                std::span<const Id> ids) const;
  Error each_in(const Settled& settled, std::span<const Stretch> stretches,
                const Numbered& visit) const;

  // branches.cc
  Result<graph::BranchId> branch_by_name(std::string_view name) const;
  std::string name_of_branch() const;
  // Whose key signed what has this chain in its stamps.
  graph::Writer writer_of_chain(const graph::Writer& chain) const;
  Error go_on_with_chain();
  state::Branches branches_to_keep() const;
  Result<std::optional<Ancestors>> changes_of_state(const Settled& settled);

  std::vector<Digest> frontier() const { return {frontier_.begin(), frontier_.end()}; }

  DatabaseSetup setup_;
  platform::Environment& env_;
  Options& options_;
  std::unique_ptr<platform::FileLock> lock_;
  bool at_home_ = false;  // this engine wrote, or validated, all that lies in the directory
  bool read_only_ = false;
  Error read_only_reason_;  // what a write is answered with
  Error dropped_state_;     // why open() did not go on with a run that is still there
  RecoveryReport recovery_;
  std::unique_ptr<blob::BlobStore> blobs_;
  std::shared_ptr<const Base> base_;  // null: the storage is whole; guarded by commit_mutex_

  Digest storage_;
  graph::Writer writer_;
  std::optional<crypto::KeyPair> key_;
  std::atomic<std::uint32_t> writer_number_{0};  // of chain_

  platform::Mutex mint_mutex_;
  std::optional<id::Minter> minter_;
  std::shared_ptr<record::ShapeCache> shape_cache_;
  TransactionPool pool_;

  mutable platform::Mutex erase_mutex_;
  mutable platform::Mutex commit_mutex_;
  state::Tables tables_;
  std::unique_ptr<log::Log> log_;
  Applier applier_{tables_, shape_cache_.get()};
  graph::ChangeBuilder builder_;
  LeafHashing hashing_;  // of the builder's change, while more is appended
  LogWriting log_writing_;
  log::Log::Space space_;
  graph::Hlc last_hlc_ = 0;
  std::vector<state::WriterHead> heads_;  // by writer number
  graph::BranchId branch_{};              // whose state this is; zero: main
  graph::Writer chain_;                   // in which this storage writes on it
  std::set<Digest> frontier_;             // of the state
  std::vector<Digest> builder_parents_;   // of the open change
  bool builder_reverts_ = false;          // whether it takes anything back
  std::set<Digest> log_heads_;            // of all that is in the log
  bool state_lacks_ = false;              // ... more than the state has, or is another version
  std::map<graph::Writer, state::Branches::Chain> chains_;  // of branches but main
  std::atomic<std::uint64_t> own_chains_{0};  // that chain_ has been, one after the other
  std::optional<Joined> joined_;              // what was applied for a change that is not there yet
  std::uint64_t change_count_ = 0;
  std::unique_ptr<KnownChanges> known_;  // null: nobody has asked yet
  std::uint64_t known_generations_ = 0;  // of the log in which its places are
  std::uint64_t rewrites_ = 0;           // of the log; places in it are others after each
  std::uint64_t decisions_ = 0;          // of known_ that were seen
  bool names_changed_ = false;           // by what counts no more, or again
  bool changes_over_ = false;            // to what counts by now
  bool notes_first_ = false;             // replay: what counts is known at the end only
  WaitingChanges waiting_;
  std::optional<graph::Writer> only_writer_;  // who alone may write; written by open()
  std::uint64_t operation_count_ = 0;
  std::unique_ptr<CommitScratch> scratch_;
  Error failure_;  // first fatal failure; guarded by commit_mutex_
  std::atomic<bool> failed_{false};
  mutable std::atomic<std::uint64_t> changes_read_{0};
  std::atomic<bool> closed_{false};

  std::atomic<Sequence> visible_{0};  // committed, for readers
  Watchers watchers_;                 // told about it
  Sequence written_ = 0;              // in closed changes; guarded by commit_mutex_
  Sequence last_logged_ = 0;  // the last one with operations in the log; guarded by commit_mutex_

  UnloggedState unlogged_;  // guarded by commit_mutex_
  GroupCommit group_;

  mutable platform::Mutex version_mutex_;
  mutable std::atomic<std::uint64_t> published_{0};  // changed with what it guards
  std::shared_ptr<const state::Version> version_;
  mutable std::shared_ptr<const IndexView> index_view_ = std::make_shared<const IndexView>();
  SchemaInForce schema_;

  Sequence tick_seen_ = 0;  // of the last tick; the ticking thread's own
  unsigned quiet_ticks_ = 0;

  Background background_;
  SavedState saved_;
  std::map<Digest, IndexRunList> loaded_indexes_;  // that the checkpoint names; while open() runs
  std::unique_ptr<ReplayRuns> replay_runs_;        // while open() replays more than a table holds
  std::uint64_t checkpoint_log_bytes_ = 0;         // bytes of log at the last freeze

  mutable platform::Mutex digest_mutex_;
  mutable std::vector<Digest> bucket_digests_;

  platform::Mutex verify_mutex_;
  std::unique_ptr<VerifyMemory> verified_;  // what the changes verified so far say
};

}  // namespace gs::engine
