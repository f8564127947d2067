// A storage: one database in one directory.
//
//   auto db = gs::Storage::create("./gs").value();
//   gs::Id id = db.insert("City", R"({"name":"Kyiv","lat":50.45})").value();
//   gs::Record city = db.get(id).value();
//   city.find("lat")->number();                    // read in place, nothing decoded
//
// Threads: a Storage may be used from many threads at once; Transaction and Scan belong to one
// thread at a time. Reads never wait for writes. Handles keep the storage open until the last one
// is gone. Errors: every call says which codes it can give; all can give io, failed, closed,
// read_only (writes) and damaged (also writes to a storage that opened with damage).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "globalstorage/bytes.h"
#include "globalstorage/care.h"
#include "globalstorage/exchange.h"
#include "globalstorage/history.h"
#include "globalstorage/id.h"
#include "globalstorage/options.h"
#include "globalstorage/query.h"
#include "globalstorage/reader.h"
#include "globalstorage/record.h"
#include "globalstorage/result.h"
#include "globalstorage/text_session.h"
#include "globalstorage/transaction.h"
#include "globalstorage/value.h"

namespace gs {

class Storage {
 public:
  // Errors: exists (a storage is there already), invalid, no_space.
  static Result<Storage> create(const std::string& directory, const CreateOptions& create = {},
                                const Options& options = {});
  // Errors: not_a_storage, newer_format, locked (names the owner), damaged (only when not even
  // reading is possible; else it opens read-only and recovery() tells).
  static Result<Storage> open(const std::string& directory, const Options& options = {});
  static Result<Storage> open_or_create(const std::string& directory, const Options& options = {});

  Storage(Storage&&) noexcept;
  Storage& operator=(Storage&&) noexcept;  // closes the one that it replaces, like ~Storage
  ~Storage();                              // closes; call close() to learn whether it went well

  // Writes what is left and lets go of the directory, whatever it returns. Errors: io; failed, when
  // an earlier write had failed. A second call does nothing, but waits for one under way.
  Error close();

  Digest id() const;
  Digest writer() const;
  const RecoveryReport& recovery() const;
  bool read_only() const;

  // --- one record: each is a transaction of its own with the storage's durability ---
  Result<Id> insert(std::string_view collection, std::string_view json);
  Result<Id> insert(std::string_view collection, const Object& object);
  Result<Id> put(std::string_view collection, std::string_view key, std::string_view json);
  Error set(const Id& id, std::string_view json);
  Error update(const Id& id, std::string_view json);
  Error add(const Id& id, std::string_view field, std::int64_t addition);  // see Transaction::add
  Error patch(const Id& id, std::string_view json);
  Error add_elements(const Id& id, std::string_view field, std::string_view elements);  // as well
  Error remove_elements(const Id& id, std::string_view field, std::string_view elements);
  Error splice(const Id& id, std::string_view field, std::uint64_t position, std::uint64_t deleted,
               std::string_view inserted);
  // For a person who types (text_session.h). A value that only the schema gives is written first.
  // Errors: not_found, invalid (the field holds no text, or the schema wants none there), those of
  // a commit.
  Result<TextSession> edit_text(const Id& id, std::string_view field,
                                TextPositions positions = TextPositions::code_points);
  // See Transaction::mark.
  Error mark(const Id& id, std::string_view field, std::uint64_t from, std::uint64_t to,
             std::string_view key, std::string_view value_json = "true",
             MarkGrowth growth = MarkGrowth::after);
  // The marks of a text, now or in a version: stretches that are as long as they can be, ascending
  // by where they begin, then by key. Reads the edits; of a text with marks it orders them all.
  // Errors: not_found, invalid (the field holds no text).
  Result<std::vector<TextMark>> text_marks(const Id& id, std::string_view field,
                                           const std::optional<Version>& version = {}) const;
  // The text with its marks, as editors take it: [{"insert":"Hello","attributes":{"bold":true}},
  // {"insert":" you"}]. Errors as well: too_large (64 MiB).
  Result<std::string> text_delta(const Id& id, std::string_view field,
                                 const std::optional<Version>& version = {}) const;
  // A short text that names the place before a character of a text, counted from 0, and stays
  // there whatever is typed by whomever: to be kept, or sent to others who show the place. It is
  // before the character behind it, or after the one in front of it. Of a text that nobody types
  // into at the same time as others it reads the edits once; else all of them are ordered. Errors:
  // not_found, invalid (no such position; the field holds no text).
  Result<std::string> text_cursor(const Id& id, std::string_view field, std::uint64_t position,
                                  TextSide side = TextSide::before) const;
  // Where that is now, or was in a version; of a character that was deleted, where it was. Errors
  // as well: not_found (the text was replaced since, or the character has not come here yet).
  Result<std::uint64_t> text_position(const Id& id, std::string_view field, std::string_view cursor,
                                      const std::optional<Version>& version = {}) const;
  Error list_insert(const Id& id, std::string_view field, std::uint64_t position,
                    std::string_view elements);
  Error list_delete(const Id& id, std::string_view field, std::uint64_t position,
                    std::uint64_t count = 1);
  Error list_move(const Id& id, std::string_view field, std::uint64_t from, std::uint64_t to);
  Error list_set(const Id& id, std::string_view field, std::uint64_t position,
                 std::string_view element);
  Result<std::string> tree_create(const Id& id, std::string_view field, std::string_view value,
                                  const TreePlace& place = {});  // the id of the node
  Error tree_move(const Id& id, std::string_view field, std::string_view node,
                  const TreePlace& place = {});
  Error tree_set(const Id& id, std::string_view field, std::string_view node,
                 std::string_view value);
  Error tree_delete(const Id& id, std::string_view field, std::string_view node);
  // The nodes of a tree, each before those below it; also of an array that nobody has edited as a
  // tree yet. not_found, invalid (the field holds something else).
  Result<std::vector<TreeNode>> tree_nodes(const Id& id, std::string_view field) const;
  Error remove(const Id& id);
  // Applies `changes` when every field named in `expected` has exactly that value now, or what a
  // write makes of it under the schema. True when it did, false when another value was found;
  // not_found without a record.
  Result<bool> swap(const Id& id, std::string_view expected, std::string_view changes);
  // A member of type 13 without content: of `expected` the field is not there, of `changes` it is
  // removed.
  Result<bool> swap(const Id& id, ObjectBytes expected, ObjectBytes changes);

