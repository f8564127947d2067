// Which transactions of one writer it took back itself, as its part of the log tells, whichever
// branches it wrote on.
//
// Pure.
#pragma once

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "gs/core/graph/change.h"
#include "gs/core/graph/operation.h"

namespace gs::engine {

// One transaction, as the log tells it.
struct Done {
  graph::Hlc hlc = 0;
  bool is_about_records = false;
  std::optional<graph::Revert> reverts;
};
// The same, with where it is.
struct DoneIn {
  Digest change;
  graph::Writer chain{};
  Done done;
  // The chain of what it takes back; none: not the same writer's, or not here.
  std::optional<graph::Writer> taken_from;
};
std::vector<Done> transactions_of(const graph::ChangeView& change);
bool writes_record(const graph::OperationView& operation) noexcept;

// The transactions of one writer from the newest one back: which of them count as if they had never
// been, as one of two took the other one back, and where undo and redo go on.
class UndoStack {
 public:
  using Transaction = std::pair<Digest, graph::Hlc>;
  // `why`: what looks for its transaction. A revert looks for none.
  explicit UndoStack(graph::Why why) : why_(why) {}

  // True: undo or redo ends here.
  bool look(const DoneIn& one);

  const std::optional<Transaction>& found() const noexcept { return found_; }
  // What the undo that was found took back.
  const std::optional<graph::Revert>& again() const noexcept { return again_; }
  // What was undone with what undid it.
  const std::set<graph::Stamp>& undone() const noexcept { return undone_; }
  // Undos with what undid them.
  const std::set<graph::Stamp>& redone() const noexcept { return redone_; }
  // Of both: all that took something back.
  const std::set<graph::Stamp>& restoring() const noexcept { return restoring_; }
  // The transactions that were undone.
  const std::set<Transaction>& undone_transactions() const noexcept { return undone_transactions_; }

 private:
  void cancel(const DoneIn& by, std::set<graph::Stamp>& both);
  static graph::Stamp stamp_of_taken(const DoneIn& by);
  bool is_cancelled(const Transaction& one) const { return cancelled_.count(one) != 0; }
  bool take(const Transaction& one);

  const graph::Why why_;
  std::set<Transaction> cancelled_;
  std::set<graph::Stamp> undone_;
  std::set<graph::Stamp> redone_;
  std::set<graph::Stamp> restoring_;
  std::set<Transaction> undone_transactions_;
  std::optional<Transaction> found_;
  std::optional<graph::Revert> again_;
};

}  // namespace gs::engine
