// JSON to a Filter. Each operator is a row of kOperators.
#include <algorithm>
#include <map>

#include "gs/core/query/filter.h"
#include "gs/core/query/fingerprint.h"
#include "gs/core/query/json_walk.h"
#include "gs/core/query/limits.h"
#include "gs/core/record/json.h"
#include "gs/core/record/json_forms.h"

namespace gs::query {
namespace {

struct Operator {
  std::string_view name;
  Op op;
  bool negated;
  Takes takes;
};

constexpr Operator kOperators[] = {
    {"$eq", Op::equal, false, Takes::value},
    {"$ne", Op::equal, true, Takes::value},
    {"$gt", Op::greater, false, Takes::ordered},
    {"$gte", Op::greater_equal, false, Takes::ordered},
    {"$lt", Op::less, false, Takes::ordered},
    {"$lte", Op::less_equal, false, Takes::ordered},
    {"$in", Op::in, false, Takes::list},
    {"$nin", Op::in, true, Takes::list},
    {"$exists", Op::exists, false, Takes::boolean},
    {"$like", Op::like, false, Takes::pattern},
    {"$contains", Op::contains, false, Takes::part},
    {"$not", Op::none, false, Takes::operators},
};

std::vector<std::string> operator_names() {
  std::vector<std::string> names;
  for (const Operator& each : kOperators) names.emplace_back(each.name);
  return names;
}

const Operator* find_operator(std::string_view name) noexcept {
  for (const Operator& each : kOperators) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

using Members = std::vector<JsonMember>;

Members members_if_object(std::string_view json) {
  return is_object(json) ? members_of(json) : Members();
}

// An object of operators, not a value: its first name begins with $ and announces no form.
bool has_operators(const Members& members) {
  if (members.empty() || !members[0].name.starts_with('$')) return false;
  if (is_parameter(members)) return false;
  const record::Form form = record::form_named(members[0].name);
  return form == record::Form::none || (members.size() > 1 && form != record::Form::literal);
}

// What most filters need of the fingerprint, so that it grows once.
constexpr std::size_t kFingerprintBytes = 256;

}  // namespace

class FilterParser {
 public:
  explicit FilterParser(ParameterNames* parameters) : parameters_(parameters) {}
  Result<Filter> parse(std::string_view json, const Where& where) {
    made_.fingerprint_.reserve(kFingerprintBytes);
    GS_TRY_OK(filter(json, where, 1));
    return std::move(made_);
  }

 private:
  Error filter(std::string_view json, const Where& where, std::size_t depth) {
    GS_TRY_OK(check_depth(where, depth));
    if (!is_object(json)) {
      return invalid_at(where, R"(a filter is an object, for example {"name":"Kyiv"})");
    }
    const std::vector<JsonMember> members = members_of(json);
    std::uint32_t all = 0;
    GS_TRY_OK(open(Op::all, where, all));
    for (const JsonMember& member : members) {
      const Where here{&where, member.name};
      GS_TRY_OK(member.name.starts_with('$') ? logical(member, here, depth)
                                             : condition(member, here, depth));
    }
    close(all);
    return {};
  }

  Error logical(const JsonMember& member, const Where& where, std::size_t depth) {
    if (member.name == "$not") {
      std::uint32_t none = 0;
      GS_TRY_OK(open(Op::none, where, none));
      GS_TRY_OK(filter(member.value, where, depth + 1));
      close(none);
      return {};
    }
    if (member.name != "$and" && member.name != "$or") {
      return unknown_at(where, "operator", member.name, {"$and", "$or", "$not"});
    }
    if (!is_array(member.value)) return invalid_at(where, "takes an array of filters");
    std::uint32_t node = 0;
    GS_TRY_OK(open(member.name == "$and" ? Op::all : Op::any, where, node));
    std::size_t index = 0;
    for (const std::string_view each : elements_of(member.value)) {
      const Where here{&where, {}, index++, true};
      GS_TRY_OK(filter(each, here, depth + 1));
    }
    close(node);
    return {};
  }

  Error condition(const JsonMember& member, const Where& where, std::size_t depth) {
    std::uint32_t path = 0;
    GS_TRY_OK(add_path(member.name, where, path));
    const Members members = members_if_object(member.value);
    if (has_operators(members)) return operators(members, path, where, depth);
    return compare(kOperators[0], member.value, path, where);
  }

  Error operators(const Members& members, std::uint32_t path, const Where& where,
                  std::size_t depth) {
    GS_TRY_OK(check_depth(where, depth));
    for (const JsonMember& member : members) {
      const Where here{&where, member.name};
      const Operator* const found = find_operator(member.name);
      if (found == nullptr) return unknown_at(here, "operator", member.name, operator_names());
      GS_TRY_OK(found->takes == Takes::operators ? negation(member.value, path, here, depth)
                                                 : compare(*found, member.value, path, here));
    }
    return {};
  }

