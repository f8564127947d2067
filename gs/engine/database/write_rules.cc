#include "gs/engine/database/write_rules.h"

#include <algorithm>

namespace gs::engine {

namespace {

merge::Rule rule_of(rules::Merge merge) noexcept {
  switch (merge) {
    case rules::Merge::max:
      return merge::Rule::greatest;
    case rules::Merge::min:
      return merge::Rule::least;
    case rules::Merge::first:
      return merge::Rule::first;
    case rules::Merge::set:
      return merge::Rule::included;
    case rules::Merge::text:
      return merge::Rule::text;
    case rules::Merge::list:
      return merge::Rule::list;
    case rules::Merge::tree:
      return merge::Rule::tree;
    case rules::Merge::whole:
      return merge::Rule::whole;
    default:
      return merge::Rule::latest;
  }
}

// Values of such fields have no rule: they are changes, or count as values.
bool is_of_changes(merge::Rule rule) noexcept {
  return rule == merge::Rule::included || rule == merge::Rule::text || rule == merge::Rule::list ||
         rule == merge::Rule::tree || rule == merge::Rule::members;
}

std::uint32_t first_field(const record::Shape& shape) noexcept {
  return shape.self_describing() ? 0 : static_cast<std::uint32_t>(shape.key_fields());
}

bool is_object(const record::RecordView& write, std::uint32_t field) noexcept {
  const record::Shape& shape = write.shape();
  if (shape.self_describing()) {
    return write.field(shape.key_fields()).member(field).type == Type::object;
  }
  const Type declared = shape.fields()[field].type;
  if (declared != Type::object && declared != Type::any) return false;
  return write.present(field) && write.field(field).type == Type::object;
}

}  // namespace

void WriteRules::use(const rules::Rules* rules) {
  if (rules == rules_) return;
  rules_ = rules;
  shape_ = nullptr;
  named_.clear();
  if (rules == nullptr) return;
  for (const rules::FieldRule& field : rules->fields()) {
    const merge::Rule rule = rule_of(field.merge);
    if (rule != merge::Rule::latest) named_.emplace_back(field.name, rule);
  }
}

merge::RemovalRule WriteRules::removal() const noexcept {
  if (rules_ == nullptr) return merge::RemovalRule::delete_wins;
  switch (rules_->removal()) {
    case rules::Removal::update_wins:
      return merge::RemovalRule::update_wins;
    case rules::Removal::archive:
      return merge::RemovalRule::archive;
    default:
      return merge::RemovalRule::delete_wins;
  }
}

const std::vector<WriteRules::Marked>& WriteRules::of(const record::RecordView& write) {
  const record::Shape& shape = write.shape();
  if (shape_ == &shape) return marked_;
  marked_.clear();
  shape_ = nullptr;
  if (named_.empty()) return marked_;
  const bool is_loose = shape.self_describing();
  const std::uint32_t begin = first_field(shape);
  const std::uint32_t end = merge::field_numbers_end(write);
  for (std::uint32_t field = begin; field < end; ++field) {
    const std::string_view name = merge::name_of_field(write, field);
    const auto found = std::find_if(named_.begin(), named_.end(),
                                    [&](const auto& one) { return one.first == name; });
    if (found != named_.end()) marked_.push_back({field, found->second});
  }
  if (!is_loose) shape_ = &shape;
  return marked_;
}

std::span<const merge::MergedRecord::FieldRule> WriteRules::changes(
    const record::RecordView& write) {
  changes_.clear();
  const std::vector<Marked>& marked = of(write);
  const record::Shape& shape = write.shape();
  auto next = marked.begin();
  for (std::uint32_t field = first_field(shape); field < merge::field_numbers_end(write); ++field) {
    if (next != marked.end() && next->field == field) {
      const merge::Rule rule = (next++)->rule;
      if (is_of_changes(rule)) changes_.push_back({field, static_cast<std::uint8_t>(rule)});
    } else if (is_object(write, field)) {
      changes_.push_back({field, static_cast<std::uint8_t>(merge::Rule::members)});
    }
  }
  return changes_;
}

void WriteRules::mark(const record::RecordView& write, const merge::LocalStamp& base,
                      std::vector<merge::Seen>& seen) {
  const std::vector<Marked>& marked = of(write);
  if (marked.empty()) return;
  for (const Marked& one : marked) {
    if (is_of_changes(one.rule)) continue;
    bool is_named = false;
    for (merge::Seen& had : seen) {
      if (had.field != one.field) continue;
      had.rule = static_cast<std::uint8_t>(one.rule);
      is_named = true;
    }
    if (!is_named) seen.push_back({one.field, static_cast<std::uint8_t>(one.rule), base});
  }
  std::stable_sort(seen.begin(), seen.end(),
                   [](const merge::Seen& a, const merge::Seen& b) { return a.field < b.field; });
}

}  // namespace gs::engine
