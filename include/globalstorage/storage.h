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
#include "globalstorage/id.h"
#include "globalstorage/options.h"
#include "globalstorage/result.h"
#include "globalstorage/value.h"

namespace gs {

namespace engine {
class Database;
struct RecordHold;
struct TransactionState;
class ScanState;
class Find;
class Prepared;
struct QueryContext;
}  // namespace engine

class LiveQuery;  // live.h
class Record;
namespace api {
Record make_record(std::shared_ptr<engine::RecordHold> hold);
}  // namespace api

// One field's value, read in place. Valid as long as the Record it came from.
class Field {
 public:
  Field() = default;
  Type type() const noexcept { return type_; }
  bool is_null() const noexcept { return type_ == Type::null; }
  // Each is empty when the value has another type.
  std::optional<bool> boolean() const noexcept;
  std::optional<double> number() const noexcept;         // also from integer, when exact
  std::optional<std::int64_t> integer() const noexcept;  // integer and date
  std::optional<std::string_view> text() const noexcept;
  std::optional<Bytes> bytes() const noexcept;
  std::optional<Id> id() const noexcept;
  std::uint32_t count() const noexcept;               // array, set, object; else 0
  Field element(std::uint32_t index) const noexcept;  // array, set; object: the member's value
  std::string_view name(std::uint32_t index) const noexcept;  // object
  Value value() const;
  std::string json() const;

 private:
  friend class Record;
  Field(Type type, Bytes content) noexcept : type_(type), content_(content) {}
  Type type_ = Type::null;
  Bytes content_;
};

// One version of a record, pinned: its bytes stay where they are while this handle lives.
class Record {
 public:
  Record();
  ~Record();
  Record(Record&&) noexcept;
  Record& operator=(Record&&) noexcept;
  Record(const Record&);
  Record& operator=(const Record&);

  const Id& id() const noexcept;
  std::string_view collection() const noexcept;  // empty for none
  std::string_view key() const noexcept;         // the foreign key, empty for none
  // Names exactly this version: digest of the record's stamps.
  Digest version() const;
  // The field, or empty when the record has no such field.
  std::optional<Field> find(std::string_view name) const noexcept;
  std::size_t field_count() const noexcept;
  // Of the field at `index` in the record's order; empty when there are not so many.
  std::string_view field_name(std::size_t index) const noexcept;
  Field field(std::size_t index) const noexcept;
  Object object() const;
  std::string json() const;  // one line
  void append_json(std::string& out) const;
  Bytes bytes() const noexcept;  // the record format of docs/FORMAT.md

 private:
  friend class Storage;
  friend class Scan;
  friend class Row;
  friend class Rows;
  friend Record api::make_record(std::shared_ptr<engine::RecordHold> hold);
  explicit Record(std::shared_ptr<engine::RecordHold> hold);
  std::shared_ptr<engine::RecordHold> hold_;
};

// A fixed moment of the storage to read from: all reads see the same version. Cheap to make and to
// keep; keeping one for long keeps replaced files on disk.
class Snapshot {
 public:
  Snapshot();
  ~Snapshot();
  Snapshot(Snapshot&&) noexcept;
  Snapshot& operator=(Snapshot&&) noexcept;

  // The fastest read: bytes of the newest version in this snapshot, borrowed from it; empty when
  // there is no such record, and when damage hides it (Storage::get tells). The bytes are those of
  // Record::bytes().
  Bytes peek(const Id& id) const noexcept;
  bool has(const Id& id) const noexcept;

 private:
  friend class Storage;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Records in id order; sees the moment in which it was made.
class Scan {
 public:
  Scan();
  ~Scan();
  Scan(Scan&&) noexcept;
  Scan& operator=(Scan&&) noexcept;
  // False at the end, which may be damage: whoever needs all records looks at error() then.
  bool next(Record& out);
  // The same without making a Record: bytes stay valid until the next call.
  bool next(Id& id, Bytes& bytes) {
    if (next_ == end_ && !refill()) return false;
    id = *next_->id;
    bytes = next_->bytes;
    ++next_;
    return true;
  }
  // `damaged` when that ended the scan: what came before is right. None at the real end.
  Error error() const;
  // Starts again from the first id >= `from`, with the whole limit and in the same moment; cheaper
  // than a new Scan.
  void seek(const Id& from);

