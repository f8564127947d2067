// What must be true of a storage at any moment without faults, whatever happened to it before.
//
// Each check returns what is wrong, or nothing. One thread.
#pragma once

#include <deque>

#include "gs/engine/database/database.h"
#include "gs/platform/memory/seeded_random.h"
#include "tests/simulation/model.h"
#include "tests/simulation/simulator.h"

namespace gs::simulation {

using DatabasePtr = std::shared_ptr<engine::Database>;

// Every record once, each also found by its id, and as many as the counts say.
std::string read_all(const DatabasePtr& db, Found& found);
std::string check_content(const DatabasePtr& db, const Content& content);
std::string complaint(const VerifyReport& report);
std::string check_verified(const DatabasePtr& db, bool full);
// What can be proven of a record, by what last happened to it; null: it was never heard of.
std::string check_proof(const DatabasePtr& db, const Id& id, const Effect* last, Totals& totals);

// Every index has the keys of the records, no more and no less. One that has to be made is made.
std::string check_indexes(const DatabasePtr& db, Totals& totals);

// No file has any of these bytes.
std::string check_gone(platform::FileSystem& files, const std::set<std::string>& marks);

// A change of the log and what the storage held after it.
struct Landmark {
  Digest change;
  std::size_t position = 0;  // transactions up to it
  Content content;
  std::map<Id, bool> erased;  // since then; false: perhaps, as the erasure failed
};

// Asks history for what it was at a few landmarks, whatever was erased since.
class Landmarks {
 public:
  void add(const Digest& change, const Model& model);
  void erased(const Id& id, bool certain);
  // After a crash: changes that were lost are no landmarks any more; all others must be found.
  std::string settle(const DatabasePtr& db, const Model& model);
  std::string check(const DatabasePtr& db, const Model& model, platform::SeededRandom& random,
                    Totals& totals) const;

 private:
  std::deque<Landmark> landmarks_;
};

}  // namespace gs::simulation
