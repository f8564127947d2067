// Groups of records by the values at some paths, with counts, exact sums and extremes.
//
// Groups stand in the order of their values. Of values that are equal and yet differ (1 and
// {"$int":"1"}) the one with the least bytes is shown: so nothing depends on the order of records.
// One thread at a time; the Group outlives it. Errors: too_large.
#pragma once

#include <map>
#include <string>

#include "gs/core/query/exact_sum.h"
#include "gs/core/query/reader.h"
#include "gs/engine/query/context.h"

namespace gs::engine {

// What is shown of one group; values in their any-value encoding, empty: none.
struct GroupView {
  struct Cell {
    const query::ExactSum* sum = nullptr;
    const Buffer* extreme = nullptr;
  };
  std::uint64_t count = 0;
  std::vector<const Buffer*> by;
  std::vector<Cell> cells;  // by field
};
// One object. Errors: too_large (a sum).
Error append_group_json(const query::Group& group, const GroupView& view, std::string& out);

// Those of `by`, then those of the fields that have one.
std::vector<const query::Path*> group_paths(const query::Group& group);
Buffer any_of(const record::ValueView& value);

class Groups {
 public:
  Groups(const query::Group& group, std::size_t bytes_max);

  Error add(const record::RecordView& record);

  // --- rows, once everything was added ---
  // Begins with the first group, or with the first behind this key.
  void start(const std::optional<Buffer>& after);
  bool at_end() const noexcept { return at_ == groups_.end(); }
  void skip() { ++at_; }
  // Key of the group here.
  Bytes key() const noexcept { return as_bytes(at_->first); }
  Error append_json(std::string& out) const;

 private:
  // A value in its any-value encoding; empty: none.
  struct Extreme {
    Buffer key;
    Buffer any;
  };
  struct Cell {
    query::ExactSum sum;
    Extreme extreme;
  };
  struct Entry {
    std::uint64_t count = 0;
    std::vector<Buffer> by;
    std::vector<Cell> cells;
  };

  Entry& find(const record::RecordView& record);
  Error add_to(Entry& entry, const record::RecordView& record);
  void add_value(const query::GroupField& field, const record::ValueView& value, Cell& cell);
  void take_extreme(const record::ValueView& value, bool largest, Extreme& extreme);
  void keep_least(const record::ValueView& value, Buffer& kept);

  const query::Group& group_;
  const std::size_t bytes_max_;
  query::Reader reader_;  // paths of `by`, then of fields
  std::map<std::string, Entry, std::less<>> groups_;
  std::map<std::string, Entry, std::less<>>::const_iterator at_;
  std::size_t bytes_ = 0;
  Buffer key_;  // scratch
};

}  // namespace gs::engine
