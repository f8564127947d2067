// Records and fields of CSV.
#include "cmd/gstore/support/csv.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/support/words.h"
#include "gs/base/dates.h"
#include "gs/base/digit.h"

namespace gs::cli {
namespace {

// One or more digits at the front; false when there is none.
bool take_digits(std::string_view& text) {
  std::size_t n = 0;
  while (n != text.size() && is_digit(text[n])) ++n;
  text.remove_prefix(n);
  return n != 0;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// The number grammar of RFC 8259; with `whole` only digits and a minus.
bool is_json_number(std::string_view text, bool whole) {
  take(text, "-");
  if (text.size() > 1 && text[0] == '0' && is_digit(text[1])) return false;
  if (!take_digits(text)) return false;
  if (whole) return text.empty();
  if (take(text, ".") && !take_digits(text)) return false;
  if (take(text, "eE")) {
    take(text, "+-");
    if (!take_digits(text)) return false;
  }
  return text.empty();
}

// Whether the number has a place in its type; the engine would not know the column's name.
bool is_integer_64(std::string_view text) {
  std::int64_t value = 0;
  return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc();
}
bool is_finite(std::string_view text) {
  return std::isfinite(std::strtod(std::string(text).c_str(), nullptr));
}

void append_extended(std::string_view name, std::string_view field, std::string& out) {
  out += "{\"";
  out += name;
  out += "\":";
  append_json_string(field, out);
  out += '}';
}

}  // namespace

const char* CsvScanner::scan(const char* at, const char* end) {
  while (at != end) {
    switch (at_) {
      case At::quoted:
        while (at != end && *at != '"') ++at;
        if (at == end) return nullptr;
        ++at;
        at_ = At::after_quote;
        continue;
      case At::after_quote:
        if (*at == '"') {  // a doubled quote stands for one; the field goes on
          ++at;
          at_ = At::quoted;
          continue;
        }
        at_ = At::plain;
        continue;
      case At::field_start:
        at_ = *at == '"' ? At::quoted : At::plain;
        if (at_ == At::quoted) ++at;
        continue;
      case At::plain:
        while (at != end && *at != delimiter_ && *at != '\n') ++at;
        if (at == end) return nullptr;
        at_ = At::field_start;
        if (*at++ == '\n') return at;
        continue;
    }
  }
  return nullptr;
}

void split_csv(std::string_view record, char delimiter, std::vector<std::string>& fields,
               std::size_t& count, std::string& problem) {
  count = 0;
  problem.clear();
  std::size_t at = 0;
  while (true) {
    if (count == kCsvFieldsMax) {
      problem = "more than " + with_commas(kCsvFieldsMax) + " fields";
      return;
    }
    if (count == fields.size()) fields.emplace_back();
    std::string& field = fields[count++];
    field.clear();
    if (at < record.size() && record[at] == '"') {
      ++at;
      while (true) {
        const std::size_t quote = record.find('"', at);
        if (quote == std::string_view::npos) {
          problem = "field " + std::to_string(count) + " has no closing quote";
          return;
        }
        field.append(record, at, quote - at);
        at = quote + 1;
        if (at == record.size() || record[at] != '"') break;
        field += '"';
        ++at;
      }
      if (at < record.size() && record[at] != delimiter) {
        problem = "field " + std::to_string(count) + " has text after its closing quote";
        return;
      }
    } else {
      const std::size_t next = record.find(delimiter, at);
      field = record.substr(at, next == std::string_view::npos ? next : next - at);
      if (field.find('"') != std::string::npos) {
        problem = "field " + std::to_string(count) +
                  " has a quote inside; put the field in quotes and double the quote";
        return;
      }
      at = next == std::string_view::npos ? record.size() : next;
    }
    if (at >= record.size()) return;
    ++at;  // the delimiter
  }
}

bool append_csv_value(std::string_view field, ColumnType type, std::string& out) {
  if (type == ColumnType::string) {
    append_json_string(field, out);
    return true;
  }
  if (field.empty()) {
    out += "null";
    return true;
  }
  switch (type) {
    case ColumnType::number:
      if (!is_json_number(field, false) || !is_finite(field)) return false;
      out += field;
      return true;
    case ColumnType::integer:
      if (!is_json_number(field, true) || !is_integer_64(field)) return false;
      append_extended("$int", field, out);
      return true;
    case ColumnType::boolean:
      if (field != "true" && field != "false" && field != "1" && field != "0") return false;
      out += field == "true" || field == "1" ? "true" : "false";
      return true;
    case ColumnType::date: {
      const auto date = parse_date(field);
      if (!date) return false;
      append_extended("$date", date_text(*date), out);
      return true;
    }
    case ColumnType::json:
      // Not two members in disguise; the engine checks the rest.
      if (!is_one_value(field)) return false;
      out += field;
      return true;
    case ColumnType::key:
      append_json_string(field, out);
      return true;
    case ColumnType::string:
      break;
  }
  return false;
}

void append_csv_field(std::string_view text, std::string& out) {
  // An empty field in quotes: a record of one empty field would be a blank line, which is skipped.
  if (!text.empty() && text.find_first_of("\",\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace gs::cli
