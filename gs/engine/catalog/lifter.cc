#include "gs/engine/catalog/lifter.h"

namespace gs::engine {

record::RecordView Lifter::lift_stored(const record::RecordView& stored) {
  if (!scratch_) scratch_.emplace(catalog_->lifted_shapes());
  const auto lifted = plan_->lift(stored, catalog_->functions_of(stops_), *scratch_, stops_);
  return lifted ? record::RecordView(lifted->shape.get(), lifted->bytes.data()) : stored;
}

void LiftedRecord::lift(const Catalog& catalog, const rules::LiftPlan& plan, rules::Stops* stops) {
  rules::LiftScratch scratch(catalog.lifted_shapes());
  const auto lifted = plan.lift(view_, catalog.functions_of(stops), scratch, stops);
  if (!lifted) return;
  shape_ = lifted->shape;
  bytes_.assign(lifted->bytes.begin(), lifted->bytes.end());
  view_ = {shape_.get(), bytes_.data()};
}

}  // namespace gs::engine
