// Which rows of a view include which records, for one level of `include`: an ordered set of pairs,
// the id of the included record and that of the row. One thread at a time.
#pragma once

#include <vector>

#include "gs/core/query/query.h"
#include "gs/engine/live/counted_set.h"

namespace gs::engine {

class Included {
 public:
  explicit Included(const query::Query& query) : query_(query) {}

  void add(const Id& row, const record::RecordView& record);
  // What was added for the row with this content.
  void remove(const Id& row, const record::RecordView& record);
  bool has(const Id& included) const noexcept;
  std::vector<Id> rows_with(const Id& included) const;
  bool is_used() const noexcept { return !query_.include.empty(); }
  std::size_t memory_bytes() const noexcept { return pairs_.memory_bytes(); }

 private:
  std::vector<Id> named_by(const record::RecordView& record) const;

  const query::Query& query_;
  CountedSet pairs_;
};

}  // namespace gs::engine