  Result<Record> get(const Id& id) const;  // not_found
  // As in a version: the same on every replica that has its changes. not_found, erased (also
  // since). Reads these changes.
  Result<Record> get(const Id& id, const Version& version) const;
  bool has(const Id& id) const;
  // The id that a text names: a UUID, or a foreign key in `collection`, as UUIDs are of versions
  // that no id has.
  static Id resolve(std::string_view text, std::string_view collection = {});
  // The same, but that a UUID is a foreign key as well where it names no record of the collection;
  // without a collection: no record at all.
  Id find_id(std::string_view text, std::string_view collection = {}) const;

  Snapshot snapshot() const;
  Reader reader() const;  // reader.h
  Result<Scan> scan(const ScanOptions& options = {}) const;
  Result<Scan> scan(const Snapshot& snapshot, const ScanOptions& options) const;

  // --- queries: JSON as in docs/QUERY.md; no collection: all of them ---
  // Errors: invalid, too_large (both say where in the query), damaged.
  Result<Rows> find(std::string_view query_json) const;
  // Reads a query with parameters for PreparedQuery::find. Errors: invalid, too_large.
  Result<PreparedQuery> prepare(std::string_view query_json) const;
  // How many records pass; the query has nothing but `collection` and `filter`.
  Result<std::uint64_t> count(std::string_view query_json) const;
  // The same of a version: what a storage with just its changes would answer, with the schema that
  // was in force in it, without records erased since. Makes the state of the version anew from its
  // changes, in bounded memory, for each call, and scans it. Errors as well: not_found (a change
  // is not here), too_large (4 Mi records were erased since).
  Result<Rows> find(std::string_view query_json, const Version& version) const;
  Result<std::uint64_t> count(std::string_view query_json, const Version& version) const;
  Result<std::string> explain(std::string_view query_json, const Version& version) const;
  // Executes the query and tells how, as JSON: steps, index, rows examined, matched and returned.
  Result<std::string> explain(std::string_view query_json) const;
  // The rows of a query, and then what changes in them: live.h. `on_commit` is called after commits
  // that come when the last look is over, on the thread that commits and without a lock; not again
  // before the next look. It must not wait, nor use the live query, and may be called once more
  // while that is being destroyed. Errors: those of find.
  Result<LiveQuery> watch(std::string_view query_json, std::function<void()> on_commit = {}) const;