 private:
  friend class Storage;
  // Records are found a few at a time.
  struct Row {
    const Id* id = nullptr;
    Bytes bytes;
  };
  struct Impl;
  bool refill();
  std::unique_ptr<Impl> impl_;
  const Row* next_ = nullptr;
  const Row* end_ = nullptr;
};

// One row of a query's result: a record, or a group. Stays readable on its own.
class Row {
 public:
  Row();
  ~Row();
  Row(Row&&) noexcept;
  Row& operator=(Row&&) noexcept;
  Row(const Row&);
  Row& operator=(const Row&);

  bool is_record() const noexcept;
  // The whole record, whatever the query selects. Not of a group: look at is_record() first.
  const Record& record() const noexcept;
  // One line: what the query selects, with the records that it includes; of a group its values.
  // Errors: damaged (a record to include cannot be told), too_large (docs/QUERY.md, "Limits").
  Result<std::string> json() const;
  Error append_json(std::string& out) const;  // after an error nothing was appended

 private:
  friend class Rows;
  friend class LiveQuery;
  std::shared_ptr<const engine::QueryContext> context_;
  std::optional<Record> record_;
  std::string group_json_;
};

// The rows of a query, in its order; all from the moment in which Storage::find was called.
class Rows {
 public:
  Rows();
  ~Rows();
  Rows(Rows&&) noexcept;
  Rows& operator=(Rows&&) noexcept;  // lets go of what it had, like ~Rows

  // False at the end, which may be damage: whoever needs all rows looks at error() then.
  bool next(Row& out);
  // `damaged` when that ended the rows: what came before is right. None at the real end.
  Error error() const;
  // A text for the query's `cursor`, to go on behind the last row that next() gave; empty before
  // the first one. Errors: too_large (values of the sort fields that are too long for one).
  Result<std::string> cursor() const;

 private:
  friend class Storage;
  friend class PreparedQuery;
  std::shared_ptr<engine::Find> find_;
};

// A query that is read once and executed many times: {"$param":"name"} stands for a value that each
// execution gives (docs/QUERY.md, "Parameters"). Rows are those of the text with the values in it,
// from the moment of the execution. One thread at a time; rows may go to others. It does not keep
// the storage open. Errors: those of Storage::find; closed; invalid for values that are missing,
// too many or unknown; too_large.
class PreparedQuery {
 public:
  PreparedQuery();
  ~PreparedQuery();
  PreparedQuery(PreparedQuery&&) noexcept;
  PreparedQuery& operator=(PreparedQuery&&) noexcept;

  // Names of the parameters, each once, in the order in which the text has them.
  const std::vector<std::string>& parameters() const noexcept;

  // Values in that order.
  Result<Rows> find(std::span<const Value> values);
  Result<std::uint64_t> count(std::span<const Value> values);
  Result<std::string> explain(std::span<const Value> values);
  // Of a query without parameters.
  Result<Rows> find() { return find(std::span<const Value>()); }
  Result<std::uint64_t> count() { return count(std::span<const Value>()); }
  Result<std::string> explain() { return explain(std::span<const Value>()); }
  // Values by name.
  Result<Rows> find(const Object& values);
  Result<std::uint64_t> count(const Object& values);
  Result<std::string> explain(const Object& values);