  Error negation(std::string_view json, std::uint32_t path, const Where& where, std::size_t depth) {
    const Members members = members_if_object(json);
    if (!has_operators(members)) {
      return invalid_at(where, R"(takes an object of operators, for example {"$lt":5})");
    }
    std::uint32_t none = 0;
    std::uint32_t all = 0;
    GS_TRY_OK(open(Op::none, where, none));
    GS_TRY_OK(open(Op::all, where, all));
    GS_TRY_OK(operators(members, path, where, depth + 1));
    close(all);
    close(none);
    return {};
  }

  // A condition with this operator and operand.
  Error compare(const Operator& with, std::string_view json, std::uint32_t path,
                const Where& where) {
    Node node{with.op, with.negated, 0, path, 0};
    made_.add_operand(with.takes, node);
    const Members members = members_if_object(json);
    if (is_parameter(members)) return add_hole(with, members, node, where);
    GS_TRY(const Value value, read(json, where));
    GS_TRY_OK(made_.set_operand(with.takes, value, where, node));
    GS_TRY_OK(add_condition(node, where));
    note_condition(with, path);
    note_value(value, made_.fingerprint_);
    if (names_records(with.takes, value)) {
      made_.named_.push_back(
          {static_cast<std::uint32_t>(made_.nodes_.size() - 1), with.takes, value, false});
    }
    return {};
  }

  // A condition whose operand comes later.
  Error add_hole(const Operator& with, const Members& members, const Node& node,
                 const Where& where) {
    Hole hole;
    GS_TRY(hole.parameter, parameter_number(members, where, parameters_));
    GS_TRY_OK(add_condition(node, where));
    note_condition(with, node.path);
    hole.node = static_cast<std::uint32_t>(made_.nodes_.size() - 1);
    hole.takes = with.takes;
    hole.noted_at = made_.fingerprint_.size();
    hole.place = where.text();
    made_.holes_.push_back(std::move(hole));
    return {};
  }

  Error add_condition(const Node& node, const Where& where) {
    std::uint32_t index = 0;
    GS_TRY_OK(open(node, where, index));
    close(index);
    return {};
  }

  Result<Value> read(std::string_view json, const Where& where) {
    auto value = record::parse_json(json);
    if (!value) return at(where, std::move(value).error());
    return value;
  }

  Error add_path(std::string_view name, const Where& where, std::uint32_t& index) {
    const auto known = path_numbers_.find(name);
    if (known != path_numbers_.end()) {
      index = known->second;
      return {};
    }
    auto path = Path::parse(name);
    if (!path) return at(where, std::move(path).error());
    index = static_cast<std::uint32_t>(made_.paths_.size());
    path_numbers_.emplace(name, index);
    made_.paths_.push_back(std::move(path).value());
    return {};
  }

  Error check_depth(const Where& where, std::size_t depth) {
    if (depth <= kFilterDepthMax) return {};
    return too_large_at(where, "logical operators inside each other", depth, kFilterDepthMax);
  }

  Error count_node(const Node& node, const Where& where) {
    if (node.op > Op::none) {
      if (++conditions_ <= kConditionsMax) return {};
      return too_large_at(where, "conditions", conditions_, kConditionsMax);
    }
    if (++groups_ <= kFilterGroupsMax) return {};
    return too_large_at(where, "logical operators and filters in them", groups_, kFilterGroupsMax);
  }

  Error open(Node node, const Where& where, std::uint32_t& index) {
    GS_TRY_OK(count_node(node, where));
    index = static_cast<std::uint32_t>(made_.nodes_.size());
    made_.nodes_.push_back(node);
    return {};
  }
  Error open(Op op, const Where& where, std::uint32_t& index) {
    note(op == Op::all ? "(all" : op == Op::any ? "(any" : "(none");
    return open(Node{op, false, 0, 0, 0}, where, index);
  }
  void close(std::uint32_t index) {
    Node& node = made_.nodes_[index];
    node.end = static_cast<std::uint32_t>(made_.nodes_.size());
    if (node.op <= Op::none) note(")");
  }

  void note(std::string_view text) { note_part(text, made_.fingerprint_); }
  void note_condition(const Operator& with, std::uint32_t path) {
    note(with.name);
    note(made_.paths_[path].text());
  }

  ParameterNames* const parameters_;
  Filter made_;
  std::size_t conditions_ = 0;
  std::size_t groups_ = 0;
  std::map<std::string, std::uint32_t, std::less<>> path_numbers_;
};

Result<Filter> parse_filter(std::string_view json, const Where& where, ParameterNames* parameters) {
  return FilterParser(parameters).parse(json, where);
}

}  // namespace gs::query
