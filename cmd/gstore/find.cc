// find and count: a query of words, its rows as lines.
#include "cmd/gstore/commands.h"
#include "cmd/gstore/known.h"
#include "cmd/gstore/query_doubts.h"
#include "cmd/gstore/query_words.h"
#include "cmd/gstore/support/json_text.h"

namespace gs::cli {
namespace {

Error print_row(Session& session, const gs::Row& row) {
  std::string& out = session.out.buffer();
  GS_TRY_OK(append_row(session, row, out));
  out += '\n';
  session.out.written();
  return {};
}

void print_cursor(Session& session, const std::string& cursor) {
  if (session.arguments.json) {
    JsonObject line;
    line.text("cursor", cursor);
    session.out.line(line.take());
  } else {
    session.out.flush();  // behind the rows
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
  const auto cursor = rows.cursor();
  if (!rows.next(row)) return rows.error();
  if (cursor) {
    print_cursor(session, *cursor);
  } else {
    session.out.flush();
    session.terminal.note("There are more rows, but no cursor: " +
                          std::string(cursor.error().message()));
  }
  return {};
}

}  // namespace

Result<Exit> find(Session& session) {
  const Arguments& arguments = session.arguments;
  const std::uint64_t limit = arguments.limit;
  const bool looks_ahead = limit != kNoLimit && limit != 0 && !arguments.explain;
  GS_TRY(const QueryWords query, query_of(arguments, looks_ahead ? limit + 1 : limit));
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  GS_TRY_OK(check_known_collection(session, storage));
  note_doubts(session, storage, query);
  std::optional<Version> version;
  if (arguments.version) {
    GS_TRY(version, version_of(session, storage, *arguments.version));
  }
  if (arguments.explain) {
    const auto plan = version ? storage.explain(query.json, *version) : storage.explain(query.json);
    if (!plan) return about_query(query, plan.error().copy());
    session.out.line(*plan);
    return Exit::ok;
  }
  auto rows = version ? storage.find(query.json, *version) : storage.find(query.json);
  if (!rows) return about_query(query, std::move(rows).error());
  GS_TRY_OK(print_rows(session, std::move(*rows), limit));
  return Exit::ok;
}

Result<Exit> count(Session& session) {
  GS_TRY(const QueryWords query, query_of(session.arguments, kNoLimit));
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  GS_TRY_OK(check_known_collection(session, storage));
  note_doubts(session, storage, query);
  std::optional<Version> version;
  if (session.arguments.version) {
    GS_TRY(version, version_of(session, storage, *session.arguments.version));
  }
  const auto records = version ? storage.count(query.json, *version) : storage.count(query.json);
  if (!records) return about_query(query, records.error().copy());
  if (session.arguments.json) {
    JsonObject line;
    line.number("count", *records);
    session.out.line(line.take());
  } else {
    session.out.line(std::to_string(*records));
  }
  return Exit::ok;
}

}  // namespace gs::cli
