// Gives a prepared query the values of its parameters.
#include <algorithm>
#include <cmath>

#include "gs/core/query/forms.h"
#include "gs/core/query/limits.h"
#include "gs/core/query/query.h"

namespace gs::query {
namespace {

constexpr double kCountEnd = 18446744073709551616.0;  // 2^64

Error bind_count(const Value& value, const Where& where, std::uint64_t& out) {
  if (const auto* const number = value.get<double>()) {
    // Not a number is in no order.
    if (*number >= 0 && *number < kCountEnd && std::floor(*number) == *number) {
      out = static_cast<std::uint64_t>(*number);
      return {};
    }
  } else if (const auto* const integer = value.get<std::int64_t>()) {
    if (*integer >= 0) {
      out = static_cast<std::uint64_t>(*integer);
      return {};
    }
  }
  return invalid_at(where, kCountForm);
}

// About what it takes in a text, and no less than what is kept of it. What lies deeper than a
// record may be is refused by whoever encodes it.
std::size_t bytes_of(const Value& value, std::size_t depth = 0) {
  constexpr std::size_t kEach = 2;  // of a value in a list
  if (depth > record::kNestingMax) return kEach;
  const auto sum = [depth](const Array& values) {
    std::size_t bytes = kEach;
    for (const Value& each : values) bytes += bytes_of(each, depth + 1);
    return bytes;
  };
  if (const auto* const text = value.get<std::string>()) return kEach + text->size();
  if (const auto* const bytes = value.get<Buffer>()) return kEach + bytes->size();
  if (const auto* const big = value.get<Big>()) return kEach + big->magnitude.size();
  if (const auto* const array = value.get<Array>()) return sum(*array);
  if (const auto* const set = value.get<Set>()) return sum(set->elements);
  std::size_t bytes = kEach;
  if (const auto* const object = value.get<Object>()) {
    for (const auto& [name, each] : *object) bytes += name.size() + bytes_of(each, depth + 1);
  }
  return bytes;
}

Error bind_includes(std::vector<Include>& includes, std::span<const Value> values) {
  for (Include& include : includes) {
    GS_TRY_OK(include.filter.bind(values));
    GS_TRY_OK(bind_includes(include.include, values));
  }
  return {};
}

std::string quoted(const std::string& name) { return "'" + name + "'"; }

Error missing(std::string_view names) {
  return Error(Code::invalid, "query: no value for the parameter " + std::string(names));
}

}  // namespace

Error bind(Query& query, std::span<const Value> values) {
  const ParameterNames& names = query.parameters;
  if (values.size() < names.size()) return missing(quoted(names[values.size()]));
  if (values.size() > names.size()) {
    return Error(Code::invalid, "query: " + std::to_string(values.size()) + " values, it has " +
                                    std::to_string(names.size()) + " parameters");
  }
  std::size_t bytes = 0;
  for (const Value& value : values) bytes += bytes_of(value);
  if (bytes > kQueryBytesMax) {
    return too_large_at({nullptr, "parameters"}, "bytes of values", bytes, kQueryBytesMax);
  }
  GS_TRY_OK(query.filter.bind(values));
  GS_TRY_OK(bind_includes(query.include, values));
  if (const auto number = query.limit_parameter) {
    const Value& limit = values[*number];
    query.limit = kNoLimit;  // null: none
    if (limit.type() != Type::null) {
      GS_TRY_OK(bind_count(limit, {nullptr, "limit"}, query.limit));
    }
  }
  if (const auto number = query.offset_parameter) {
    GS_TRY_OK(bind_count(values[*number], {nullptr, "offset"}, query.offset));
  }
  if (const auto number = query.cursor_parameter) {
    const auto* const text = values[*number].get<std::string>();
    if (text == nullptr) return invalid_at({nullptr, "cursor"}, kCursorForm);
    if (text->size() > kCursorBytesMax) {
      return too_large_at({nullptr, "cursor"}, "bytes", text->size(), kCursorBytesMax);
    }
    query.cursor = *text;
  }
  return {};
}

Result<std::vector<Value>> values_by_name(const Query& query, const Object& named) {
  const ParameterNames& names = query.parameters;
  std::vector<Value> values(names.size());
  std::vector<bool> is_given(names.size());
  for (const auto& [name, value] : named) {
    const auto known = std::find(names.begin(), names.end(), name);
    if (known == names.end()) return unknown_at({nullptr, "parameters"}, "parameter", name, names);
    const auto number = static_cast<std::size_t>(known - names.begin());
    if (is_given[number]) {
      return Error(Code::invalid, "query: two values for the parameter " + quoted(name));
    }
    is_given[number] = true;
    values[number] = value;
  }
  const auto without = std::find(is_given.begin(), is_given.end(), false);
  if (without == is_given.end()) return values;
  return missing(quoted(names[static_cast<std::size_t>(without - is_given.begin())]));
}

Error check_count(const Query& query) {
  constexpr std::string_view kWhy = "does not go with a count, which has `collection` and `filter`";
  const auto refuse = [&](std::string_view name) { return invalid_at({nullptr, name}, kWhy); };
  if (!query.sort.empty()) return refuse("sort");
  if (query.limit != kNoLimit || query.limit_parameter) return refuse("limit");
  if (query.offset != 0 || query.offset_parameter) return refuse("offset");
  if (!query.cursor.empty() || query.cursor_parameter) return refuse("cursor");
  if (query.select) return refuse("select");
  if (!query.include.empty()) return refuse("include");
  if (query.group) return refuse("group");
  return {};
}

}  // namespace gs::query
