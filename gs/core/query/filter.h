// Which records a query is about: conditions on paths, joined by $and, $or and $not.
//
// parse_filter() turns the JSON of docs/QUERY.md, "Filter", into a flat list of nodes, each before
// its children; Matcher (matcher.h) walks it for one record after the other. A planner reads the
// same list. Pure; a Filter is immutable once made and safe from any thread.
// Errors: invalid, too_large; both with the place in the query.
#pragma once

#include <string_view>
#include <vector>

#include "gs/core/query/like.h"
#include "gs/core/query/operand.h"
#include "gs/core/query/path.h"
#include "gs/core/query/where.h"

namespace gs::query {

enum class Op : std::uint8_t {
  all,   // of its children
  any,   // of its children
  none,  // the opposite of its one child
  equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
  exists,
  like,
  contains,
};

struct Node {
  Op op = Op::all;
  bool negated = false;       // of a condition: it holds when `op` does not
  std::uint32_t end = 0;      // index behind its last child
  std::uint32_t path = 0;     // of a condition
  std::uint32_t operand = 0;  // of a condition, in the list that `op` uses
};

class Filter {
 public:
  const std::vector<Node>& nodes() const noexcept { return nodes_; }  // empty: every record
  const std::vector<Path>& paths() const noexcept { return paths_; }
  const std::vector<Operand>& operands() const noexcept { return operands_; }
  const std::vector<OperandSet>& sets() const noexcept { return sets_; }
  const std::vector<Pattern>& patterns() const noexcept { return patterns_; }
  // Of $contains with a text, by operand.
  const std::vector<Needle>& needles() const noexcept { return needles_; }

  std::size_t condition_count() const noexcept;
  // Bytes that are equal for equal filters: names a query's rows, see cursor.h.
  Bytes fingerprint() const noexcept { return fingerprint_; }

 private:
  friend class FilterParser;
  std::vector<Node> nodes_;
  std::vector<Path> paths_;  // each once
  std::vector<Operand> operands_;
  std::vector<OperandSet> sets_;
  std::vector<Pattern> patterns_;
  std::vector<Needle> needles_;
  Buffer fingerprint_;
};

// `json`: one value of a text that parse_json has accepted. `where`: its place.
Result<Filter> parse_filter(std::string_view json, const Where& where);

}  // namespace gs::query
