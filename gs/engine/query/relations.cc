#include "gs/engine/query/relations.h"

#include <algorithm>
#include <charconv>

#include "gs/core/record/layout.h"

namespace gs::engine {

namespace {

using rules::Rule;
using rules::Rules;

bool is_place(std::string_view part) noexcept {
  return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
}

// What lies one part of a path further inside. Null: the schema does not know it.
const Rule* inside(const Rule& rule, std::string_view part) {
  switch (rule.kind) {
    case Rule::Kind::structure:
      return rule.member(part);
    case Rule::Kind::object:
    case Rule::Kind::map:
      return rule.element.get();
    case Rule::Kind::array:
      return is_place(part) ? rule.element.get() : nullptr;
    case Rule::Kind::links:
      return is_place(part) ? &rule : nullptr;  // has the target of each of them
    case Rule::Kind::tuple: {
      std::size_t place = 0;
      const auto [end, status] = std::from_chars(part.data(), part.data() + part.size(), place);
      const bool is_one = status == std::errc() && end == part.data() + part.size();
      return is_one && place < rule.items.size() ? &rule.items[place] : nullptr;
    }
    default:
      return nullptr;
  }
}

// Null: the schema does not know the path.
const Rule* rule_at(const Rules& rules, std::string_view path) {
  if (const rules::FieldRule* const whole = rules.find(path)) return &whole->rule;
  std::size_t dot = path.find('.');
  const rules::FieldRule* const top = rules.find(path.substr(0, dot));
  const Rule* rule = top == nullptr ? nullptr : &top->rule;
  while (rule != nullptr && dot != std::string_view::npos) {
    path = path.substr(dot + 1);
    dot = path.find('.');
    rule = inside(*rule, path.substr(0, dot));
  }
  return rule;
}

// The collection that the values of the path name; null: they name none.
const std::string* target_at(const Rules* rules, std::string_view path) {
  const Rule* rule = rules == nullptr ? nullptr : rule_at(*rules, path);
  if (rule != nullptr && (rule->kind == Rule::Kind::array || rule->kind == Rule::Kind::set)) {
    rule = rule->element.get();
  }
  const bool is_link =
      rule != nullptr && (rule->kind == Rule::Kind::link || rule->kind == Rule::Kind::links);
  return is_link ? &rule->target : nullptr;
}

Value as_written(const Rule& rule, const Value& value);

Array all_as_written(const Rule& rule, const Array& values) {
  Array made;
  made.reserve(values.size());
  for (const Value& each : values) made.push_back(as_written(rule, each));
  return made;
}

// Of the pairs of a map the values are of the rule.
Value pairs_as_written(const Rule& rule, const Array& pairs) {
  Array made = pairs;
  for (Value& each : made) {
    const Array* const pair = each.get<Array>();
    if (pair != nullptr && pair->size() == 2)
      each = Array{(*pair)[0], as_written(rule, (*pair)[1])};
  }
  return made;
}

Value members_as_written(const Rule& rule, const Object& members) {
  Object made;
  made.reserve(members.size());
  for (const auto& [name, value] : members) {
    const Rule* const one = inside(rule, name);
    made.emplace_back(name, one == nullptr ? value : as_written(*one, value));
  }
  return made;
}

Value items_as_written(const Rule& rule, const Array& items) {
  Array made = items;
  for (std::size_t i = 0; i < std::min(made.size(), rule.items.size()); ++i) {
    made[i] = as_written(rule.items[i], items[i]);
  }
  return made;
}

Value id_of(const Rule& rule, const Value& value) {
  const auto* const text = value.get<std::string>();
  if (text == nullptr) return value;
  const auto id = record::linked_id(record::collection_id(rule.target), *text);
  return id ? Value(*id) : value;
}

// What a write under the rule makes of the value, but for defaults. A value beside an array is
// meant for its elements. Nesting is bounded by that of values.
Value as_written(const Rule& rule, const Value& value) {
  const Array* const list = value.get<Array>();
  const Set* const set = value.get<Set>();
  switch (rule.kind) {
    case Rule::Kind::link:
      return id_of(rule, value);
    case Rule::Kind::links:
      if (list != nullptr) return all_as_written(rule, *list);
      if (set != nullptr) return Set{all_as_written(rule, set->elements)};
      return id_of(rule, value);
    case Rule::Kind::array:
    case Rule::Kind::set:
      if (rule.element == nullptr) return value;
      if (list != nullptr) return all_as_written(*rule.element, *list);
      if (set != nullptr) return Set{all_as_written(*rule.element, set->elements)};
      return as_written(*rule.element, value);
    case Rule::Kind::map:
      if (list != nullptr && rule.element != nullptr) return pairs_as_written(*rule.element, *list);
      [[fallthrough]];
    case Rule::Kind::object:
    case Rule::Kind::structure:
      if (const Object* const members = value.get<Object>())
        return members_as_written(rule, *members);
      return value;
    case Rule::Kind::tuple:
      return list == nullptr ? value : items_as_written(rule, *list);
    default:
      return value;
  }
}

void relate(query::Filter& filter, const Rules* rules) {
  filter.relate([rules](std::string_view path, bool is_element, const Value& value) -> Value {
    const Rule* rule = rules == nullptr ? nullptr : rule_at(*rules, path);
    const bool has_elements =
        rule != nullptr && (rule->kind == Rule::Kind::array || rule->kind == Rule::Kind::set);
    if (is_element && has_elements) rule = rule->element.get();
    return rule == nullptr ? value : as_written(*rule, value);
  });
}

void relate(std::vector<query::Include>& includes, const Catalog* catalog, const Rules* rules) {
  for (query::Include& include : includes) {
    const std::string* const target = target_at(rules, include.field);
    const Rules* const theirs =
        catalog == nullptr || target == nullptr ? nullptr : catalog->find(*target);
    relate(include.filter, theirs);
    relate(include.include, catalog, theirs);
  }
}

}  // namespace

void relate(QueryContext& context) {
  const Catalog* const catalog = context.moment.catalog.get();
  const Rules* const rules = catalog == nullptr ? nullptr : catalog->find(context.query.collection);
  relate(context.query.filter, rules);
  relate(context.query.include, catalog, rules);
}

}  // namespace gs::engine
