// The first rows of many in the order of their keys: all of them, or so many as a limit asks for.
//
// Rows are found records with their keys (order_key.h), not copies. With `keep` a heap holds the
// best so far, its worst on top. One thread at a time. Errors: too_large (memory, with what to do).
#pragma once

#include <string>
#include <vector>

#include "gs/core/query/reader.h"
#include "gs/engine/query/context.h"

namespace gs::engine {

struct RankedRow {
  std::string key;  // ends with the id, so no two are equal
  Found found;
};

class Sorter {
 public:
  Sorter(std::uint64_t keep, std::size_t bytes_max) : keep_(keep), bytes_max_(bytes_max) {}

  // `found` is called only for a row that is kept for now.
  template <typename MakeFound>
  Error add(Bytes key, const MakeFound& found) {
    if (rows_.size() < keep_) return push({std::string(as_text(key)), found()});
    if (keep_ == 0 || !(as_text(key) < rows_.front().key)) return {};
    return replace_worst({std::string(as_text(key)), found()});
  }
  // In order.
  std::vector<RankedRow> take();

 private:
  Error push(RankedRow row);
  Error replace_worst(RankedRow row);
  Error check() const;
  static std::size_t cost(const RankedRow& row) noexcept { return sizeof row + row.key.size(); }

  const std::uint64_t keep_;
  const std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::vector<RankedRow> rows_;  // a heap when they are limited
};

// The sort key of a record: order keys of the fields, descending ones inverted, then the id.
class SortKeys {
 public:
  explicit SortKeys(const std::vector<query::SortField>& fields);
  // Valid until the next call.
  Bytes of(const record::RecordView& record, const Id& id);

 private:
  const std::vector<query::SortField>& fields_;
  query::Reader reader_;
  Buffer key_;
};

}  // namespace gs::engine
