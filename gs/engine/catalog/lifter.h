// Records as the schema of a moment reads them, one after the other.
//
// A record that is read as it is stored costs a comparison of pointers, or of a few words; another
// one is made anew in memory of the Lifter (gs/core/rules/lift.h).
//
// One thread at a time; any number of Lifters share a catalog. No errors.
#pragma once

#include <memory>
#include <optional>

#include "gs/engine/catalog/catalog.h"

namespace gs::engine {

class Lifter {
 public:
  // Null: every record is read as it is stored.
  // `stops`: of a reader that gives up (lift.h); outlives this.
  explicit Lifter(std::shared_ptr<const Catalog> catalog, rules::Stops* stops = nullptr)
      : catalog_(std::move(catalog)), stops_(stops) {}

  // `shape` stays as long as this. The view is valid until the next call, its shape as long as the
  // catalog.
  record::RecordView lift(const record::ShapePtr& shape, const std::uint8_t* record) {
    if (shape.get() != shape_) use(shape);
    const record::RecordView stored(shape_, record);
    if (plan_ == nullptr || plan_->is_current(stored)) return stored;
    return lift_stored(stored);
  }

 private:
  void use(const record::ShapePtr& shape) {
    shape_ = shape.get();
    plan_ = catalog_ == nullptr ? nullptr : catalog_->lift_plan(shape);
  }
  record::RecordView lift_stored(const record::RecordView& stored);

  std::shared_ptr<const Catalog> catalog_;
  rules::Stops* stops_;
  const record::Shape* shape_ = nullptr;
  std::shared_ptr<const rules::LiftPlan> plan_;  // of shape_
  std::optional<rules::LiftScratch> scratch_;
};

// One record that owns what lifting made of it.
class LiftedRecord {
 public:
  // `catalog`: null lifts nothing. Shape and bytes of a record that is read as it is stored are the
  // caller's to keep.
  LiftedRecord(const Catalog* catalog, const record::ShapePtr& shape, const std::uint8_t* record,
               rules::Stops* stops = nullptr);

  const record::RecordView& view() const noexcept { return view_; }
  bool is_lifted() const noexcept { return shape_ != nullptr; }
  const record::ShapePtr& shape() const noexcept { return shape_; }  // null: not lifted
  Buffer take_bytes() noexcept { return std::move(bytes_); }         // view() stays valid

 private:
  void lift(const Catalog& catalog, const rules::LiftPlan& plan, rules::Stops* stops);

  record::RecordView view_;
  record::ShapePtr shape_;
  Buffer bytes_;
};

inline LiftedRecord::LiftedRecord(const Catalog* catalog, const record::ShapePtr& shape,
                                  const std::uint8_t* record, rules::Stops* stops)
    : view_(shape.get(), record) {
  if (catalog == nullptr) return;
  const auto plan = catalog->lift_plan(shape);
  if (plan != nullptr && !plan->is_current(view_)) lift(*catalog, *plan, stops);
}

}  // namespace gs::engine
