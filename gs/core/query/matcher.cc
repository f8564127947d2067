#include "gs/core/query/matcher.h"

namespace gs::query {

namespace {

std::vector<const Path*> paths_of(const Filter& filter) {
  std::vector<const Path*> paths;
  for (const Path& path : filter.paths()) paths.push_back(&path);
  return paths;
}

}  // namespace

Matcher::Matcher(const Filter& filter) : filter_(filter), reader_(paths_of(filter)) {}

bool Matcher::holds(std::size_t index, const RecordView& record) {
  const std::vector<Node>& nodes = filter_.nodes();
  const Node& node = nodes[index];
  switch (node.op) {
    case Op::all:
      for (std::size_t child = index + 1; child < node.end; child = nodes[child].end) {
        if (!holds(child, record)) return false;
      }
      return true;
    case Op::any:
      for (std::size_t child = index + 1; child < node.end; child = nodes[child].end) {
        if (holds(child, record)) return true;
      }
      return false;
    case Op::none:
      return !holds(index + 1, record);
    default:
      return condition_holds(node, record) != node.negated;
  }
}

bool Matcher::condition_holds(const Node& node, const RecordView& record) {
  const std::optional<ValueView> value = reader_.get(node.path, record);
  if (node.op == Op::exists) return value.has_value();
  return value_holds(node, value.value_or(ValueView{}));  // what is missing is as null
}

bool Matcher::value_holds(const Node& node, const ValueView& value) {
  switch (node.op) {
    case Op::equal:
      return filter_.operands()[node.operand].equals(value, scratch_);
    case Op::in:
      return filter_.sets()[node.operand].has(value, scratch_);
    case Op::like:
      return value.type == Type::string && filter_.patterns()[node.operand].matches(value.text());
    case Op::contains:
      return contains(node, value);
    default:
      break;
  }
  const auto order = filter_.operands()[node.operand].compare(value, scratch_);
  if (!order) return false;
  switch (node.op) {
    case Op::less:
      return *order < 0;
    case Op::less_equal:
      return *order <= 0;
    case Op::greater:
      return *order > 0;
    default:
      return *order >= 0;
  }
}

bool Matcher::contains(const Node& node, const ValueView& value) {
  const Operand& operand = filter_.operands()[node.operand];
  if (value.type == Type::string) {
    return operand.type() == Type::string &&
           filter_.needles()[node.operand].find(value.text()) != std::string_view::npos;
  }
  if (value.type != Type::array && value.type != Type::set) return false;
  const std::uint32_t count = value.count();
  for (std::uint32_t i = 0; i < count; ++i) {
    if (operand.equals(value.element(i), scratch_)) return true;
  }
  return false;
}

}  // namespace gs::query
