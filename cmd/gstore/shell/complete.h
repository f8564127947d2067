// What may follow in a typed line: names of collections, fields, calls and dot commands. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gs::cli::shell {

// Fields by collection; a collection without a schema has none.
using KnownNames = std::map<std::string, std::vector<std::string>, std::less<>>;

struct Completion {
  std::size_t typed = 0;                // characters at the end of the line that are there already
  std::vector<std::string> candidates;  // whole words, sorted, that begin with those
};

// `line`: up to the cursor.
Completion complete(std::string_view line, const KnownNames& names);

// What all candidates begin with.
std::string common_beginning(const std::vector<std::string>& candidates);

inline constexpr std::string_view kDotCommands[] = {".collections", ".exit", ".explain", ".help",
                                                    ".mode",        ".read", ".schema",  ".timing"};
inline constexpr std::string_view kModes[] = {"js", "json", "table"};

}  // namespace gs::cli::shell
