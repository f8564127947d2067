// A query as data: what parse_query() reads from the JSON object of docs/QUERY.md.
//
// Pure; immutable once made and bound, and then safe from any thread. Errors: invalid, too_large;
// both say where in the query and what is known there.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gs/core/query/filter.h"
#include "gs/core/query/limits.h"

namespace gs::query {

inline constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

struct SortField {
  Path path;
  bool descending = false;
};

// Of a record that a field names.
struct Include {
  std::string field;
  Filter filter;
  std::vector<SortField> sort;
  std::uint64_t limit = kNoLimit;
  std::optional<std::vector<Path>> select;
  std::vector<Include> include;
};

enum class Function : std::uint8_t { count, sum, avg, min, max };

struct GroupField {
  std::string name;
  Function function = Function::count;
  std::optional<Path> path;  // of all but count
};

struct Group {
  std::vector<Path> by;
  std::vector<GroupField> fields;
};

struct Query {
  std::string collection;  // empty: every one
  Filter filter;
  std::vector<SortField> sort;
  std::uint64_t limit = kNoLimit;
  std::uint64_t offset = 0;
  std::string cursor;  // as it was given; empty: none
  std::optional<std::vector<Path>> select;
  std::vector<Include> include;
  std::optional<Group> group;
  // Names of what stands in the place of a value; bind() gives the values.
  ParameterNames parameters;
  std::optional<std::uint32_t> limit_parameter;  // numbers of those in these places
  std::optional<std::uint32_t> offset_parameter;
  std::optional<std::uint32_t> cursor_parameter;

  // Equal for queries with the same rows in the same order, whatever part of them is taken.
  Digest fingerprint() const;
};

// Without parameters.
Result<Query> parse_query(std::string_view json);

// With parameters: nobody reads the query before it is bound.
Result<Query> parse_prepared(std::string_view json);
// Gives all parameters their values, in the order of their numbers: then the query is that of the
// text with the values in it. After an error it must not be used before it is bound again.
Error bind(Query& query, std::span<const Value> values);
// The values in that order. Errors: of names that are missing, unknown or there twice.
Result<std::vector<Value>> values_by_name(const Query& query, const Object& named);
// A prepared query may also be counted when it has nothing but `collection` and `filter`.
Error check_count(const Query& query);

// The same for counting: only `collection` and `filter` say how many records there are.
Result<Query> parse_count(std::string_view json);

}  // namespace gs::query
