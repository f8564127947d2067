#include "gs/engine/query/relations.h"

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

void relate(query::Filter& filter, const Rules* rules) {
  filter.relate([rules](std::string_view path, std::string_view text) -> std::optional<Id> {
    const std::string* const target = target_at(rules, path);
    if (target == nullptr) return std::nullopt;
    return record::linked_id(record::collection_id(*target), text);
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
