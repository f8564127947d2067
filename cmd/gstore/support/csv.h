// One CSV record (RFC 4180) taken apart, and one field as JSON. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cmd/gstore/support/rows.h"

namespace gs::cli {

// Finds the end of a record; may stop after any byte and go on when more has arrived.
class CsvScanner {
 public:
  explicit CsvScanner(char delimiter) : delimiter_(delimiter) {}
  // Past the line break that ends the record, or null when [at, end) does not hold it.
  const char* scan(const char* at, const char* end);

 private:
  enum class At { field_start, plain, quoted, after_quote };
  char delimiter_;
  At at_ = At::field_start;
};

// More fields than any table made for people has; keeps a wrong delimiter or a binary file from
// becoming millions of names. Collections of very mixed records are exported as NDJSON.
inline constexpr std::size_t kCsvFieldsMax = 65'536;

// The fields of one record without its line break; empty result and `problem` when malformed.
// `fields` keeps its strings' memory from record to record; `count` of them are set.
void split_csv(std::string_view record, char delimiter, std::vector<std::string>& fields,
               std::size_t& count, std::string& problem);

// Appends the field as a JSON value of that type. False: the text is no such value.
bool append_csv_value(std::string_view field, ColumnType type, std::string& out);

// A field for output, in quotes when needed.
void append_csv_field(std::string_view text, std::string& out);

}  // namespace gs::cli
