// The values at a list of paths, record after record: what a shape says of the paths is worked out
// once and remembered.
//
// One thread at a time; the paths and the shapes outlive it.
#pragma once

#include <unordered_map>
#include <vector>

#include "gs/core/query/path.h"

namespace gs::query {

class Reader {
 public:
  explicit Reader(std::vector<const Path*> paths) : paths_(std::move(paths)) {}
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Before get() of a record of this shape.
  void use(const record::Shape& shape) {
    if (&shape != shape_) learn(shape);
  }
  // nullopt: missing.
  std::optional<ValueView> get(std::size_t path, const RecordView& record) const noexcept {
    return plan_ == nullptr ? paths_[path]->in(record)
                            : find_planned(*paths_[path], (*plan_)[path], record.start());
  }
  std::size_t size() const noexcept { return paths_.size(); }

 private:
  using ShapePlan = std::vector<PathPlan>;  // by path
  // Shapes whose plans are remembered, before all are forgotten: as many as a collection makes
  // before its records describe themselves.
  static constexpr std::size_t kPlansMax = 4096;

  void learn(const record::Shape& shape);
  ShapePlan plan_of(const record::Shape& shape) const;

  std::vector<const Path*> paths_;
  const record::Shape* shape_ = nullptr;
  const ShapePlan* plan_ = nullptr;  // of shape_; null when it describes itself
  // Most collections have one shape, for which no map is needed.
  const record::Shape* first_shape_ = nullptr;
  ShapePlan first_plan_;
  std::unordered_map<const record::Shape*, ShapePlan> plans_;  // of all others
};

}  // namespace gs::query
