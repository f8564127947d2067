// A query as data: what parse_query() reads from the JSON object of docs/QUERY.md.
//
// Pure; immutable once made and safe from any thread. Errors: invalid, too_large; both say where in
// the query and what is known there.
#pragma once

#include <memory>
#include <optional>
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

  // Equal for queries with the same rows in the same order, whatever part of them is taken.
  Digest fingerprint() const;
};

Result<Query> parse_query(std::string_view json);

// The same for counting: only `collection` and `filter` say how many records there are.
Result<Query> parse_count(std::string_view json);

}  // namespace gs::query
