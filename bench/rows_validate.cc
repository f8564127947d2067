// Records that a schema is kept for, against npm's metaschema in Node, which checks an object that
// is parsed already. The definition and the record are those of tests/schema/bench.js.
//
//   validate        the check alone: what a record costs more than one of a collection that the
//                   schema does not name
//   validate-whole  its JSON is read, encoded and checked
//
// Nothing is committed.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "bench/bench.h"
#include "bench/need.h"
#include "globalstorage/storage.h"

namespace gs::bench {
namespace {

constexpr double kValidateGoal = 20;
// A difference needs more rounds than a ratio does; and may be lost in the noise.
constexpr std::uint64_t kTurns = 5;
constexpr double kLeastS = 1e-6;
constexpr std::uint64_t kRecordsMax = 200'000;
constexpr const char* kPeer = "metaschema";
constexpr const char* kPeerCommand = "node tests/schema/bench.js 'check flat' 2>/dev/null";

constexpr const char* kSchema =
    R"js({"files":{"User.js":"({ Entity: {}, name: 'string', )js"
    "email: { type: 'string', length: { min: 3, max: 64 } }, age: 'number', active: 'boolean', "
    "city: 'string', street: 'string', zip: '?string', note: '?string', score: 'number', "
    R"js(role: { enum: ['user', 'admin', 'guest'] } })"}})js";
constexpr const char* kUser =
    R"({"name":"Ada Lovelace","email":"ada@example.com","age":36,"active":true,"city":"London",)"
    R"("street":"Marylebone Road","zip":"NW1","note":"first","score":9.5,"role":"admin"})";

// Nanoseconds of one check in Node; 0: there is no Node, or no metaschema in build/npm-schema.
double peer_ns() {
  std::FILE* const pipe = ::popen(kPeerCommand, "r");
  if (pipe == nullptr) return 0;
  double ns = 0;
  char line[128];
  while (std::fgets(line, sizeof line, pipe) != nullptr) {
    double found = 0;
    if (std::sscanf(line, "check flat %lf ns", &found) == 1) ns = found;
  }
  return ::pclose(pipe) == 0 ? ns : 0;
}

// Staged, and forgotten.
Cost stage(Storage& db, const char* collection, std::uint64_t records) {
  return measure([&] {
    for (std::uint64_t left = records; left > 0;) {
      Transaction transaction = db.begin();
      for (std::uint64_t i = 0; i < kBatch && left > 0; ++i, --left) {
        need(transaction.insert(collection, kUser).error(), "insert");
      }
    }
  });
}

Line line_of(const std::string& row, double ours, double peer) {
  Line line;
  line.row = row;
  line.unit = "/s";
  line.ours = ours;
  line.all = {{kOurs, ours}};
  if (peer == 0) return line;
  line.peer_name = kPeer;
  line.peer = peer;
  line.ratio = ours / peer;
  line.all.emplace_back(kPeer, peer);
  return line;
}

}  // namespace

void run_validate(Bench& bench) {
  Storage db = need(Storage::open_or_create(bench.fresh("validate") + "/gs"), "open");
  need(db.apply_schema(kSchema), "apply_schema");
  const std::uint64_t records = std::min(bench.arguments().records, kRecordsMax);
  Samples samples;
  for (std::uint64_t round = 0; round < kTurns * bench.arguments().rounds; ++round) {
    samples.add("checked", stage(db, "User", records));
    samples.add("unchecked", stage(db, "Other", records));
  }
  need(db.close(), "close");
  const auto count = static_cast<double>(records);
  const double whole_s = samples.median_of("checked").wall_s;
  const double check_s = std::max(whole_s - samples.median_of("unchecked").wall_s, kLeastS);
  const double ns = peer_ns();
  const double peer = ns == 0 ? 0 : 1e9 / ns;
  Line line = line_of("validate", count / check_s, peer);
  if (peer != 0) {
    line.goal = ">= 20x";
    line.ok = line.ratio >= kValidateGoal;
  }
  bench.report().add(line);
  bench.report().add(line_of("validate-whole", count / whole_s, peer));
}

}  // namespace gs::bench