 private:
  friend class Storage;
  std::shared_ptr<engine::Database> database_;
  std::unique_ptr<engine::Prepared> prepared_;
};

struct ScanOptions {
  std::string collection;  // empty: every collection
  std::optional<Id> from;  // first id, inclusive
  std::uint64_t limit = ~std::uint64_t{0};
};

// Waits can be put off: commit lazily, keep the ticket, wait for many at once.
struct Ticket {
  std::uint64_t sequence = 0;
};

// Operations on several records that take effect all or none. Nothing happens before commit();
// destroying an uncommitted transaction forgets it. Reads through the storage do not see it.
class Transaction {
 public:
  ~Transaction();
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) noexcept;

  // JSON: one object (see docs/FORMAT.md "JSON" for dates, bytes, big numbers, ids and sets).
  Result<Id> insert(std::string_view collection, std::string_view json);
  Result<Id> insert(std::string_view collection, const Object& object);
  // With a foreign key: the record's id is derived from collection and key; replaces it if there.
  Result<Id> put(std::string_view collection, std::string_view key, std::string_view json);
  // Whole content replaced; not_found when there is no such record at commit.
  Error set(const Id& id, std::string_view json);
  Error set(const Id& id, const Object& object);
  // The given fields replaced, others kept; {"$unset":true} as a value removes a field.
  Error update(const Id& id, std::string_view json);
  Error update(const Id& id, const Object& object);
  // Adds to a number, up to 2^53 either way; one that is not there is 0. What others add at the
  // same time counts as well. Who writes the field instead writes a value to go on from.
  Error add(const Id& id, std::string_view field, std::int64_t addition);
  // Adds elements to an array or a set, or removes them; `elements` is a JSON array of them. What
  // others do at the same time counts as well, and who adds an element wins over who removes it. A
  // field that is not there is made by adding. Two elements are one when their values are.
  Error add_elements(const Id& id, std::string_view field, std::string_view elements);
  Error remove_elements(const Id& id, std::string_view field, std::string_view elements);
  Error remove(const Id& id);
  // The commit fails with `conflict` unless the record has exactly this version then.
  Error expect(const Id& id, const Digest& version);
  Error expect_absent(const Id& id);

  std::size_t operations() const noexcept;

  // Errors: conflict, not_found, too_large, no_space: nothing of it took effect. After io or failed
  // it was visible here and may or may not be on disk; the next open tells.
  Result<Ticket> commit();
  Result<Ticket> commit(Durability durability);

