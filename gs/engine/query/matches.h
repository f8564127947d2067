// The records that a query is about, one after the other: those of its collection, or those that an
// index names, with its filter. Sees the context's moment. One thread at a time; context and access
// outlive it.
#pragma once

#include <span>

#include "gs/core/query/matcher.h"
#include "gs/engine/database/scan.h"
#include "gs/engine/query/context.h"
#include "gs/engine/query/index_walk.h"

namespace gs::engine {

class Matches {
 public:
  // In the order of ids, from the first id >= `from`; or in that of the access.
  Matches(const QueryContext& context, const Access& access, const Id& from);

  // Null at the end, which may be damage: see error(). Else valid until the next call.
  const state::Met* next();
  // What next() gave last, as the schema of the moment reads it; valid until the next call.
  const record::RecordView& view() const noexcept { return view_; }
  // What ended the walk before its end.
  Error error() const {
    if (stops_.gave_up()) return stops_.error();
    return scan_ ? scan_->error() : walk_->error();
  }

  std::uint64_t examined() const noexcept { return examined_; }
  std::uint64_t matched() const noexcept { return matched_; }

 private:
  void look(const state::Met& met) {
    if (met.entry->shape != shape_number_) {
      shape_number_ = met.entry->shape;
      shape_ = &tables_.shape(shape_number_).shape;
    }
    view_ = lifter_.lift(*shape_, met.record);
  }

  const state::Met* next_in_batch();

  const state::Tables& tables_;
  rules::Stops& stops_;
  std::optional<ScanState> scan_;          // either this ...
  std::optional<IndexWalk> walk_;          // ... or that
  std::optional<query::Matcher> matcher_;  // none: all of them pass
  std::span<const state::Met> batch_;      // what is left of it
  std::uint32_t shape_number_ = state::kUnknown;
  const record::ShapePtr* shape_ = nullptr;  // of the tables
  Lifter lifter_;
  record::RecordView view_;
  std::uint64_t examined_ = 0;
  std::uint64_t matched_ = 0;
};

}  // namespace gs::engine
