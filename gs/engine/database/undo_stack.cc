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

bool UndoStack::look(const Digest& change, const Done& done) {
  const Transaction self{change, done.hlc};
  const Why why = done.reverts ? done.reverts->why : Why::revert;
  if (why == Why::redo) {
    cancel(*done.reverts, done.hlc, redone_);
    restoring_.insert({done.reverts->hlc, writer_});
    return false;
  }
  if (why == Why::undo) {
    if (is_cancelled(self)) return false;
    if (why_ == Why::redo) {
      again_ = done.reverts;
      return take(self);
    }
    cancel(*done.reverts, done.hlc, undone_);
    undone_transactions_.insert({done.reverts->change, done.reverts->hlc});
    return false;
  }
  if (!done.is_about_records) return false;  // a schema, a name: no record's history
  if (why_ == Why::redo) return true;        // something was written since
  return why_ == Why::undo && !is_cancelled(self) && take(self);
}

void UndoStack::cancel(const graph::Revert& reverts, graph::Hlc by, std::set<graph::Stamp>& both) {
  cancelled_.insert({reverts.change, reverts.hlc});
  both.insert({reverts.hlc, writer_});
  both.insert({by, writer_});
  restoring_.insert({by, writer_});
}

bool UndoStack::take(const Transaction& one) {
  found_ = one;
  return true;
}

}  // namespace gs::engine