 private:
  friend class Storage;
  explicit Transaction(std::unique_ptr<engine::TransactionState> state);
  std::unique_ptr<engine::TransactionState> state_;
};

struct Stats {
  std::uint64_t records = 0;
  std::uint64_t log_bytes = 0;    // valid bytes of the log
  std::uint64_t state_bytes = 0;  // files below state/
  std::uint64_t blob_bytes = 0;
  std::uint64_t memory_bytes = 0;    // rows, slots, images and commits in RAM
  std::uint64_t memory_records = 0;  // of the records, those in memory only
  std::uint64_t segments = 0;
  std::uint64_t changes = 0;
  std::uint64_t operations = 0;  // appended by this process
  std::uint64_t runs = 0;
  std::uint64_t writers = 0;
  std::uint64_t shapes = 0;
  std::vector<std::pair<std::string, std::uint64_t>> collections;  // name, live records
};

// What open() found after a crash.
struct RecoveryReport {
  std::uint64_t changes_replayed = 0;
  std::uint64_t bytes_replayed = 0;
  // An unfinished write at the end of the log, which nothing shows to have been acknowledged:
  // removed, or left where it is because the storage was opened read-only. What an owner beside us
  // is writing is neither.
  bool torn_tail_cut = false;
  bool torn_tail_left_out = false;
  // With a torn tail: log/mark was there to show it. Else an acknowledged write may have been
  // there.
  bool torn_tail_judged = false;
  std::uint32_t cut_segment = 0;  // where it begins
  std::uint64_t cut_offset = 0;
  std::uint64_t cut_bytes = 0;
  std::vector<std::string> damage;  // not empty: the storage is read-only until repaired
};

// How far a long call is, `done` of `total` in units of its own. Called on the thread of the call,
// which waits for it. It may read, look at the history and ask for stats(). It must not commit,
// close or begin another long call (erase, verify, backup, compact, checkpoint, bundles): each may
// wait for the call that waits for it.
using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

struct VerifyOptions {
  bool full = true;            // false: without rebuilding the state from the log to compare it
  bool incremental = false;    // only changes that no verify() of this handle has seen yet
  std::optional<Digest> head;  // this change must be in the log: shows a cut-off end
  Progress progress;           // bytes
};

struct VerifySection {
  // frames, digests, links, signatures, commitments, payloads, ids, mark, keys, manifest, state,
  // blobs, head
  std::string name;
  bool ok = true;
  std::uint64_t checked = 0;
  bool complete = true;  // false: damage kept some of it from being checked
  // Of a failure: segment, offset, change, operation. When ok: what is odd and harms nothing.
  std::string detail;
};

struct VerifyReport {
  bool ok = true;
  std::vector<VerifySection> sections;
  std::uint64_t bytes = 0;
  std::uint64_t changes = 0;
  std::uint64_t operations = 0;
  std::uint64_t erased = 0;
  std::vector<Digest> frontier;
  std::vector<std::string> damage;  // every damaged place of the log, up to 1,000
};

// A version of the storage: some changes, and all that comes before them, by causality. So it is
// the same on every replica that has these changes.
struct Version {
  Version() = default;
  Version(const Digest& change) : heads{change} {}  // NOLINT(google-explicit-constructor)
  explicit Version(std::vector<Digest> changes) : heads(std::move(changes)) {}
  std::vector<Digest> heads;
};

// A tag is a name that stays at a version, a branch one that is meant to move. All names are
// different. Of two replicas that give one name at the same time the later one wins everywhere.
struct NamedVersion {
  enum class Kind { tag, branch };
  std::string name;
  Kind kind = Kind::tag;
  std::vector<Digest> heads;  // ascending
  Digest writer;              // who gave the name its version
  std::uint64_t time_ms = 0;  // and when, since 1970-01-01 UTC, by the writer's clock
};
// create: the name must be new. move: it must be there.
enum class Naming { create, move };

// One change, as `gstore log` and `gstore show` print it.
struct ChangeInfo {
  Digest digest;
  Digest writer;
  std::uint64_t sequence = 0;
  std::uint64_t time_ms = 0;
  std::uint64_t bytes = 0;
  std::uint32_t transactions = 0;
  std::uint32_t operations = 0;
  Digest prev;
  std::vector<Digest> parents;
  std::uint32_t segment = 0;
  std::uint64_t offset = 0;
};
struct OperationInfo {
  std::string kind;  // "insert", "set", "update", "add", "add-elements", "remove", ..
  std::optional<Id> id;
  std::string collection;
  bool last_of_transaction = false;
  bool erased = false;
  std::string json;  // the record, when there is one; of an update what it was given; of a schema
                     // its files, as read_schema gives them
};
// One operation on a record, and the change that it is in.
struct HistoryEntry {
  ChangeInfo change;
  OperationInfo operation;
};

// Whether it wants the next one, too.
using TakeChangeInfo = std::function<bool(const ChangeInfo& change)>;

// Who wrote what a record shows in one field.
struct FieldOrigin {
  std::string field;
  std::string json;  // its value
  Digest writer;
  std::uint64_t time_ms = 0;     // since 1970-01-01 UTC, by the writer's clock
  std::optional<Digest> change;  // that wrote it; none of a record that is kept in memory only
};
struct Blame {
  Id id;
  std::string collection;
  std::string key;                  // empty for none
  std::vector<FieldOrigin> fields;  // in the record's order
};

// What differs between two versions of the storage. JSON that is empty: not there.
struct FieldDifference {
  std::string field;
  std::string before_json;
  std::string after_json;
};
struct RecordDifference {
  // erased: it was written to in one of the versions, and erased since or at the same time, so what
  // it was there cannot be told; in the other one it is not there.
  enum class Kind { added, removed, changed, erased } kind = Kind::changed;
  Id id;
  std::string collection;
  std::string key;                      // empty for none
  std::vector<FieldDifference> fields;  // of added and removed ones: all; of erased ones: none
};
// Whether it wants the next one, too.
using TakeDifference = std::function<bool(const RecordDifference& difference)>;
struct DiffOptions {
  std::optional<std::string> collection;  // its records only; empty: those in none
  std::uint64_t limit = ~std::uint64_t{0};
};

// What was not taken back, because somebody did something about it since.
struct KeptWrite {
  enum class Why {
    written,  // the field, or the record that would go
    removed,  // the record
    erased,   // the record: nobody can tell what it was
  };
  Id id;
  std::string collection;
  std::string field;  // empty: about the record
  Why why = Why::written;
  Digest writer;  // who did; zeros where nobody can tell
};
// What a revert did. Nothing of other writers is taken back, whatever it was about.
struct Reverted {
  Digest change;                          // whose writes were taken back
  std::uint64_t time_ms = 0;              // when they were written, by the writer's clock
  std::vector<RecordDifference> records;  // what it changed
  std::vector<KeptWrite> kept;
};

// A write of which another one is shown that did not know of it (docs/SCHEMA.md "Concurrent
// writes"), or one under an earlier name of a field that has a later one.
struct HiddenWrite {
  std::string field;        // empty for a removal
  std::string was;          // the earlier name of the field that it was written under; else empty
  bool is_removal = false;  // of the record, which somebody wrote at the same time
  std::string json;         // its value; empty for a removal
  std::string shown_json;   // what is shown in its place; empty: nothing, the record is removed
  std::string rule;         // by which: "lww", "max", "min", "first"; "was": of two names the later
  Digest writer;
  std::uint64_t time_ms = 0;  // since 1970-01-01 UTC, by the writer's clock
};
// What is hidden of one record. Whoever writes a field has seen what is hidden there, and ends it.
struct Conflict {
  Id id;
  std::string collection;
  bool is_removed = false;  // the removal is shown, the writes that it did not see are hidden
  std::vector<HiddenWrite> hidden;  // by field, then by time; empty: none
};

// Who put the schema in force, and when.
struct SchemaOrigin {
  Digest writer;
  std::uint64_t time_ms = 0;  // since 1970-01-01 UTC, by the writer's clock
};

// One thing that changes when a schema follows the one in force.
struct SchemaDifference {
  // safe: every record that fits the schema in force fits the new one as it is. migrated: the new
  // one says how (an earlier name, a conversion). unsafe: records may not fit it, or hold what it
  // does not know. checked: only records can tell, and apply_schema asks them (a new unique index).
  enum class Risk { safe, migrated, unsafe, checked } risk = Risk::safe;
  std::string collection;
  std::string field;  // path; empty: about the collection
  std::string what;   // for people: "is new, required and without a default: ..."
};

struct StateDigest {
  std::vector<Digest> frontier;
  Digest digest;
};

// A bundle: changes in one file (docs/FORMAT.md, "Bundle").
struct BundleInfo {
  Digest storage;
  std::uint64_t changes = 0;
  std::uint64_t change_bytes = 0;  // of these changes
  std::uint64_t file_bytes = 0;
  std::vector<Digest> since;  // what it leaves out: these, and all that comes before them
  // Whoever has applied it, and had `since`, has these: `since` of the next one.
  std::vector<Digest> heads;
};

// A change that was not taken, and why.
struct RefusedChange {
  Digest change;
  Digest writer;
  std::uint64_t sequence = 0;  // of its writer
  Code code = Code::ok;
  std::string why;
};

// What came of a bundle.
struct ApplyReport {
  std::uint64_t changes = 0;  // in the bundle
  std::uint64_t taken = 0;    // with those that had waited for them
  std::uint64_t known = 0;    // were here already
  // Here in all, for changes that have not come yet, for their time, or for a payload.
  std::uint64_t waiting = 0;
  // How many of these came without a payload of which no erase operation tells that it was erased:
  // whoever carried them took it out. They are taken when somebody brings them whole.
  std::uint64_t incomplete = 0;
  std::uint64_t completed = 0;  // of those known: had been taken without a payload, and have it now
  std::uint64_t refused = 0;
  std::vector<RefusedChange> refusals;  // the first 100
};

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
  Error add_elements(const Id& id, std::string_view field, std::string_view elements);  // as well
  Error remove_elements(const Id& id, std::string_view field, std::string_view elements);
  Error remove(const Id& id);
  // Applies `changes` when every field named in `expected` has exactly that value now, or what a
  // write makes of it under the schema. True when it did, false when another value was found;
  // not_found without a record.
  Result<bool> swap(const Id& id, std::string_view expected, std::string_view changes);

