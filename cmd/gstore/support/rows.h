// Rows of an import: NDJSON, a JSON array, or CSV, as one JSON text after the other.
//
// Nothing is parsed into a tree. A JSON element is found by counting brackets outside strings; the
// engine checks it when it is inserted. A malformed row is handed out with `problem` set, so that
// the caller may skip it; an Error means that the rest of the input cannot be read.
// Memory: one window of the input (input.h) and one row. One thread.
// Sources: RFC 8259, RFC 4180, the NDJSON and JSON Lines conventions.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cmd/gstore/support/input.h"

namespace gs::cli {

struct Row {
  std::string_view text;     // valid until the next call
  std::uint64_t number = 0;  // 1-based, blank lines and the header not counted
  std::uint64_t line = 0;    // 1-based; 0 when the format does not go by lines
  std::uint64_t offset = 0;  // of its first byte
  std::string problem;       // not empty: the row is malformed, and how
};

// "row 3 (line 4)" or "row 3 (byte 120)".
std::string row_name(const Row& row);

class RowReader {
 public:
  virtual ~RowReader() = default;
  // False at the end. Errors: io, invalid, too_large.
  virtual Result<bool> next(Row& row) = 0;
  // Whether CsvOptions mean anything here.
  virtual bool is_csv() const noexcept { return false; }
  // Not empty when next() failed because the options name what the input does not have: what is to
  // be corrected is the command, not the file.
  std::string_view misuse() const noexcept { return misuse_; }
  // CSV that nothing but the input itself suggested.
  bool is_guess() const noexcept { return is_guess_; }
  void mark_guess() noexcept { is_guess_ = true; }

 protected:
  std::string misuse_;

 private:
  bool is_guess_ = false;
};

// One JSON text per line; blank lines are skipped.
std::unique_ptr<RowReader> read_lines(Input& input);

// `array`: the elements of one JSON array. Otherwise: JSON texts one after the other, with or
// without white space and line breaks inside and between.
std::unique_ptr<RowReader> read_elements(Input& input, bool array);

enum class ColumnType { string, number, integer, boolean, date, json, key };

// Parses the word after the colon of --type.
std::optional<ColumnType> column_type(std::string_view word);

struct CsvOptions {
  std::optional<char> delimiter;  // a comma; in files named .tsv a tab
  // Column name and type; columns not named are strings.
  std::vector<std::pair<std::string, ColumnType>> types;
  std::string key_column;  // empty: none
};

// The first record names the fields. An empty field of a type other than string is null.
std::unique_ptr<RowReader> read_csv(Input& input, CsvOptions options);

enum class Format { automatic, ndjson, json, csv };

std::optional<Format> format_named(std::string_view word);

// Chooses by `format`, else by the extension of `path`, else by the first byte that is not blank:
// '[' an array, '{' NDJSON. Anything else is CSV when options of CSV are given, and is taken for it
// when the first line has a delimiter. Errors: io, too_large; invalid when it can be none of these.
Result<std::unique_ptr<RowReader>> read_rows(Input& input, Format format, std::string_view path,
                                             CsvOptions options);

}  // namespace gs::cli
