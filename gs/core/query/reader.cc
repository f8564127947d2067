#include "gs/core/query/reader.h"

namespace gs::query {

Reader::ShapePlan Reader::plan_of(const record::Shape& shape) const {
  ShapePlan plan;
  plan.reserve(paths_.size());
  for (const Path* path : paths_) plan.push_back(plan_path(*path, shape));
  return plan;
}

void Reader::learn(const record::Shape& shape) {
  shape_ = &shape;
  plan_ = nullptr;
  if (shape.self_describing()) return;
  if (first_shape_ == nullptr) {
    first_shape_ = &shape;
    first_plan_ = plan_of(shape);
  }
  if (first_shape_ == &shape) {
    plan_ = &first_plan_;
    return;
  }
  if (plans_.size() >= kPlansMax) plans_.clear();
  const auto [place, is_new] = plans_.try_emplace(&shape);
  if (is_new) place->second = plan_of(shape);
  plan_ = &place->second;
}

}  // namespace gs::query