  Result<Record> get(const Id& id) const;  // not_found
  // As in a version: the same on every replica that has its changes. not_found, erased (also
  // since). Reads these changes.
  Result<Record> get(const Id& id, const Version& version) const;
  bool has(const Id& id) const;
  // The id that a text names: a UUID, or a foreign key in `collection`.
  static Id resolve(std::string_view text, std::string_view collection = {});

  Snapshot snapshot() const;
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
  // not_found: nothing is known of the record. As stored: defaults and conversions are left out.
  // Takes back what a change wrote, by anybody: fields get the values that they had before it,
  // records that it inserted are removed, those that it removed are there again. What others did to
  // these fields and records since stays, and is told in `kept`. A transaction of its own; none
  // when there is nothing to change. Errors: not_found, invalid (the schema in force does not allow
  // it).
  Result<Reverted> revert(const Digest& change);
  // The same of one transaction: the newest one of this storage's writer that is not undone, and
  // the one that was undone last, as long as nothing was written since. not_found: there is none.
  Result<Reverted> undo();
  Result<Reverted> redo();
  Result<Conflict> conflicts(const Id& id) const;
  // Of all records, by collection and id, at most so many.
  Result<std::vector<Conflict>> conflicts(std::uint64_t most) const;
  // A change named by the beginning of its digest in hexadecimal (at least 4 characters).
  Result<Digest> find_change(std::string_view prefix) const;

