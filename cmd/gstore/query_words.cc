// Words of the command line as one query, and rows as lines.
#include "cmd/gstore/query_words.h"

#include <algorithm>
#include <charconv>

#include "cmd/gstore/report_json.h"
#include "cmd/gstore/support/json_text.h"

namespace gs::cli {
namespace {

std::string list_json(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    if (out.size() > 1) out += ',';
    append_json_string(text, out);
  }
  return out + ']';
}

// {"country":true}; one JSON object stands for itself.
std::string include_json(const std::vector<std::string>& include) {
  if (include.size() == 1 && include[0].starts_with('{')) return include[0];
  JsonObject fields;
  for (const std::string& field : include) fields.boolean(field, true);
  return fields.take();
}

// So that the fifth column of a line is the fifth column of what the user wrote.
std::string in_own_line(std::string_view json) { return '\n' + std::string(json) + '\n'; }

Error add_filter(const Arguments& arguments, JsonObject& query, std::size_t& lines) {
  if (arguments.filter.empty()) return {};
  GS_TRY(const std::string filter, load_content(arguments.filter));
  if (!is_one_value(filter)) {
    return Error(Code::invalid, "FILTER is not one JSON object, for example '{\"name\":\"Kyiv\"}'");
  }
  query.raw("filter", in_own_line(filter));
  lines = 1 + static_cast<std::size_t>(std::count(filter.begin(), filter.end(), '\n'));
  return {};
}

}  // namespace

Result<QueryWords> query_of(const Arguments& arguments, std::uint64_t limit) {
  QueryWords words;
  JsonObject query;
  GS_TRY_OK(add_filter(arguments, query, words.filter_lines));
  if (!arguments.collection.empty()) query.text("collection", arguments.collection);
  if (!arguments.sort.empty()) query.raw("sort", list_json(arguments.sort));
  if (limit != kNoLimit) query.number("limit", limit);
  if (arguments.offset != 0) query.number("offset", arguments.offset);
  if (!arguments.cursor.empty()) query.text("cursor", arguments.cursor);
  if (!arguments.select.empty()) query.raw("select", list_json(arguments.select));
  if (!arguments.include.empty()) query.raw("include", include_json(arguments.include));
  if (!arguments.group.empty()) query.raw("group", in_own_line(arguments.group));
  words.json = query.take();
  return words;
}

Error about_query(const QueryWords& query, Error error) {
  constexpr std::string_view kLine = "query: JSON line ";
  const std::string_view text = error.message();
  if (error.code() != Code::invalid || !text.starts_with(kLine)) return error;
  std::size_t line = 0;
  const auto [end, status] =
      std::from_chars(text.data() + kLine.size(), text.data() + text.size(), line);
  if (status != std::errc() || line < 2) return error;
  // The first line is ours, and so is the one between filter and group.
  const bool in_filter = line <= query.filter_lines + 1;
  const std::size_t before = in_filter || query.filter_lines == 0 ? 1 : query.filter_lines + 2;
  if (line <= before) return error;
  return Error(error.code(), std::string(in_filter ? "filter" : "group") + ": JSON line " +
                                 std::to_string(line - before) +
                                 std::string(end, text.data() + text.size()));
}

Error append_row(const Session& session, const gs::Row& row, std::string& out) {
  const std::size_t size = out.size();
  const bool with_head = session.arguments.json && row.is_record();
  if (with_head) calls::append_record_head(row.record(), out);
  if (Error error = row.append_json(out)) {
    out.resize(size);
    return error;
  }
  if (with_head) out += '}';
  return {};
}

}  // namespace gs::cli
