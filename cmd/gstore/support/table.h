// Rows of texts as a table that fits its place. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace gs::cli {

struct TableColumn {
  std::string name;
  bool right = false;  // numbers
  bool whole = false;  // never cut, such as an id that somebody wants to copy
};

struct Table {
  std::vector<TableColumn> columns;
  // A text for each column, without control characters.
  std::vector<std::vector<std::string>> rows;
};

// Lines with a break behind each: names, a rule, rows. `width`: of the terminal; 0: any. Where it
// is too small wide columns are cut, then columns at the end are left out, and a line says which.
std::string table_text(const Table& table, std::size_t width);

}  // namespace gs::cli