  // --- versions and their names ---
  // What a text names: the digest of a change or its beginning (at least 4 characters); a tag or a
  // branch; "main" or "now", what is here; or a time, "2026-11-29T12:00": the largest version in
  // which no change is later, of those that are here. Errors: not_found, invalid
  // (several changes begin so; no time).
  Result<Version> find_version(std::string_view text) const;
  // All names, ascending.
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

  // --- exchange: replicas of one storage, each with a writer of its own ---
  // The newest changes, from which all others can be reached; empty in no storage. Writes first
  // what is committed but still open.
  Result<std::vector<Digest>> heads() const;
  // Writes the changes that are neither among those of `since`, heads of somebody else, nor before
  // them; no blobs. Replaces a bundle of that name when it is whole and durable; a process that is
  // killed may leave "<file>.<16 hex digits>.new", which anybody may remove. Where recovery() has
  // damage it holds what stands before. Errors: not_found (one of `since` is not here), exists (the
  // file is there and is no bundle), invalid (no file can have that name), no_space, damaged.
  Result<BundleInfo> create_bundle(const std::string& file, std::span<const Digest> since = {},
                                   const Progress& progress = {}) const;
  // Takes what is not here yet; a change that cannot be taken stands in the report. What waits for
  // others is kept, also when the storage is closed. Errors: invalid (no bundle, or of another
  // storage), newer_format, damaged (the file is not whole): nothing was taken then. A file whose
  // sums fit and that holds what is no change gives the error of that, behind what came before it.
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
