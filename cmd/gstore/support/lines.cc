// NDJSON, and the choice of a reader.
#include <algorithm>
#include <cctype>

#include "cmd/gstore/support/rows.h"
#include "cmd/gstore/support/utf8_mark.h"

namespace gs::cli {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

class LineReader : public RowReader {
 public:
  explicit LineReader(Input& input) : input_(input) {}

  Result<bool> next(Row& row) override {
    while (true) {
      input_.consume(taken_);
      GS_TRY(const bool found, find_line());
      if (!found) return false;
      ++line_;
      const std::string_view line = input_.rest().substr(0, length_);
      const std::string_view text = trimmed(line);
      if (text.empty()) continue;
      row.text = text;
      row.number = ++number_;
      row.line = line_;
      row.offset = input_.offset() + static_cast<std::uint64_t>(text.data() - line.data());
      row.problem.clear();
      return true;
    }
  }

 private:
  // Sets length_ (without the line break) and taken_ (with it).
  Result<bool> find_line() {
    if (line_ == 0) GS_TRY_OK(skip_utf8_mark(input_));
    std::size_t searched = 0;
    while (true) {
      const std::string_view rest = input_.rest();
      const std::size_t at = rest.find('\n', searched);
      if (at != std::string_view::npos) {
        length_ = at;
        taken_ = at + 1;
        return true;
      }
      searched = rest.size();
      GS_TRY(const bool grown, input_.more());
      if (!grown) {
        length_ = taken_ = searched;  // the last line need not end with a line break
        return searched != 0;
      }
    }
  }

  Input& input_;
  std::size_t length_ = 0;
  std::size_t taken_ = 0;
  std::uint64_t line_ = 0;
  std::uint64_t number_ = 0;
};

bool ends_with(std::string_view path, std::string_view extension) {
  if (path.size() < extension.size()) return false;
  const std::string_view end = path.substr(path.size() - extension.size());
  return std::equal(end.begin(), end.end(), extension.begin(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
}

// The first byte that is not blank, 0 for an empty stream. Consumes nothing but the mark.
Result<char> first_byte(Input& input) {
  GS_TRY_OK(skip_utf8_mark(input));
  while (true) {
    const std::string_view rest = input.rest();
    const std::size_t at = rest.find_first_not_of(kBlank);
    if (at != std::string_view::npos) return rest[at];
    GS_TRY(const bool grown, input.more());
    if (!grown) return '\0';
  }
}

// Whether the first line that is not blank has the delimiter: any text without one, a README say,
// would be CSV of one column. Consumes nothing.
Result<bool> has_columns(Input& input, char delimiter) {
  while (true) {
    const std::string_view rest = input.rest();
    const std::size_t begin = std::min(rest.find_first_not_of(kBlank), rest.size());
    const std::size_t end = rest.find_first_of("\r\n", begin);
    if (const std::size_t at = rest.find(delimiter, begin); at < end && at < rest.size())
      return true;
    if (end != std::string_view::npos) return false;
    GS_TRY(const bool grown, input.more());
    if (!grown) return false;
  }
}

Result<std::unique_ptr<RowReader>> guess_csv(Input& input, CsvOptions options) {
  // Whoever gives options of CSV has said what it is.
  if (options.delimiter || !options.types.empty()) return read_csv(input, std::move(options));
  GS_TRY(const bool columns, has_columns(input, ','));
  if (!columns) {
    return Error(Code::invalid,
                 "the format cannot be told: neither the name nor the content says JSON, and the "
                 "first line has no commas, as CSV of several columns has. Name it with --format");
  }
  auto reader = read_csv(input, std::move(options));
  reader->mark_guess();
  return reader;
}

}  // namespace

std::string row_name(const Row& row) {
  const std::string where =
      row.line != 0 ? "line " + std::to_string(row.line) : "byte " + std::to_string(row.offset);
  return "row " + std::to_string(row.number) + " (" + where + ")";
}

std::unique_ptr<RowReader> read_lines(Input& input) { return std::make_unique<LineReader>(input); }

std::optional<Format> format_named(std::string_view word) {
  if (word == "ndjson" || word == "jsonl") return Format::ndjson;
  if (word == "json") return Format::json;
  if (word == "csv") return Format::csv;
  return std::nullopt;
}

Result<std::unique_ptr<RowReader>> read_rows(Input& input, Format format, std::string_view path,
                                             CsvOptions options) {
  if (format == Format::automatic) {
    if (ends_with(path, ".ndjson") || ends_with(path, ".jsonl")) format = Format::ndjson;
    if (ends_with(path, ".json")) format = Format::json;
    if (ends_with(path, ".csv") || ends_with(path, ".tsv")) format = Format::csv;
    if (ends_with(path, ".tsv") && !options.delimiter) options.delimiter = '\t';
  }
  if (format == Format::ndjson) return read_lines(input);
  if (format == Format::csv) return read_csv(input, std::move(options));
  GS_TRY(const char first, first_byte(input));
  if (first == '[') return read_elements(input, true);
  if (format == Format::json) return read_elements(input, false);
  if (first == '{' || first == '\0') return read_lines(input);
  return guess_csv(input, std::move(options));
}

}  // namespace gs::cli
