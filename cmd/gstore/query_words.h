// What find and watch share: words of the command line as one query, and rows as lines.
#pragma once

#include "cmd/gstore/session.h"

namespace gs::cli {

inline constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

// docs/QUERY.md, "The object", with what a user wrote as JSON in lines of its own.
struct QueryWords {
  std::string json;
  std::size_t filter_lines = 0;  // that FILTER has, from the second one on; 0: there is none
};
// Errors: invalid (the filter is no JSON), io.
Result<QueryWords> query_of(const Arguments& arguments, std::uint64_t limit);

// What is wrong with it, with the line of the argument instead of that of the query.
Error about_query(const QueryWords& query, Error error);

// A row as `find` prints it: its content; with --json after what names its record. After an error
// nothing was appended.
Error append_row(const Session& session, const gs::Row& row, std::string& out);

}  // namespace gs::cli
