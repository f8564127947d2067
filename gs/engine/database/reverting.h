// How something that was written is taken back (revert.cc), after a look at what became of it
// (look_back.cc).
#pragma once

#include "gs/engine/database/database.h"
#include "gs/engine/database/looked_back.h"
#include "gs/engine/database/undo_stack.h"

namespace gs::engine {

class Database::Reverting {
 public:
  explicit Reverting(Database& db) noexcept : db_(db) {}

  Error check_no_merge(const Digest& change);  // revert_merge.cc
  using TakeDone = std::function<bool(const DoneIn& one)>;
  Error each_done(const graph::Writer& writer, const std::optional<Digest>& change,
                  const TakeDone& take);
  Result<Reverted> take_back(const graph::Revert& revert, const UndoStack& stack);
  Result<Reverted> take_back_own(graph::Why why);

 private:
  Error recall_counted(const LookedBack& looked, const Id& id,
                       std::optional<CountedWrites>& out) const;
  Error stage_taking_back(TransactionState& tx, const TakingBack& one, const Found& now);
  Error take_back_record(const LookedBack& looked, const Id& id, TransactionState& tx,
                         Reverted& told);
  static std::optional<graph::Writer> chain_of_taken(const KnownChanges& known,
                                                     const graph::Writer& writer, const DoneIn& by);
  Result<Settled> changes_by(const graph::Writer& writer, const std::optional<Digest>& change,
                             std::vector<Stretch>& out);
  Error find_taken(const graph::Writer& writer, std::vector<DoneIn>& all);
  static std::vector<Digest> brought_by(const KnownChanges& known, graph::ChangeNumber change,
                                        const graph::Merge& merge);

  // look_back.cc
  using Stacks = std::map<graph::Writer, UndoStack>;
  Error look_back(const graph::Revert& revert, const UndoStack& stack, LookedBack& out);
  Error look_at_own(Looked& looked, const LookedBack& in);
  Error look_at_undone(const UndoStack& stack, LookedBack& out);
  Error look_at_reverting(const LookedBack& in, KnownReverts& reverts, Stacks& others);
  Error look_at_counted(const UndoStack& stack, const Stacks& others, const KnownReverts& reverts,
                        LookedBack& out);
  Error look_at_others(LookedBack& out);

  Database& db_;
};

}  // namespace gs::engine
