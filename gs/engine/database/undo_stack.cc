#include "gs/engine/database/undo_stack.h"

namespace gs::engine {

using graph::Kind;
using graph::Why;

bool writes_record(const graph::OperationView& operation) noexcept {
  return graph::is_erasable(operation.kind) && !graph::comes_first(operation.kind);
}

std::vector<Done> transactions_of(const graph::ChangeView& change) {
  std::vector<Done> all;
  bool begins = true;
  auto cursor = change.operations();
  for (graph::OperationView operation; cursor.next(operation);) {
    if (begins) all.push_back({operation.hlc, false, std::nullopt});
    begins = operation.last_of_transaction();
    Done& done = all.back();
    done.is_about_records = done.is_about_records || writes_record(operation);
    if (operation.kind != static_cast<std::uint8_t>(Kind::revert)) continue;
    if (auto reverts = graph::parse_revert(operation.payload); reverts.ok()) {
      done.reverts = *reverts;
    }
  }
  return all;
}

bool UndoStack::look(const DoneIn& one) {
  const Done& done = one.done;
  const Transaction self{one.change, done.hlc};
  const Why why = done.reverts ? done.reverts->why : Why::revert;
  if (why == Why::redo) {
    cancel(one, redone_);
    restoring_.insert(stamp_of_taken(one));
    return false;
  }
  if (why == Why::undo) {
    if (is_cancelled(self)) return false;
    if (why_ == Why::redo) {
      again_ = done.reverts;
      return take(self);
    }
    cancel(one, undone_);
    if (one.taken_from) undone_transactions_.insert({done.reverts->change, done.reverts->hlc});
    return false;
  }
  if (!done.is_about_records) return false;  // a schema, a name: no record's history
  if (why_ == Why::redo) return true;        // something was written since
  return why_ == Why::undo && !is_cancelled(self) && take(self);
}

// Of its own transactions, whatever it says: a stamp is that of its writer.
graph::Stamp UndoStack::stamp_of_taken(const DoneIn& by) {
  return {by.done.reverts->hlc, by.taken_from.value_or(by.chain)};
}

void UndoStack::cancel(const DoneIn& by, std::set<graph::Stamp>& both) {
  const graph::Stamp self{by.done.hlc, by.chain};
  cancelled_.insert({by.done.reverts->change, by.done.reverts->hlc});
  both.insert(stamp_of_taken(by));
  both.insert(self);
  restoring_.insert(self);
}

bool UndoStack::take(const Transaction& one) {
  found_ = one;
  return true;
}

}  // namespace gs::engine
