#include "gs/core/query/matcher.h"

#include "gs/base/endian.h"

namespace gs::query {

namespace {

std::vector<const Path*> paths_of(const Filter& filter) {
  std::vector<const Path*> paths;
  for (const Path& path : filter.paths()) paths.push_back(&path);
  return paths;
}

// The first and the last bytes of both, which may overlap.
template <typename Word>
bool same_ends(const char* a, const char* b, std::size_t size) noexcept {
  const std::size_t last = size - sizeof(Word);
  return load<Word>(reinterpret_cast<const std::uint8_t*>(a)) ==
             load<Word>(reinterpret_cast<const std::uint8_t*>(b)) &&
         load<Word>(reinterpret_cast<const std::uint8_t*>(a + last)) ==
             load<Word>(reinterpret_cast<const std::uint8_t*>(b + last));
}

// Most texts are short: a call for each would cost more than all the rest of a condition.
bool same_text(std::string_view a, std::string_view b) noexcept {
  const std::size_t size = a.size();
  if (size != b.size()) return false;
  if (size > 16) return a == b;
  if (size >= 8) return same_ends<std::uint64_t>(a.data(), b.data(), size);
  if (size >= 4) return same_ends<std::uint32_t>(a.data(), b.data(), size);
  if (size >= 2) return same_ends<std::uint16_t>(a.data(), b.data(), size);
  return size == 0 || a[0] == b[0];
}

// Whether a value that stands so to the operand is what the operator asks for.
bool order_holds(Op op, int order) noexcept {
  switch (op) {
    case Op::less:
      return order < 0;
    case Op::less_equal:
      return order <= 0;
    case Op::greater:
      return order > 0;
    case Op::greater_equal:
      return order >= 0;
    default:
      return order == 0;
  }
}

}  // namespace

Matcher::Matcher(const Filter& filter) : filter_(filter), reader_(paths_of(filter)) {
  quick_.reserve(filter.nodes().size());
  for (const Node& node : filter.nodes()) quick_.push_back(quick_of(filter, node));
  is_lone_ = quick_.size() == 2 && filter.nodes()[1].op > Op::none;
  lone_negated_ = is_lone_ && filter.nodes()[1].negated;
}

Matcher::Quick Matcher::quick_of(const Filter& filter, const Node& node) {
  if (node.op < Op::equal || node.op > Op::greater_equal) return {};
  const Operand& operand = filter.operands()[node.operand];
  if (const auto number = operand.number()) return {Quick::by_number, {}, *number};
  if (operand.type() == Type::string && node.op == Op::equal) {
    return {Quick::by_text, operand.view().text(), 0};
  }
  return {};
}

bool Matcher::all_hold(std::size_t index, const RecordView& record) {
  const std::vector<Node>& nodes = filter_.nodes();
  const std::size_t end = nodes[index].end;
  for (std::size_t child = index + 1; child < end; child = nodes[child].end) {
    const Node& node = nodes[child];
    const bool held =
        node.op > Op::none ? condition_holds(child, record) != node.negated : holds(child, record);
    if (!held) return false;
  }
  return true;
}

bool Matcher::holds(std::size_t index, const RecordView& record) {
  const std::vector<Node>& nodes = filter_.nodes();
  const Node& node = nodes[index];
  switch (node.op) {
    case Op::all:
      return all_hold(index, record);
    case Op::any:
      for (std::size_t child = index + 1; child < node.end; child = nodes[child].end) {
        if (holds(child, record)) return true;
      }
      return false;
    case Op::none:
      return !holds(index + 1, record);
    default:
      return condition_holds(index, record) != node.negated;
  }
}

inline bool Matcher::condition_holds(std::size_t index, const RecordView& record) {
  const Node& node = filter_.nodes()[index];
  const std::optional<ValueView> value = reader_.get(node.path, record);
  const Quick& quick = quick_[index];
  if (value) {
    if (quick.kind == Quick::by_text && value->type == Type::string) {
      return same_text(as_text(value->content), quick.text);
    }
    if (quick.kind == Quick::by_number && value->type == Type::number) {
      const auto number = load<double>(value->content.data());
      const int order = number < quick.number ? -1 : number > quick.number ? 1 : 0;
      return order_holds(node.op, order);
    }
  }
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
  return order && order_holds(node.op, *order);
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
