// CSV as rows: the header names the fields, every further record becomes a JSON object.
#include <algorithm>

#include "cmd/gstore/support/csv.h"
#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/support/utf8_mark.h"
#include "cmd/gstore/support/words.h"
#include "gs/base/dates.h"

namespace gs::cli {
namespace {

struct Column {
  std::string name;
  std::string prefix;  // `{"name":` or `,"name":`
  ColumnType type = ColumnType::string;
};

std::string type_word(ColumnType type) {
  switch (type) {
    case ColumnType::string:
      return "string";
    case ColumnType::number:
      return "number";
    case ColumnType::integer:
      return "integer of 64 bits";
    case ColumnType::boolean:
      return "boolean (true, false, 1 or 0)";
    case ColumnType::date:
      return "date (" + std::string(kDateForms) + ')';
    case ColumnType::json:
      return "JSON value";
    case ColumnType::key:
      return "key";
  }
  return "value";
}

class CsvReader : public RowReader {
 public:
  CsvReader(Input& input, CsvOptions options)
      : input_(input), delimiter_(options.delimiter.value_or(',')), options_(std::move(options)) {}

  Result<bool> next(Row& row) override {
    if (columns_.empty()) {
      GS_TRY(const bool has_header, read_header());
      if (!has_header) return false;
    }
    GS_TRY(const bool found, next_record());
    if (!found) return false;
    row.number = ++number_;
    row.line = record_line_;
    row.offset = input_.offset();
    build(row);
    return true;
  }

  bool is_csv() const noexcept override { return true; }

 private:
  Result<bool> read_header() {
    GS_TRY_OK(skip_utf8_mark(input_));
    GS_TRY(const bool found, next_record());
    if (!found) return false;
    std::size_t count = 0;
    std::string problem;
    split_csv(record_, delimiter_, fields_, count, problem);
    if (!problem.empty()) return in_header(problem);
    for (std::size_t i = 0; i < count; ++i) {
      Column column{fields_[i], i == 0 ? "{" : ",", ColumnType::string};
      append_json_string(column.name, column.prefix);
      column.prefix += ':';
      columns_.push_back(std::move(column));
    }
    GS_TRY_OK(check_names());
    GS_TRY_OK(set_types());
    if (!options_.key_column.empty() && find_column(options_.key_column) == nullptr) {
      return no_column("--key", options_.key_column);
    }
    return true;
  }

  Error in_header(const std::string& what) const {
    return Error(Code::invalid, "CSV header (line " + std::to_string(record_line_) + "): " + what +
                                    ". Give each column one name in the first line.");
  }

  Error check_names() const {
    std::vector<std::string_view> names;
    for (const Column& column : columns_) names.push_back(column.name);
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice == names.end()) return {};
    return in_header("two columns are named '" + std::string(*twice) + "'");
  }

  Error set_types() {
    for (const auto& [name, type] : options_.types) {
      Column* const found = find_column(name);
      if (found == nullptr) return no_column("--type", name);
      found->type = type;
    }
    return {};
  }

  Column* find_column(const std::string& name) {
    const auto is_named = [&](const Column& column) { return column.name == name; };
    const auto found = std::find_if(columns_.begin(), columns_.end(), is_named);
    return found == columns_.end() ? nullptr : &*found;
  }

  Error no_column(const char* option, const std::string& name) {
    constexpr std::size_t kListedMax = 20;
    misuse_ = std::string(option) + ": there is no column '" + name + "'; the first line names ";
    for (std::size_t i = 0; i < std::min(columns_.size(), kListedMax); ++i) {
      misuse_ += (i == 0 ? "'" : ", '") + columns_[i].name + '\'';
    }
    if (columns_.size() > kListedMax) misuse_ += ", ..";
    return Error(Code::invalid, misuse_);
  }

  // Sets record_ (without the line break) and record_line_; skips blank lines.
  Result<bool> next_record() {
    while (true) {
      input_.consume(taken_);
      taken_ = 0;
      CsvScanner scanner(delimiter_);
      std::size_t scanned = 0;
      while (taken_ == 0) {
        const std::string_view rest = input_.rest();
        const char* const end = scanner.scan(rest.data() + scanned, rest.data() + rest.size());
        if (end != nullptr) {
          taken_ = static_cast<std::size_t>(end - rest.data());
          break;
        }
        scanned = rest.size();
        GS_TRY(const bool grown, input_.more());
        if (grown) continue;
        if (scanned == 0) return false;
        taken_ = scanned;  // the last record need not end with a line break
      }
      record_ = input_.rest().substr(0, taken_);
      record_line_ = line_;
      line_ += static_cast<std::uint64_t>(std::count(record_.begin(), record_.end(), '\n'));
      if (!record_.empty() && record_.back() == '\n') record_.remove_suffix(1);
      if (!record_.empty() && record_.back() == '\r') record_.remove_suffix(1);
      if (!record_.empty()) return true;
    }
  }

  void build(Row& row) {
    std::size_t count = 0;
    row.text = {};
    split_csv(record_, delimiter_, fields_, count, row.problem);
    if (!row.problem.empty()) return;
    if (count != columns_.size()) {
      row.problem = count_text(count, "field", "fields") + ", but the header names " +
                    std::to_string(columns_.size());
      return;
    }
    json_.clear();
    for (std::size_t i = 0; i < count; ++i) {
      const Column& column = columns_[i];
      json_ += column.prefix;
      if (!append_csv_value(fields_[i], column.type, json_)) {
        row.problem = "column '" + column.name + "': '" + fields_[i].substr(0, 40) + "' is no " +
                      type_word(column.type);
        return;
      }
    }
    json_ += '}';
    row.text = json_;
  }

  Input& input_;
  const char delimiter_;
  CsvOptions options_;
  std::vector<Column> columns_;
  std::vector<std::string> fields_;
  std::string json_;
  std::string_view record_;
  std::size_t taken_ = 0;
  std::uint64_t line_ = 1;  // of the next record
  std::uint64_t record_line_ = 0;
  std::uint64_t number_ = 0;
};

}  // namespace

std::optional<ColumnType> column_type(std::string_view word) {
  if (word == "string") return ColumnType::string;
  if (word == "number") return ColumnType::number;
  if (word == "integer") return ColumnType::integer;
  if (word == "boolean") return ColumnType::boolean;
  if (word == "date") return ColumnType::date;
  if (word == "json") return ColumnType::json;
  if (word == "key") return ColumnType::key;
  return std::nullopt;
}

std::unique_ptr<RowReader> read_csv(Input& input, CsvOptions options) {
  return std::make_unique<CsvReader>(input, std::move(options));
}

}  // namespace gs::cli
