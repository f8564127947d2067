// Lookups of a batch, asked for ahead: memory that waits for memory, slot, entry and record, is
// asked for in three steps, so that a lookup finds all of it in the processor's cache.
#pragma once

#include <array>

#include "gs/core/graph/change.h"
#include "gs/storage/state/state.h"

namespace gs::engine {

// Ids in the order in which they will be looked up, kDistance of them before the first one is.
class LookAhead {
 public:
  static constexpr std::size_t kStep = 8;  // lookups between two steps
  static constexpr std::size_t kDistance = 3 * kStep;

  void add(const state::Version& version, const Id& id) noexcept {
    version.prefetch(id);
    if (count_ >= kStep) version.prefetch_entry(before(kStep));
    if (count_ >= 2 * kStep) version.prefetch_record(before(2 * kStep), ~state::Sequence{0});
    ids_[count_++ % ids_.size()] = id;
  }

 private:
  const Id& before(std::size_t steps) const noexcept {
    return ids_[(count_ - steps) % ids_.size()];
  }

  std::array<Id, 2 * kStep> ids_;
  std::size_t count_ = 0;
};

// The same for the records that the operations of a change are about. Inserts look nothing up, but
// have a place in the first table.
class OperationsAhead {
 public:
  OperationsAhead(const state::Version& version, const graph::ChangeView& change)
      : change_(change), cursor_(change.operations()) {
    for (std::size_t i = 0; i < LookAhead::kDistance; ++i) next(version);
  }

  // Before each operation; `version`: as it is then.
  void next(const state::Version& version) {
    graph::OperationView operation;
    if (!cursor_.next(operation) || operation.id_index == graph::kNoId) return;
    const Id id = change_.id(operation.id_index);
    if (operation.kind == static_cast<std::uint8_t>(graph::Kind::insert)) {
      version.tables.front()->prefetch(id);
    } else {
      ids_.add(version, id);
    }
  }

 private:
  LookAhead ids_;
  const graph::ChangeView& change_;
  graph::ChangeView::Cursor cursor_;
};

}  // namespace gs::engine
