// How the state becomes that of another branch (branches.cc). With a job.
#pragma once

#include "gs/engine/database/database.h"

namespace gs::engine {

class Database::Switching {
 public:
  explicit Switching(Database& db) noexcept : db_(db) {}

  Error switch_to(const graph::BranchId& branch);

 private:
  struct Plan;
  Result<Plan> plan_switch(const graph::BranchId& branch);
  Error look_at_different(Plan& plan) const;
  Error derive_switch(const Plan& plan, Applier& derived);
  Result<bool> finish_switch(const Plan& plan, const Applier& derived);

  Database& db_;
};

}  // namespace gs::engine
