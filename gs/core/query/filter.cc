// The operands of a filter: made of values that stand in the text or come later.
#include "gs/core/query/filter.h"

#include <algorithm>

#include "gs/base/check.h"
#include "gs/core/query/fingerprint.h"
#include "gs/core/query/limits.h"
#include "gs/core/record/utf8.h"

namespace gs::query {

namespace {

// Nesting is bounded by that of values.
bool has_text(const Value& value) {
  if (value.type() == Type::string) return true;
  if (const Array* const list = value.get<Array>()) {
    return std::any_of(list->begin(), list->end(), has_text);
  }
  if (const Set* const set = value.get<Set>()) {
    return std::any_of(set->elements.begin(), set->elements.end(), has_text);
  }
  const Object* const object = value.get<Object>();
  return object != nullptr && std::any_of(object->begin(), object->end(), [](const Member& member) {
           return has_text(member.second);
         });
}

}  // namespace

bool names_records(Takes takes, const Value& value) {
  const bool is_compared = takes == Takes::value || takes == Takes::list || takes == Takes::part;
  return is_compared && has_text(value);
}

std::size_t Filter::condition_count() const noexcept {
  return static_cast<std::size_t>(std::count_if(
      nodes_.begin(), nodes_.end(), [](const Node& node) { return node.op > Op::none; }));
}

Buffer Filter::fingerprint() const {
  Buffer bytes;
  bytes.reserve(fingerprint_.size());
  auto from = fingerprint_.begin();
  for (const Hole& hole : holes_) {
    const auto to = fingerprint_.begin() + static_cast<std::ptrdiff_t>(hole.noted_at);
    bytes.insert(bytes.end(), from, to);
    note_value(hole.value, bytes);
    from = to;
  }
  bytes.insert(bytes.end(), from, fingerprint_.end());
  return bytes;
}

Error Filter::bind(std::span<const Value> values) {
  for (Hole& hole : holes_) {
    hole.value = values[hole.parameter];
    hole.is_related = false;
    const Where where{nullptr, hole.place, 0, false, true};
    GS_TRY_OK(set_operand(hole.takes, hole.value, where, nodes_[hole.node]));
  }
  return {};
}

void Filter::relate(const AsWritten& as_written) {
  for (Named& each : named_) {
    relate_one(as_written, each.node, each.takes, each.value, each.is_related);
  }
  for (Hole& each : holes_) {
    if (!names_records(each.takes, each.value)) continue;
    relate_one(as_written, each.node, each.takes, each.value, each.is_related);
  }
}

void Filter::relate_one(const AsWritten& as_written, std::uint32_t node, Takes takes,
                        const Value& value, bool& is_related) {
  const std::string& path = paths_[nodes_[node].path].text();
  const auto related = [&](const Value& one) {
    return as_written(path, takes == Takes::part, one);
  };
  Value made;
  if (takes == Takes::list) {
    Array all;
    if (const Array* const list = value.get<Array>()) {
      std::transform(list->begin(), list->end(), std::back_inserter(all), related);
    }
    made = std::move(all);
  } else {
    made = related(value);
  }
  const bool relates = !(made == value);
  if (!relates && !is_related) return;
  is_related = relates;
  // It was an operand before, and ids are.
  GS_CHECK(set_operand(takes, made, {}, nodes_[node]).ok());
}

void Filter::add_operand(Takes takes, Node& node) {
  const auto add = [&](auto& list, auto operand) {
    node.operand = static_cast<std::uint32_t>(list.size());
    list.push_back(std::move(operand));
  };
  switch (takes) {
    case Takes::value:
    case Takes::ordered:
      return add(operands_, Operand());
    case Takes::part:
      add(operands_, Operand());
      return needles_.resize(operands_.size(), Needle(std::string_view()));
    case Takes::list:
      return add(sets_, OperandSet({}));
    case Takes::pattern:
      return add(patterns_, Pattern());
    case Takes::boolean:
    case Takes::operators:
      break;  // nothing but the node
  }
}

Error Filter::set_operand(Takes takes, const Value& value, const Where& where, Node& node) {
  const auto set = [&](Operand& operand) {
    Error wrong = operand.set(value);
    return wrong ? at(where, std::move(wrong)) : Error();
  };
  switch (takes) {
    case Takes::ordered:
      if (value.type() == Type::null) {
        return invalid_at(where, "null has no order; use $eq, $ne or $exists");
      }
      return set(operands_[node.operand]);
    case Takes::value:
      return set(operands_[node.operand]);
    case Takes::part: {
      const auto* const text = value.get<std::string>();
      needles_[node.operand] = Needle(text == nullptr ? std::string_view() : *text);
      return set(operands_[node.operand]);
    }
    case Takes::list:
      return set_list(value, where, sets_[node.operand]);
    case Takes::pattern: {
      const auto* const text = value.get<std::string>();
      if (text == nullptr) return invalid_at(where, "takes a text, for example \"Ky%\"");
      if (!record::valid_utf8(*text)) return invalid_at(where, "a pattern is not UTF-8");
      auto pattern = Pattern::parse(*text);
      if (!pattern) return at(where, std::move(pattern).error());
      patterns_[node.operand] = std::move(pattern).value();
      return {};
    }
    case Takes::boolean:
      if (value.type() != Type::boolean) return invalid_at(where, "takes true or false");
      node.negated = !*value.get<bool>();
      return {};
    case Takes::operators:
      break;  // has none
  }
  return {};
}

Error Filter::set_list(const Value& value, const Where& where, OperandSet& set) {
  const Array* const list = value.get<Array>();
  if (list == nullptr) return invalid_at(where, "takes an array of values");
  if (list->size() > kInMax) return too_large_at(where, "values", list->size(), kInMax);
  std::vector<Operand> operands;
  operands.reserve(list->size());
  for (const Value& each : *list) {
    auto operand = Operand::make(each);
    if (!operand) return at(where, std::move(operand).error());
    operands.push_back(std::move(operand).value());
  }
  set = OperandSet(operands);
  return {};
}

}  // namespace gs::query
