// What is told of schemas that follow each other, and of what replicas give each other. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "globalstorage/error.h"
#include "globalstorage/id.h"

namespace gs {

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
  bool has_checkpoint = false;  // a storage can be made of it: Storage::join
};

// A change that was not taken, and why.
struct RefusedChange {
  Digest change;
  Digest writer;
  std::uint64_t sequence = 0;  // of its writer
  Code code = Code::ok;
  std::string why;
};

// A change that waits for its time: the clock of its writer was more than a minute ahead of ours.
struct EarlyChange {
  Digest change;
  Digest writer;
  std::uint64_t time_ms = 0;  // of its clock, since 1970
};

// Changes with one number of one writer: its key is in two places, or it lies. All are kept, and
// one of them counts, the same on every replica with the same changes: the one on which the newest
// changes of more other writers stand; of several, the one with the least digest. What stands upon
// the others makes no state; it can be looked at as a version.
struct TwinChanges {
  Digest writer;
  std::uint64_t sequence = 0;  // the number, from 0
  struct Twin {
    Digest change;
    bool counts = false;
    std::uint64_t votes = 0;  // other writers whose newest change stands upon it
  };
  std::vector<Twin> twins;  // the one that counts first, then by digest
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
  std::uint64_t early = 0;                 // how many of these wait for their time
  std::vector<EarlyChange> early_changes;  // the first 100
  std::uint64_t completed = 0;  // of those known: had been taken without a payload, and have it now
  std::uint64_t refused = 0;
  std::vector<RefusedChange> refusals;  // the first 100
  // All that are here, when there is a new one, or when another one counts now.
  std::vector<TwinChanges> twins;
};

}  // namespace gs
