// From an operation of a change to a write of a record.
#pragma once

#include "gs/core/graph/operation.h"
#include "gs/engine/database/merging.h"

namespace gs::engine {

// The numbers that this storage has for the writers of one change.
class ChangeWriters {
 public:
  // `writer`: of the change itself.
  ChangeWriters(const graph::ChangeView& change, std::uint32_t writer, const state::Tables& tables);

  LocalStamp stamp(const graph::OperationView& operation) const noexcept {
    return {operation.hlc, writer_};
  }
  // None for a writer of whom nothing is here.
  LocalStamp stamp(graph::Hlc hlc, std::uint16_t index) const noexcept;
  LocalStamp base(const graph::OverwrittenView& overwritten) const noexcept {
    return stamp(overwritten.hlc, overwritten.writer);
  }
  // Valid until the next call.
  const std::vector<Seen>& seen(const graph::OverwrittenView& overwritten);

 private:
  std::uint32_t writer_;
  std::vector<std::uint32_t> others_;
  std::vector<Seen> seen_;
};

// The rule that an update names for each of its fields, when it is one; else Rule::latest. `delta`:
// its record.
merge::Rule rule_of_all(const graph::OperationView& operation, const record::RecordView& delta);

// Whether an operation is about the record that there may be after this erasure: it says to have
// seen it. hlc 0: nothing was erased, so all are.
bool outlives(const graph::OperationView& operation, const LocalStamp& erasure,
              const ChangeWriters& writers);

// Does to `record` what an insert, set, update or remove does, whose payload is valid. `shape`:
// that it names, which lives as long as what is made of the record; null for none.
Error merge_operation(merge::MergedRecord& record, const graph::OperationView& operation,
                      const record::ShapePtr* shape, ChangeWriters& writers);

}  // namespace gs::engine
