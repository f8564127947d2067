// Random transactions, and what the model says must come of each.
//
// They mix what applications mix: records with and without a key, new fields and collections at any
// time, updates, and expectations that hold or do not, about records that are there, were removed
// or were erased. One thread; everything follows from the random numbers that it is given.
#pragma once

#include <deque>

#include "gs/engine/database/database.h"
#include "gs/platform/memory/seeded_random.h"
#include "tests/simulation/model.h"

namespace gs::simulation {

// A staged transaction: what it does, or why it must be refused and do nothing.
struct Planned {
  Effects effects;
  bool conflict = false;  // an expectation does not hold
  bool missing = false;   // it writes to a record that is not there

  // Expectations come before anything else in a transaction.
  bool refused_by(Code code) const noexcept {
    return conflict ? code == Code::conflict : missing && code == Code::not_found;
  }
  bool refused() const noexcept { return conflict || missing; }
};

class Workload {
 public:
  Workload(platform::SeededRandom& random, const Model& model) : random_(random), model_(model) {}

  // Stages operations; says what is wrong when the engine contradicts the model meanwhile.
  std::string stage(engine::Database& db, engine::TransactionState& tx, Planned& planned);
  // A record to erase: often one that a transaction expected something of. Zero: there is none.
  Id to_erase();

 private:
  struct Staging;

  std::string stage_expectation(Staging& staging);
  std::string stage_one(Staging& staging);
  std::string stage_insert(Staging& staging);
  void stage_put(Staging& staging);
  void stage_set(Staging& staging, const Id& id);
  void stage_update(Staging& staging, const Id& id);
  void stage_remove(Staging& staging, const Id& id);
  // Null when the record is not there; then the transaction may have become one that is refused.
  bool may_write(Staging& staging, const Id& id);

  Id any_id(const Content& content);
  std::string value();
  std::string field_name();
  DocumentPtr document(const std::string& collection, const std::string& key);

  platform::SeededRandom& random_;
  const Model& model_;
  std::uint64_t counter_ = 0;
  std::map<Id, Digest> seen_;  // versions of records, some of them not the newest any more
  std::deque<Id> expected_;    // about which records something was expected lately
};

}  // namespace gs::simulation
