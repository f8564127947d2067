// Records that are made anew from the log while the rest of the state stays (derive.cc), and the
// state that takes in what a change stands on (branches.cc).
#pragma once

#include "gs/engine/database/database.h"

namespace gs::engine {

class Database::Deriving {
 public:
  explicit Deriving(Database& db) noexcept : db_(db) {}

  using ReplayEach = std::function<Error(const graph::ChangeView& change, log::Location at)>;
  // `base`: that of the changes which `each` replays.
  Error derive(const std::shared_ptr<const Base>& base, const IdSet& ids, Applier& derived,
               const std::function<Error(const ReplayEach& replay)>& each);
  void put_derived(const IdSet& ids, const Applier& derived);
  Error derive_again(const IdSet& ids);

  Error join(std::span<const graph::ChangeNumber> heads);
  Error leave_joined();

 private:
  Database& db_;
};

}  // namespace gs::engine
