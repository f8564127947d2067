// find and count: words of the command line as one query (docs/QUERY.md), its rows as lines.
#include "cmd/gstore/commands.h"
#include "cmd/gstore/known.h"
#include "cmd/gstore/support/json_text.h"

namespace gs::cli {
namespace {

constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

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

// What a user wrote as JSON stands in lines of its own, so that "line 2, column 5" of a message is
// the fifth column of it.
std::string in_own_line(std::string_view json) { return '\n' + std::string(json) + '\n'; }

Error add_filter(const Arguments& arguments, JsonObject& query) {
  if (arguments.filter.empty()) return {};
  GS_TRY(const std::string filter, load_content(arguments.filter));
  if (!is_one_value(filter)) {
    return Error(Code::invalid, "FILTER is not one JSON object, for example '{\"name\":\"Kyiv\"}'");
  }
  query.raw("filter", in_own_line(filter));
  return {};
}

Result<std::string> query_of(const Arguments& arguments, std::uint64_t limit) {
  JsonObject query;
  GS_TRY_OK(add_filter(arguments, query));
  if (!arguments.collection.empty()) query.text("collection", arguments.collection);
  if (!arguments.sort.empty()) query.raw("sort", list_json(arguments.sort));
  if (limit != kNoLimit) query.number("limit", limit);
  if (arguments.offset != 0) query.number("offset", arguments.offset);
  if (!arguments.cursor.empty()) query.text("cursor", arguments.cursor);
  if (!arguments.select.empty()) query.raw("select", list_json(arguments.select));
  if (!arguments.include.empty()) query.raw("include", include_json(arguments.include));
  if (!arguments.group.empty()) query.raw("group", in_own_line(arguments.group));
  return query.take();
}

Error print_row(Session& session, const gs::Row& row) {
  std::string& out = session.out.buffer();
  const std::size_t size = out.size();
  const bool with_head = session.arguments.json && row.is_record();
  if (with_head) append_record_head(row.record(), out);
  if (Error error = row.append_json(out)) {
    out.resize(size);
    return error;
  }
  out += with_head ? "}\n" : "\n";
  session.out.written();
  return {};
}

void print_cursor(Session& session, const std::string& cursor) {
  if (session.arguments.json) {
    JsonObject line;
    line.text("cursor", cursor);
    session.out.line(line.take());
  } else {
    session.terminal.note("There are more rows. Go on with --cursor " + cursor);
  }
}

// One row more than asked for tells whether there are more.
Error print_rows(Session& session, Rows rows, std::uint64_t limit) {
  gs::Row row;
  for (std::uint64_t printed = 0; printed < limit; ++printed) {
    if (!session.out.wanted() || !rows.next(row)) return rows.error();
    GS_TRY_OK(print_row(session, row));
  }
  if (limit == 0) return {};
  auto cursor = rows.cursor();
  if (!rows.next(row)) return rows.error();
  if (!cursor) return std::move(cursor).error();
  print_cursor(session, *cursor);
  return {};
}

}  // namespace

Result<Exit> find(Session& session) {
  const Arguments& arguments = session.arguments;
  const std::uint64_t limit = arguments.limit;
  const bool looks_ahead = limit != kNoLimit && limit != 0 && !arguments.explain;
  GS_TRY(const std::string query, query_of(arguments, looks_ahead ? limit + 1 : limit));
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  GS_TRY_OK(check_known_collection(session, storage));
  if (arguments.explain) {
    GS_TRY(const std::string plan, storage.explain(query));
    session.out.line(plan);
    return Exit::ok;
  }
  GS_TRY(Rows rows, storage.find(query));
  GS_TRY_OK(print_rows(session, std::move(rows), limit));
  return Exit::ok;
}

Result<Exit> count(Session& session) {
  GS_TRY(const std::string query, query_of(session.arguments, kNoLimit));
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  GS_TRY_OK(check_known_collection(session, storage));
  GS_TRY(const std::uint64_t records, storage.count(query));
  if (session.arguments.json) {
    JsonObject line;
    line.number("count", records);
    session.out.line(line.take());
  } else {
    session.out.line(std::to_string(records));
  }
  return Exit::ok;
}

}  // namespace gs::cli
