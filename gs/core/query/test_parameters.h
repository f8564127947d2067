// For tests: a filter whose operands became parameters, and the way back.
#pragma once

#include <string>
#include <vector>

#include "globalstorage/value.h"

namespace gs::query::testing {

inline Value parameter(std::size_t number) {
  return Object{{"$param", Value("p" + std::to_string(number))}};
}

// The filter with {"$param":"p0"} and so on in the place of every operand, which `values` gets in
// the order of the text. In the filter every object at a path is one of operators.
inline Value parametrized(const Value& filter, std::vector<Value>& values) {
  const auto hole = [&](const Value& operand) {
    values.push_back(operand);
    return parameter(values.size() - 1);
  };
  Object made;
  for (const auto& [name, value] : *filter.get<Object>()) {
    Value with;
    if (name == "$not") {
      with = parametrized(value, values);
    } else if (name == "$and" || name == "$or") {
      Array filters;
      for (const Value& each : *value.get<Array>()) filters.push_back(parametrized(each, values));
      with = std::move(filters);
    } else if (const auto* const operators = value.get<Object>()) {
      Object holes;
      for (const auto& [op, operand] : *operators) {
        // What is denied is operators, as of a filter with this one path.
        const bool is_denied = op == "$not";
        Value denied = is_denied ? parametrized(Object{{name, operand}}, values) : Value();
        holes.emplace_back(op, is_denied ? (*denied.get<Object>())[0].second : hole(operand));
      }
      with = std::move(holes);
    } else {
      with = hole(value);
    }
    made.emplace_back(name, std::move(with));
  }
  return made;
}

// The way back with these values, from the one of this number on.
inline Value filled(const Value& holes, const std::vector<Value>& values, std::size_t& number) {
  if (const auto* const filters = holes.get<Array>()) {
    Array made;
    for (const Value& each : *filters) made.push_back(filled(each, values, number));
    return made;
  }
  const Object& members = *holes.get<Object>();
  if (members.size() == 1 && members[0].first == "$param") return values[number++];
  Object made;
  for (const auto& [name, value] : members) made.emplace_back(name, filled(value, values, number));
  return made;
}

}  // namespace gs::query::testing
