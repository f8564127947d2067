// For tests of queries: the rows of a query as text, from a world in RAM.
#pragma once

#include <string>
#include <vector>

#include "gs/engine/database/test_world.h"
#include "gs/engine/query/prepared.h"
#include "gs/engine/query/presenter.h"

namespace gs::engine::testing {

struct FoundRows {
  std::vector<std::string> rows;  // JSON each; of a failure one: the error's text
  std::vector<Id> ids;            // of records
  std::string cursor;
  bool by_index = false;
};

inline FoundRows rows_of(Find& find) {
  FoundRows found;
  QueryRow row;
  while (find.next(row)) {
    std::string text = row.group_json;
    if (!find.context()->query.group) {
      found.ids.push_back(row.found.entry.id);
      const Error error =
          append_row_json(*find.context(), find.context()->record(row.found).view(), text);
      if (error) text = error.text();
    }
    found.rows.push_back(std::move(text));
  }
  if (const Error error = find.error()) found.rows.push_back(error.text());
  found.by_index = find.explain().find("\"index\":null") == std::string::npos;
  auto cursor = find.cursor();
  found.cursor = cursor ? *cursor : cursor.error().text();
  return found;
}

inline FoundRows find_rows(const Store& store, std::string_view json,
                           const QueryBounds& bounds = {}) {
  const auto started = Find::start(store.db, json, bounds);
  if (!started) return {{started.error().text()}, {}, {}, false};
  return rows_of(**started);
}

inline FoundRows prepared_rows(const Store& store, Prepared& query, std::span<const Value> values) {
  const auto started = query.start(store.db, values);
  if (!started) return {{started.error().text()}, {}, {}, false};
  FoundRows found = rows_of(**started);
  (*started)->leave();
  return found;
}

inline std::vector<std::string> rows_of(const Store& store, std::string_view json,
                                        const QueryBounds& bounds = {}) {
  return find_rows(store, json, bounds).rows;
}

}  // namespace gs::engine::testing