  // See CommitListener (live.h). Errors: too_large (4,096 live queries and listeners).
  Result<CommitListener> listen(std::function<void()> on_commit) const;

  // Names of all collections that records were ever written to, in the order of their appearance,
  // also when the records are gone; then those that only the schema in force has. Records in none
  // are not named here.
  std::vector<std::string> collections() const;
  // Whether the schema in force keeps the records of the collection in memory only.
  bool is_in_memory(std::string_view collection) const;

  Transaction begin();

  // Waits until everything up to `ticket` is durable; everything so far for a ticket that is later
  // than that, as one from before this storage was opened again may be.
  Error wait(Ticket ticket);
  Error sync();

  // --- schema (docs/SCHEMA.md): what records of which collection may be ---
  // The text of a schema: JSON of all files in a directory, {"files":{"City.js":"({ ... })"}}.
  // Errors: not_found (no schema file there), invalid, too_large (1 MiB in all).
  static Result<std::string> read_schema(const std::string& directory);
  // TypeScript interfaces of a schema's entities. Errors: as of apply_schema.
  static Result<std::string> schema_types(std::string_view schema);
  // The one in force; empty: none.
  std::string schema() const;
  // Of several that came at the same time it is the newest by the clocks of their writers, so one
  // of another replica may take the place of what this one had. Nothing: none is in force.
  std::optional<SchemaOrigin> schema_origin() const;
  // What would change, nothing when nothing does. Records of a collection that the schema in force
  // does not name are read, to tell whether they fit; `progress` counts them. Errors: invalid (with
  // file, line and column, or what cannot be kept), too_large, damaged.
  Result<std::vector<SchemaDifference>> compare_schema(std::string_view schema,
                                                       const Progress& progress = {}) const;
  // Puts it in force, durably; from then on records are checked when they are written. Nothing when
  // it is in force already. Records that are there stay as they are. Errors: those of
  // compare_schema; conflict (unsafe differences, named in the message, without `allow_unsafe`; or
  // another schema came meanwhile), exists (records have the same value in a new unique index).
  Error apply_schema(std::string_view schema, bool allow_unsafe = false);

  // --- blobs: values larger than a record ---
  Result<BlobRef> put_blob(Bytes bytes);
  Result<Buffer> get_blob(const BlobRef& blob) const;

  // --- history and proofs ---
  Result<std::vector<ChangeInfo>> log(std::uint64_t newest_first_count) const;
  // The same one by one, of a version (none: all that is here), with 8 bytes of memory for each
  // change of the log.
  Error log(std::uint64_t newest_first_count, const TakeChangeInfo& take,
            const std::optional<Version>& version = {}) const;
  Result<ChangeInfo> change(const Digest& digest,
                            std::vector<OperationInfo>* operations = nullptr) const;
  // Every operation on the record, erased ones and its deletion among them; empty: nothing in the
  // log names it. Reads the whole log, and keeps what it returns in memory.
  Result<std::vector<HistoryEntry>> history(const Id& id, std::uint64_t newest_first_count) const;
  // Of each field of a record, now or as of a version, who wrote it, when, and by which change. As
  // stored: defaults and conversions are left out. Errors: not_found, erased. Of now it reads no
  // change once the graph of changes is known, for which it reads all of them once.
  Result<Blame> blame(const Id& id, const std::optional<Version>& version = {}) const;
  // What differs between two versions, from `before` to `after` (none: now): of the records that
  // changes in only one of them write to, by id, as stored. Reads the changes in only one of them,
  // and when records that they write to may be older, the log before once. Errors: not_found (a
  // change is not here), too_large (more than 8 Mi writes to look at).
  Error diff(const Version& before, const std::optional<Version>& after, const DiffOptions& options,
             const TakeDifference& take) const;
  // Takes back what a change wrote, by anybody: fields get the values that they had before it,
  // records that it inserted are removed, those that it removed are there again. What others did to
  // these fields and records since stays, and is told in `kept`; what an earlier revert of it took
  // back, which nobody undid, is left. A transaction of its own; none when there is nothing to
  // change. Errors: not_found, invalid (the schema in force does not allow it, or it is a merge).
  Result<Reverted> revert(const Digest& change);
  // The same of one transaction: the newest one of this storage's writer that is not undone, on
  // whichever branch as far as this one has it, and the one that was undone last, as long as
  // nothing was written since. What others have undone of their own counts as if it had never been,
  // and does not come back. not_found: there is none.
  Result<Reverted> undo();
  Result<Reverted> redo();
  // What is hidden in a record. not_found: nothing is known of it. As stored: defaults and
  // conversions are left out.
  Result<Conflict> conflicts(const Id& id) const;
  // Of all records, by collection and id, at most so many.
  Result<std::vector<Conflict>> conflicts(std::uint64_t most) const;
  // A change named by the beginning of its digest in hexadecimal (at least 4 characters).
  Result<Digest> find_change(std::string_view prefix) const;

