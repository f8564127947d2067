// Whether records pass a filter, read in place at the offsets of their shapes.
//
// Nothing is decoded or allocated for a record, but scratch memory for the keys of containers and
// of large numbers, which is used again. One thread at a time; the Filter and the shapes outlive
// it.
#pragma once

#include "gs/core/query/filter.h"
#include "gs/core/query/reader.h"

namespace gs::query {

class Matcher {
 public:
  explicit Matcher(const Filter& filter);
  bool matches(const RecordView& record) {
    if (filter_.nodes().empty()) return true;
    reader_.use(record.shape());
    if (is_lone_) return condition_holds(1, record) != lone_negated_;
    return all_hold(0, record);  // the first node is always of that kind
  }

 private:
  // A condition that most values are compared with in place, without a call.
  struct Quick {
    enum Kind : std::uint8_t { general, by_text, by_number } kind = general;
    std::string_view text;  // what texts are compared with, for equality
    double number = 0;      // what doubles are compared with
  };
  static Quick quick_of(const Filter& filter, const Node& node);

  bool all_hold(std::size_t node, const RecordView& record);
  bool holds(std::size_t node, const RecordView& record);
  bool condition_holds(std::size_t node, const RecordView& record);
  bool value_holds(const Node& node, const ValueView& value);
  bool contains(const Node& node, const ValueView& value);

  const Filter& filter_;
  Reader reader_;             // of the filter's paths
  std::vector<Quick> quick_;  // by node
  bool is_lone_ = false;      // nothing but one condition
  bool lone_negated_ = false;
  Scratch scratch_;
};

}  // namespace gs::query
