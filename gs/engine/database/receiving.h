// How the changes of others are looked at, one by one, and get into the log (receive.cc, causes.cc,
// waiting.cc); Database::receive says in which order.
#pragma once

#include "gs/engine/database/database.h"

namespace gs::engine {

class Database::Receiving {
 public:
  explicit Receiving(Database& db) noexcept : db_(db) {}

  // What can be said without the storage. Expensive, so without a lock.
  Error check_alone(const graph::ChangeView& change) const;
  bool may_join(std::span<const graph::ChangeView> step);

  // All else with the commit lock.
  Error receive_one(const graph::ChangeView& first, ReceiveReport& report);
  Error check_applicable(const graph::ChangeView& change, WriteTargets& targets) const;

  Error load_waiting();
  Error look_again(ReceiveReport& report);
  std::uint64_t count_incomplete() const;
  void tell_early(ReceiveReport& report) const;
  void remove_settled();

 private:
  Error check_here(const graph::ChangeView& change, Digest& missing);
  Error check_seen(const graph::ChangeView& change) const;
  Error check_references(const graph::ChangeView& change, Digest& missing) const;  // references.cc
  Error check_merges(const graph::ChangeView& change) const;                       // the same
  Error append_received(const graph::ChangeView& change);

  // causes.cc
  // That an operation of a change which came names an insert or set of its record.
  struct Claim {
    log::Location at = 0;  // of the change that alone can have it; 0 for none
    Id id;
    graph::Hlc hlc = 0;
    std::uint32_t operation = 0;
  };
  Error check_causes(const graph::ChangeView& change, WriteTargets& targets, Digest& missing) const;
  Error check_bases(const graph::ChangeView& change, std::vector<Claim>& claims,
                    WriteTargets& targets, Digest& missing) const;
  Error check_minted(const graph::ChangeView& change, const WriteTargets& targets) const;
  Error check_erasures(const graph::ChangeView& change, Digest& missing) const;

  // waiting.cc
  bool is_stripped(const graph::ChangeView& change) const;
  bool is_early(const graph::ChangeView& change) const;
  bool is_due(const Digest& change) const;
  bool makes_way(const graph::ChangeView& change) const;
  Error remember_waiting(const graph::ChangeView& change, const Digest& missing);
  Error keep_waiting(const graph::ChangeView& change, const Digest& missing);
  void wait_for(const Digest& change, const Digest& missing);
  Buffer forget_waiting(const Digest& change);
  void remove_waiting(const Digest& change);

  Database& db_;
};

}  // namespace gs::engine