  // --- versions and their names ---
  // What a text names: the digest of a change or its beginning (at least 4 characters); a tag or a
  // branch, "main" is one; "now", what is here; or a time, "2026-11-29T12:00": the largest version
  // of the branch that is checked out in which no change is later. Errors: not_found, invalid
  // (several changes begin so; no time).
  Result<Version> find_version(std::string_view text) const;
  // By the graph of changes: nothing is read of them. Errors: not_found.
  Result<Divergence> divergence(const Version& version, const Version& other) const;
  // All names, ascending; without "main". The heads of a branch are those of what is written on it.
  Result<std::vector<NamedVersion>> named_versions() const;
  // Gives a version (none: now) a name, durably. Nothing is copied. Names have 1 to 255 bytes
  // without blanks and control characters, and none that may be taken for another version. Errors:
  // exists (create), not_found (move; a change is not here), invalid (the name; it is of the other
  // kind), too_large (16 MiB of names, removed ones among them).
  Error name_version(NamedVersion::Kind kind, std::string_view name,
                     const std::optional<Version>& version = {}, Naming naming = Naming::create);
  // Errors: not_found, exists, invalid.
  Error rename_version(NamedVersion::Kind kind, std::string_view from, std::string_view to);
  Error remove_version_name(NamedVersion::Kind kind, std::string_view name);  // not_found, invalid

  // --- branches ---
  // The name of the branch that is checked out: what is read and written is of it. Its id as text
  // when somebody has removed the name.
  Result<std::string> branch() const;
  // Makes the records those of another branch, durably, for this directory: other replicas have
  // their own. Costs what differs. Transactions that were begun before are refused (conflict).
  // Errors: not_found, invalid (what names no branch), too_large (more than 4 Mi records differ),
  // conflict (somebody writes all the time).
  Error checkout(std::string_view name);
  // Takes what a version has and the branch has not, as a change of the branch. What both have
  // written merges as what two writers do at the same time; what is hidden by that is told.
  // `preview`: tells it and merges nothing. Errors: not_found; conflict (`strict`, and something
  // would be hidden; or somebody writes all the time).
  Result<MergeReport> merge(std::string_view what, const MergeOptions& options = {});
  Result<VerifyReport> verify(const VerifyOptions& options = {}) const;
  // Self-contained JSON; verify_proof() needs nothing else.
  Result<std::string> proof(const Id& id) const;
  // Removes the record and every payload that ever held it; the chain still verifies. Returns the
  // number of payloads erased.
  Result<std::uint64_t> erase(const Id& id, std::string_view reason = {},
                              const Progress& progress = {});
  Result<StateDigest> digest() const;

  // --- care ---
  Result<Stats> stats() const;
  Error checkpoint();  // writes rows in RAM to a run now
  // Merges all runs into one of full records; nothing when that is there.
  Error compact(const Progress& progress = {});
  // A copy that can be restored; never contains this writer's keys. Runs beside writes. Errors:
  // exists: the directory is neither new nor empty; damaged: the log is, and the copy holds what
  // was written before its first damage.
  Error backup(const std::string& directory, const Progress& progress = {}) const;
  // Makes a storage from a backup, with a new writer. Errors: exists, not_a_storage; damaged: the
  // backup is, or does not lead to the state that the storage had.
  static Error restore(const std::string& backup, const std::string& directory,
                       const Progress& progress = {});

