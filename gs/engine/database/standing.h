// What of the log stands once a key has signed twins, and that the state, the names of versions and
// this writer follow it (standing.cc). With the commit lock, but where it says otherwise.
#pragma once

#include "gs/engine/database/database.h"

namespace gs::engine {

class Database::Standing {
 public:
  explicit Standing(Database& db) noexcept : db_(db) {}

  // Of a change whose parents are here.
  Effect effect_of(const graph::ChangeView& change) const;
  void note_standing(const graph::ChangeView& change);
  std::vector<TwinsFound> twins_found() const;
  bool may_renew_writer() const;
  Error renew_writer();
  Error settle_writer();

  // Without it.
  std::uint64_t decisions_so_far() const;
  Result<state::References> counting_references(const Settled& settled,
                                                const KnownChanges& known) const;
  Result<std::optional<state::References>> references_if_twins(const Settled& settled);
  Error follow_standing();

 private:
  bool is_apart() const;
  Result<std::optional<graph::BranchId>> branch_to_follow() const;
  Error change_over(const graph::BranchId& branch);

  Database& db_;
};

}  // namespace gs::engine
