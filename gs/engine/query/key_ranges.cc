#include "gs/engine/query/key_ranges.h"

#include <algorithm>
#include <optional>

#include "gs/engine/indexes/keys.h"

namespace gs::engine {

using index::Range;
using query::Filter;
using query::Op;
using query::Operand;

namespace {

// The first key behind all that begin with these bytes; order keys have no byte ff in front.
Buffer behind(Bytes key) { return Range::prefix(key).to; }

Buffer id_key(const Id& id) {
  Buffer key;
  record::append_order_key({Type::id, id.bytes}, key);
  return key;
}

// The conditions that every record which passes satisfies.
std::vector<const query::Node*> needed_conditions(const Filter& filter) {
  std::vector<const query::Node*> needed;
  const std::vector<query::Node>& nodes = filter.nodes();
  for (std::size_t i = 0; i < nodes.size();) {
    const query::Node& node = nodes[i];
    if (node.op == Op::all && !node.negated) {
      ++i;  // its children are needed as well
      continue;
    }
    const bool is_condition = node.op != Op::all && node.op != Op::any && node.op != Op::none;
    if (is_condition && !node.negated) needed.push_back(&node);
    i = std::max<std::size_t>(node.end, i + 1);
  }
  return needed;
}

// Such may decide without any condition: {"$not":{}} holds of no record.
bool has_alternatives(const Filter& filter) {
  return std::any_of(filter.nodes().begin(), filter.nodes().end(), [](const query::Node& node) {
    return node.op == Op::any || node.op == Op::none;
  });
}

// What is known about one field's keys.
struct FieldKeys {
  std::optional<std::vector<Buffer>> points;  // ascending
  std::optional<Range> interval;
  std::size_t used = 0;  // conditions that they say all of
};

std::vector<Buffer> points_of(const Operand& operand) {
  std::vector<Buffer> points{{operand.key().begin(), operand.key().end()}};
  if (operand.id()) points.push_back(id_key(*operand.id()));
  std::sort(points.begin(), points.end());
  return points;
}

// Of the operand's class; nullopt when values of two classes compare with it.
std::optional<Range> interval_of(Op op, const Operand& operand) {
  if (operand.id()) return std::nullopt;
  const auto first = static_cast<std::uint8_t>(operand.order_class());
  const Buffer class_end{static_cast<std::uint8_t>(first + 0x10)};
  const Buffer key(operand.key().begin(), operand.key().end());
  switch (op) {
    case Op::less:
      return Range{{first}, key};
    case Op::less_equal:
      return Range{{first}, behind(key)};
    case Op::greater:
      return Range{behind(key), class_end};
    case Op::greater_equal:
      return Range{key, class_end};
    default:
      return std::nullopt;
  }
}

class Reading {
 public:
  explicit Reading(const Filter& filter) : filter_(filter), needed_(needed_conditions(filter)) {}

  FieldKeys field(const std::string& path, bool is_many) const {
    FieldKeys keys;
    for (const query::Node* const node : needed_) {
      if (filter_.paths()[node->path].text() != path) continue;
      if (auto points = points_at(*node, is_many)) {
        if (keys.points) continue;  // one is enough: all of it is looked at again
        keys.points = std::move(points);
        keys.used = 1;
      } else if (!is_many && !keys.points) {
        narrow(keys, *node);
      }
    }
    return keys;
  }

 private:
  std::optional<std::vector<Buffer>> points_at(const query::Node& node, bool is_many) const {
    if (is_many) {
      if (node.op != Op::contains) return std::nullopt;
      return points_of(filter_.operands()[node.operand]);
    }
    if (node.op == Op::equal) return points_of(filter_.operands()[node.operand]);
    if (node.op == Op::in) return filter_.sets()[node.operand].keys();
    return std::nullopt;
  }

  void narrow(FieldKeys& keys, const query::Node& node) const {
    const bool compares = node.op == Op::less || node.op == Op::less_equal ||
                          node.op == Op::greater || node.op == Op::greater_equal;
    if (!compares) return;
    const auto interval = interval_of(node.op, filter_.operands()[node.operand]);
    if (!interval) return;
    ++keys.used;
    if (!keys.interval) {
      keys.interval = interval;
      return;
    }
    keys.interval->from = std::max(keys.interval->from, interval->from);
    keys.interval->to = std::min(keys.interval->to, interval->to);
  }

  const Filter& filter_;
  const std::vector<const query::Node*> needed_;
};

Buffer joined(const Buffer& prefix, const Buffer& rest) {
  Buffer key = prefix;
  key.insert(key.end(), rest.begin(), rest.end());
  return key;
}

KeyRanges general_ranges(const Filter& filter, const rules::IndexDefinition& index) {
  KeyRanges found;
  const bool is_about =
      std::any_of(filter.paths().begin(), filter.paths().end(),
                  [&](const query::Path& path) { return path.text() == index.fields.front(); });
  if (!is_about) return found;
  const Reading reading(filter);
  std::vector<Buffer> prefixes{{}};
  std::size_t used = 0;
  for (std::size_t i = 0; i < index.fields.size(); ++i) {
    const FieldKeys keys = reading.field(index.fields[i], index.many == i);
    if (keys.points && keys.points->size() * prefixes.size() <= kKeyRangesMax) {
      std::vector<Buffer> longer;
      for (const Buffer& prefix : prefixes) {
        for (const Buffer& point : *keys.points) longer.push_back(joined(prefix, point));
      }
      prefixes = std::move(longer);
      ++found.equal_fields;
      used += keys.used;
      continue;
    }
    if (keys.interval) {
      found.has_interval = true;
      used += keys.used;
      for (const Buffer& prefix : prefixes) {
        if (keys.interval->from >= keys.interval->to) continue;
        found.ranges.push_back(
            {joined(prefix, keys.interval->from), joined(prefix, keys.interval->to)});
      }
    }
    break;
  }
  if (!found.has_interval && found.equal_fields != 0) {
    for (const Buffer& prefix : prefixes) found.ranges.push_back(Range::prefix(prefix));
  }
  found.is_exact = used == filter.condition_count() && !has_alternatives(filter);
  return found;
}

// The one condition of most queries through an index, equality with the only field, without an
// allocation. False: it is another filter or index.
bool only_point(const Filter& filter, const rules::IndexDefinition& index, KeyRanges& out) {
  const std::vector<query::Node>& nodes = filter.nodes();
  if (index.fields.size() != 1 || index.many || nodes.size() != 2) return false;
  const query::Node& node = nodes[1];
  if (nodes[0].op != Op::all || node.op != Op::equal || node.negated) return false;
  const Operand& operand = filter.operands()[node.operand];
  if (operand.id() || filter.paths()[node.path].text() != index.fields.front()) return false;
  const Bytes key = operand.key();
  out.ranges.resize(1);
  Range& range = out.ranges.front();
  range.from.assign(key.begin(), key.end());
  range.to.assign(key.begin(), key.end());
  range.end_with_prefix();
  out.equal_fields = 1;
  out.has_interval = false;
  out.is_exact = true;
  return true;
}

}  // namespace

void key_ranges(const Filter& filter, const rules::IndexDefinition& index, KeyRanges& out) {
  if (!only_point(filter, index, out)) out = general_ranges(filter, index);
}

}  // namespace gs::engine