  // Drops what the records were before a version, for good and here alone: the state at that
  // version and what came after it stay, equal to that of the other replicas. Changes before it
  // keep their signed headers, so verify() begins with the first one. Whoever asks for what is gone
  // is told `dropped`. Finishes the job of a call that was cut off. Errors: not_found, conflict (a
  // change lacks payloads that nobody erased), dropped (there is less than that version already),
  // invalid (nothing comes before it), no_space.
  Result<ShallowReport> make_shallow(const ShallowOptions& options = {});
  // Of a shallow storage: the version before which history was dropped.
  std::optional<Version> shallow_at() const;

  // --- exchange: replicas of one storage, each with a writer of its own ---
  // Makes a replica, which needs not have what `options` say, in a new directory.
  static Result<ShallowReport> clone_shallow(const std::string& directory,
                                             const std::string& new_directory,
                                             const ShallowOptions& options = {});
  // The newest changes, from which all others can be reached; empty in no storage. Writes first
  // what is committed but still open.
  Result<std::vector<Digest>> heads() const;
  // Of writers whose key is in two places; none in a sound storage.
  Result<std::vector<TwinChanges>> twins() const;
  // Writes the changes that are neither among those of `since`, heads of somebody else, nor before
  // them; no blobs. Replaces a bundle of that name when it is whole and durable; a process that is
  // killed may leave "<file>.<16 hex digits>.new", which anybody may remove. Where recovery() has
  // damage it holds what stands before. Errors: not_found (one of `since` is not here), exists (the
  // file is there and is no bundle), invalid (no file can have that name), no_space, damaged.
  Result<BundleInfo> create_bundle(const std::string& file, std::span<const Digest> since = {},
                                   const Progress& progress = {}) const;
  // A bundle for somebody who has nothing yet: the state at a version, signed by this writer, what
  // came after it, and of what came before it the signed headers. Default: the version at which
  // this storage is shallow, else now. Whoever joins with it replays no history. Errors as well:
  // those of make_shallow(); read_only, when the state has to be signed and cannot be.
  Result<BundleInfo> create_checkpoint_bundle(const std::string& file,
                                              const std::optional<Version>& before = {},
                                              const Progress& progress = {});
  // Makes a shallow replica of such a bundle in a new or empty directory. All of it is looked at
  // before it is believed: sums, signatures of changes and of the state, the state's digest, each
  // record. Nothing is left of what is refused. Errors: those of apply_bundle(); invalid (the
  // bundle has no state), exists, bad_signature, broken_chain.
  static Result<ApplyReport> join(const std::string& file, const std::string& directory,
                                  const Progress& progress = {});
  // Takes what is not here yet; a change that cannot be taken stands in the report. What waits for
  // others is kept, also when the storage is closed. Errors: invalid (no bundle, or of another
  // storage), newer_format, damaged (the file is not whole): nothing was taken then. A file whose
  // sums fit and that holds what is no change gives the error of that, behind what came before it;
  // dropped: the bundle has a state to begin with, and this storage lacks what was dropped for it.
  Result<ApplyReport> apply_bundle(const std::string& file, const Progress& progress = {});
  // Makes a replica of a storage: all changes and blobs, and a new writer. Also beside a process
  // that writes. Errors: exists, not_a_storage, damaged.
  static Error clone(const std::string& directory, const std::string& new_directory,
                     const Progress& progress = {});

 private:
  struct Impl;
  explicit Storage(std::unique_ptr<Impl> impl);
  friend class LiveQuery;
  const std::shared_ptr<engine::Database>& database() const noexcept;
  std::unique_ptr<Impl> impl_;
};

// What a valid proof says.
struct ProofReport {
  Digest storage;
  Digest change;
  Digest writer;
  Id id;
  std::uint64_t time_ms = 0;
  std::string kind;
  std::string collection;
  std::string json;   // the record's content in that version; of an update what it was given
  Digest log_root;    // root of the log tree that the change is in
  Digest log_signer;  // the writer who vouches for that root; whom to believe is yours to say
  std::uint64_t log_size = 0;
};
// Errors: invalid (not a proof), broken_chain, bad_signature. `log_root`: the log must have this
// root.
Result<ProofReport> verify_proof(std::string_view proof_json,
                                 const std::optional<Digest>& log_root = {});

const char* version() noexcept;  // of the library, "0.1.0"

}  // namespace gs
