// Whether records pass a filter, read in place at the offsets of their shapes.
//
// What a shape says of the filter's paths is worked out once and remembered. Nothing is decoded or
// allocated for a record, but scratch memory for the keys of containers and of large numbers, which
// is used again. One thread at a time; the Filter, and the shapes, outlive it.
#pragma once

#include <unordered_map>

#include "gs/core/query/filter.h"

namespace gs::query {

class Matcher {
 public:
  explicit Matcher(const Filter& filter) : filter_(filter) {}
  bool matches(const RecordView& record) {
    if (filter_.nodes().empty()) return true;
    if (&record.shape() != shape_) use(record.shape());
    return holds(0, record);
  }

 private:
  using ShapePlan = std::vector<PathPlan>;  // by path
  // Shapes whose plans are remembered, before all are forgotten: as many as a collection makes
  // before its records describe themselves.
  static constexpr std::size_t kPlansMax = 4096;

  void use(const record::Shape& shape);
  bool holds(std::size_t node, const RecordView& record);
  bool condition_holds(const Node& node, const RecordView& record);
  bool value_holds(const Node& node, const ValueView& value);
  bool contains(const Node& node, const ValueView& value);

  const Filter& filter_;
  const record::Shape* shape_ = nullptr;
  const ShapePlan* plan_ = nullptr;  // of shape_; null when it describes itself
  std::unordered_map<const record::Shape*, ShapePlan> plans_;
  Scratch scratch_;
};

}  // namespace gs::query
