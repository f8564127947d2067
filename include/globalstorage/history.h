// What is told of the past, and of concurrent writes: versions and their names, changes, who wrote
// what, what differs, what was taken back, what is hidden. Plain data.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "globalstorage/id.h"

namespace gs {

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
  Digest writer;              // who gave the name its version, see Storage::writer
  std::uint64_t time_ms = 0;  // and when, since 1970-01-01 UTC, by the writer's clock
  Id branch;                  // of a branch: what its changes have
};
// create: the name must be new. move: it must be there.
enum class Naming { create, move };

// One change, as `gstore log` and `gstore show` print it.
struct ChangeInfo {
  Digest digest;
  Digest writer;
  Id branch;                   // zeros: main
  std::uint64_t sequence = 0;  // among the writer's changes on this branch
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
  bool dropped = false;  // its content was, as the storage is shallow; erased or not
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

// What differs at one place of a text. Positions are in code points, as those of Storage::splice.
struct TextHunk {
  std::uint64_t before = 0;  // where it begins in the text before
  std::uint64_t after = 0;   // and in the text after
  std::string removed;       // what the text before has there
  std::string inserted;      // and the text after, in its place
};
// What differs between two versions of the storage. JSON that is empty: not there.
struct FieldDifference {
  std::string field;
  std::string before_json;
  std::string after_json;
  // Of a field that is a text in both: all that differs in it, ascending, with something alike
  // between each and the next; else none. Found by lines, then words, then code points, with little
  // work: where very much differs, or a text repeats itself, one hunk may be of all that lies
  // between two changes. At most 1,024, the last of which then has the rest.
  std::vector<TextHunk> hunks;
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
// writes"), or one under an earlier name of a field that has a later one. One of the value that is
// shown hides nothing.
struct HiddenWrite {
  std::string field;  // empty for a removal; of a member of an object with the names to it
  // Of a member of an object: the names that lead to it, the field first; else empty. A patch that
  // gives the member (Storage::patch) decides.
  std::vector<std::string> path;
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

// What two versions have apart: changes, but for those that only name versions or say what was
// merged.
struct Divergence {
  std::uint64_t ahead = 0;   // that the first one alone has
  std::uint64_t behind = 0;  // ... the other one
};

struct MergeOptions {
  bool preview = false;  // only tells what there would be
  bool strict = false;   // merges nothing when there would be new conflicts
};
// What a merge did, or would do.
struct MergeReport {
  bool is_up_to_date = false;       // everything was here
  bool is_fast_forward = false;     // ... else all that was written here is in what was merged
  std::uint64_t changes = 0;        // that came, or would
  Version merged;                   // what is there afterwards, but for the change that says so
  std::vector<Conflict> conflicts;  // that were not there before; ascending by id
};

}  // namespace gs
