#include "gs/core/rules/rules.h"

#include <algorithm>
#include <mutex>

#include "gs/base/endian.h"
#include "gs/core/rules/check.h"

namespace gs::rules {

bool needs_no_look(const Rule& rule, Type type) noexcept {
  if (!rule.is_plain()) return false;
  switch (rule.kind) {
    case Rule::Kind::string:
      return type == Type::string;
    case Rule::Kind::number:
      return type == Type::number || type == Type::integer;
    case Rule::Kind::bigint:
      return type == Type::integer || type == Type::big;
    case Rule::Kind::boolean:
      return type == Type::boolean;
    case Rule::Kind::link:
      return type == Type::id;
    case Rule::Kind::json:
      return type == Type::object || type == Type::array || type == Type::set || type == Type::date;
    default:
      return false;
  }
}

const Rule* Rule::member(std::string_view name) const noexcept {
  const auto at = std::lower_bound(
      members.begin(), members.end(), name,
      [](const NamedRule& each, std::string_view wanted) { return each.name < wanted; });
  return at != members.end() && at->name == name ? &at->rule : nullptr;
}

std::string Rule::expected() const {
  switch (kind) {
    case Kind::string:
      return "string";
    case Kind::number:
      return "number";
    case Kind::bigint:
      return "bigint";
    case Kind::boolean:
      return "boolean";
    case Kind::enumeration: {
      std::string text = "one of";
      for (const Value& each : allowed) {
        const std::string* word = each.get<std::string>();
        Buffer bytes;
        text += &each == &allowed.front() ? " " : ", ";
        text += word != nullptr ? *word : std::string(type_name(each.type()));
      }
      return text;
    }
    case Kind::array:
      return "array";
    case Kind::set:
      return "set";
    case Kind::object:
    case Kind::structure:
      return "object";
    case Kind::map:
      return "map";
    case Kind::tuple:
      return "tuple";
    case Kind::json:
      return "object, array, set or date";
    case Kind::link:
      return "id of " + target;
    case Kind::links:
      return "ids of " + target;
    case Kind::custom:
      return "a value of its type";
  }
  return {};
}

const FieldRule* Rules::find(std::string_view name) const noexcept {
  const auto at = std::lower_bound(
      fields_.begin(), fields_.end(), name,
      [](const FieldRule& each, std::string_view wanted) { return each.name < wanted; });
  return at != fields_.end() && at->name == name ? &*at : nullptr;
}

const record::Layout::Default* Rules::find_default(std::string_view name) const noexcept {
  for (const record::Layout::Default& each : layout_.defaults()) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

bool Rules::is_earlier(std::string_view name) const noexcept {
  return std::binary_search(earlier_.begin(), earlier_.end(), name);
}

std::shared_ptr<const Rules::Plan> Rules::plan(const record::ShapePtr& shape) const {
  const std::lock_guard lock(plans_mutex_);
  const auto found = plans_.find(shape.get());
  if (found != plans_.end()) return found->second;
  auto made = make_plan(shape);  // keeps the shape, so its address is its own
  if (plans_.size() < kPlansMax) plans_.emplace(shape.get(), made);
  return made;
}

std::shared_ptr<const Rules::Plan> Rules::make_plan(const record::ShapePtr& shape) const {
  auto made = std::make_shared<Plan>();
  made->shape_ = shape;
  if (shape->self_describing()) return made;
  made->is_right_ = true;
  made->needed_.resize(shape->words());
  made->given_.resize(shape->words());
  std::size_t required = 0;
  for (std::size_t i = shape->key_fields(); i < shape->field_count(); ++i) {
    const record::Field& field = shape->fields()[i];
    const FieldRule* const rule = find(field.name);
    if (rule == nullptr) {
      made->is_right_ = false;
      break;
    }
    if (field.type == Type::null) {
      made->is_right_ = made->is_right_ && !rule->rule.required;
      continue;
    }
    if (!needs_no_look(rule->rule, field.type)) made->looks_.push_back({i, rule});
    if (!rule->rule.required) continue;
    ++required;
    // Present and not null: low bit set, high bit clear.
    const std::uint64_t bit = std::uint64_t{1} << (i % 32);
    made->needed_[i / 32] |= bit | bit << 32;
    made->given_[i / 32] |= bit;
  }
  const auto all = static_cast<std::size_t>(std::count_if(
      fields_.begin(), fields_.end(), [](const FieldRule& each) { return each.rule.required; }));
  made->is_right_ = made->is_right_ && required == all;
  return made;
}

bool Rules::accepts(const Plan& plan, const record::RecordView& record,
                    schema::Functions* functions) const {
  if (!plan.is_right_) return check(record, functions).empty();
  const std::uint8_t* const words = record.bytes().data() + 8;
  for (std::size_t i = 0; i < plan.needed_.size(); ++i) {
    if ((load_u64(words + 8 * i) & plan.needed_[i]) != plan.given_[i]) return false;
  }
  Checker checker(functions, nullptr);
  for (const Plan::Look& look : plan.looks_) {
    if (!record.present(look.field)) continue;
    if (!checker.field(look.rule->rule, record.field(look.field), {})) return false;
  }
  return !validate_ || checker.whole(*validate_, to_js(record));
}

std::vector<Violation> Rules::check(const record::RecordView& record,
                                    schema::Functions* functions) const {
  std::vector<Violation> found;
  Checker checker(functions, &found);
  std::vector<bool> seen(fields_.size());
  std::vector<std::string_view> unexpected;
  each_member(record, [&](std::string_view name, bool present, const record::ValueView& value) {
    if (!present) return;
    const FieldRule* const rule = find(name);
    if (rule == nullptr) {
      unexpected.push_back(name);
      return;
    }
    seen[static_cast<std::size_t>(rule - fields_.data())] = true;
    checker.field(rule->rule, value, name);
  });
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (!seen[i] && fields_[i].rule.required) checker.missing(fields_[i].rule, fields_[i].name);
  }
  for (const std::string_view name : unexpected) checker.unexpected(name);
  if (validate_) checker.whole(*validate_, to_js(record));
  return found;
}

std::vector<Violation> Rules::check_delta(const record::RecordView& delta,
                                          schema::Functions* functions) const {
  std::vector<Violation> found;
  Checker checker(functions, &found);
  each_member(delta, [&](std::string_view name, bool present, const record::ValueView& value) {
    const FieldRule* const rule = find(name);
    if (rule == nullptr) {
      if (present) checker.unexpected(name);
    } else if (present) {
      checker.field(rule->rule, value, name);
    } else if (rule->rule.required) {
      checker.missing(rule->rule, name);
    }
  });
  return found;
}

std::vector<Violation> Rules::check_whole(const record::RecordView& record,
                                          schema::Functions* functions) const {
  std::vector<Violation> found;
  Checker checker(functions, &found);
  for (const FieldRule& field : fields_) {
    if (field.rule.required && !record.find(field.name)) checker.missing(field.rule, field.name);
  }
  if (validate_) checker.whole(*validate_, to_js(record));
  return found;
}

std::vector<Violation> Rules::check_missing(const record::RecordView& record) const {
  std::vector<Violation> found;
  Checker checker(nullptr, &found);
  for (const FieldRule& field : fields_) {
    if (!field.rule.required || field.convert || record.find(field.name)) continue;
    const bool is_there =
        find_default(field.name) != nullptr ||
        std::any_of(field.was.begin(), field.was.end(),
                    [&](const std::string& name) { return record.find(name).has_value(); });
    if (!is_there) checker.missing(field.rule, field.name);
  }
  return found;
}

void Rules::check_field(std::string_view name, const record::RecordView& record,
                        schema::Functions* functions, std::vector<Violation>& out) const {
  const FieldRule* const field = find(name);
  const auto value = record.find(name);
  if (field != nullptr && value) Checker(functions, &out).field(field->rule, *value, name);
}

std::vector<Violation> Rules::check_default(const FieldRule& field,
                                            schema::Functions* functions) const {
  std::vector<Violation> found;
  if (const record::Layout::Default* const given = find_default(field.name)) {
    Checker(functions, &found).field(field.rule, {given->type, given->content}, field.name);
  }
  return found;
}

}  // namespace gs::rules
