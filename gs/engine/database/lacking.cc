#include "gs/engine/database/lacking.h"

#include "gs/core/graph/operation.h"

namespace gs::engine {

void Lacking::add(const graph::ChangeView& change) {
  auto cursor = change.operations();
  for (graph::OperationView operation; cursor.next(operation);) {
    if (operation.erased()) {
      if (count_ == kMax) continue;
      all_[change.digest()].insert(cursor.index());
      ++count_;
    } else if (operation.kind == static_cast<std::uint8_t>(graph::Kind::erase)) {
      vouch(operation);
    }
  }
}

void Lacking::vouch(const graph::OperationView& operation) {
  const auto erase = graph::parse_erase(operation.payload);
  if (!erase.ok()) return;
  const auto at = all_.find(erase->change);
  if (at == all_.end()) return;
  count_ -= at->second.erase(erase->operation);
  if (at->second.empty()) all_.erase(at);
}

}  // namespace gs::engine
