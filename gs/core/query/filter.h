// Which records a query is about: conditions on paths, joined by $and, $or and $not.
//
// parse_filter() turns the JSON of docs/QUERY.md, "Filter", into a flat list of nodes, each before
// its children; Matcher (matcher.h) walks it for one record after the other. A planner reads the
// same list. Operands may be parameters: then bind() gives all of them before anybody reads it.
// Pure; a Filter is immutable once made and bound, and then safe from any thread.
// Errors: invalid, too_large; both with the place in the query.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gs/core/query/like.h"
#include "gs/core/query/operand.h"
#include "gs/core/query/parameters.h"
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

// What an operator makes of its operand.
enum class Takes : std::uint8_t { value, ordered, list, boolean, pattern, part, operators };

struct Node {
  Op op = Op::all;
  bool negated = false;       // of a condition: it holds when `op` does not
  std::uint32_t end = 0;      // index behind its last child
  std::uint32_t path = 0;     // of a condition
  std::uint32_t operand = 0;  // of a condition, in the list that `op` uses
};

// A condition whose operand is a parameter.
struct Hole {
  std::uint32_t parameter = 0;  // its number
  std::uint32_t node = 0;       // of the condition
  Takes takes = Takes::value;
  std::size_t noted_at = 0;  // where its value belongs in the fingerprint
  std::string place;         // in the query
  Value value;               // that it has now
  bool is_related = false;   // as of Named
};

// A condition whose operand has a text that may name a record.
struct Named {
  std::uint32_t node = 0;
  Takes takes = Takes::value;
  Value value;              // as it was given
  bool is_related = false;  // the operand has ids in place of it
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
  Buffer fingerprint() const;

  // Gives the parameters their values, by number; of the same operands as if they stood in the
  // text. After an error the filter must not be used before it is bound again.
  Error bind(std::span<const Value> values);

  // Gives operands that are compared with a path for equality what a write would make of them
  // there: texts in them may name records. `is_element`: with the elements of what the path has.
  // Each time anew; after bind().
  using AsWritten =
      std::function<Value(std::string_view path, bool is_element, const Value& value)>;
  void relate(const AsWritten& as_written);

 private:
  friend class FilterParser;
  // Makes room for the operand of a condition ...
  void add_operand(Takes takes, Node& node);
  // ... and fills it.
  Error set_operand(Takes takes, const Value& value, const Where& where, Node& node);
  void relate_one(const AsWritten& as_written, std::uint32_t node, Takes takes, const Value& value,
                  bool& is_related);
  Error set_list(const Value& value, const Where& where, OperandSet& set);
  std::vector<Node> nodes_;
  std::vector<Path> paths_;  // each once
  std::vector<Operand> operands_;
  std::vector<OperandSet> sets_;
  std::vector<Pattern> patterns_;
  std::vector<Needle> needles_;
  std::vector<Hole> holes_;   // in the order of the text
  std::vector<Named> named_;  // of operands that stand in the text
  Buffer fingerprint_;        // without the values of parameters
};

// Whether the operand of a condition has a text that may name a record.
bool names_records(Takes takes, const Value& value);

// `json`: one value of a text that parse_json has accepted. `where`: its place. `parameters`: names
// of those that the query has so far; null: it has none.
Result<Filter> parse_filter(std::string_view json, const Where& where,
                            ParameterNames* parameters = nullptr);

}  // namespace gs::query
