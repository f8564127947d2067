// What find and watch share: words of the command line as one query, and rows as lines.
#pragma once

#include "cmd/gstore/session.h"

namespace gs::cli {

inline constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

// docs/QUERY.md, "The object". Errors: invalid (the filter is no JSON), io.
Result<std::string> query_of(const Arguments& arguments, std::uint64_t limit);

// A row as `find` prints it: its content; with --json after what names its record. After an error
// nothing was appended.
Error append_row(const Session& session, const gs::Row& row, std::string& out);

}  // namespace gs::cli
