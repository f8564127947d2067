#include "gs/core/query/reader.h"

namespace gs::query {

void Reader::learn(const record::Shape& shape) {
  shape_ = &shape;
  plan_ = nullptr;
  if (shape.self_describing()) return;
  if (plans_.size() >= kPlansMax) plans_.clear();
  const auto [place, is_new] = plans_.try_emplace(&shape);
  if (is_new) {
    for (const Path* path : paths_) place->second.push_back(plan_path(*path, shape));
  }
  plan_ = &place->second;
}

}  // namespace gs::query
