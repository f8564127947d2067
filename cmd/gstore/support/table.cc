#include "cmd/gstore/support/table.h"

#include <algorithm>
#include <numeric>

#include "cmd/gstore/support/text_width.h"

namespace gs::cli {
namespace {

constexpr std::size_t kGap = 2;         // columns between two of them
constexpr std::size_t kWidthMin = 6;    // what a column is cut to at most
constexpr std::size_t kNamesShown = 5;  // of columns left out

std::vector<std::size_t> natural_widths(const Table& table) {
  std::vector<std::size_t> widths;
  widths.reserve(table.columns.size());
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    std::size_t width = columns_of_text(table.columns[i].name);
    for (const auto& row : table.rows) width = std::max(width, columns_of_text(row[i]));
    widths.push_back(std::max<std::size_t>(width, 1));
  }
  return widths;
}

std::size_t total_width(const std::vector<std::size_t>& widths) {
  if (widths.empty()) return 0;
  return std::accumulate(widths.begin(), widths.end(), (widths.size() - 1) * kGap);
}

// Takes from the widest ones first, so that narrow ones stay whole.
void shrink(const Table& table, std::size_t width, std::vector<std::size_t>& widths) {
  while (total_width(widths) > width) {
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (table.columns[i].whole || widths[i] <= kWidthMin) continue;
      if (widest == nullptr || widths[i] > *widest) widest = &widths[i];
    }
    if (widest == nullptr) return;
    --*widest;
  }
}

void append_cell(std::string_view text, std::size_t width, bool right, std::string& line) {
  const std::string shown = fit_to_columns(text, width);
  const std::string blanks(width - std::min(width, columns_of_text(shown)), ' ');
  line += right ? blanks + shown : shown + blanks;
}

void append_line(std::string line, std::string& out) {
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + '\n';
}

std::string left_out(const Table& table, std::size_t shown) {
  std::string names;
  const std::size_t end = std::min(table.columns.size(), shown + kNamesShown);
  for (std::size_t i = shown; i < end; ++i) {
    names += (names.empty() ? "" : ", ") + table.columns[i].name;
  }
  return "(columns left out: " + names + (end < table.columns.size() ? ", ..)" : ")");
}

}  // namespace

std::string table_text(const Table& table, std::size_t width) {
  std::vector<std::size_t> widths = natural_widths(table);
  if (width != 0) {
    shrink(table, width, widths);
    while (widths.size() > 1 && total_width(widths) > width) widths.pop_back();
  }
  const auto line_of = [&](const auto& cell, char fill) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (i != 0) line += std::string(kGap, ' ');
      if (fill != ' ') {
        line += std::string(widths[i], fill);
      } else {
        append_cell(cell(i), widths[i], table.columns[i].right, line);
      }
    }
    return line;
  };
  std::string out;
  const auto name = [&](std::size_t i) -> const std::string& { return table.columns[i].name; };
  append_line(line_of(name, ' '), out);
  append_line(line_of(name, '-'), out);
  for (const auto& row : table.rows) {
    append_line(line_of([&](std::size_t i) -> const std::string& { return row[i]; }, ' '), out);
  }
  if (widths.size() < table.columns.size()) append_line(left_out(table, widths.size()), out);
  return out;
}

}  // namespace gs::cli
