// Find records page by page, and count them by country.
#include <globalstorage/globalstorage.h>

#include <cstdio>

gs::Error print_rows(const gs::Storage& db, const std::string& query) {
  GS_TRY(gs::Rows rows, db.find(query));
  gs::Row row;
  while (rows.next(row)) {
    GS_TRY(const std::string json, row.json());  // row.record() is the record itself
    std::printf("%s\n", json.c_str());
  }
  GS_TRY_OK(rows.error());                          // damage may have ended them
  GS_TRY(const std::string cursor, rows.cursor());  // for what comes behind the last one
  std::printf("cursor: %s\n", cursor.empty() ? "none" : "there");
  return {};
}

gs::Error run() {
  GS_TRY(gs::Storage db, gs::Storage::open_or_create("find.gs"));
  GS_TRY_OK(db.put("City", "kyiv", R"({"name":"Kyiv","n":2952301,"country":"UA"})").error().copy());
  GS_TRY_OK(db.put("City", "lviv", R"({"name":"Lviv","n":717273,"country":"UA"})").error().copy());
  GS_TRY_OK(print_rows(db, R"({"collection":"City","filter":{"n":{"$gt":1000000}},"limit":10})"));
  GS_TRY_OK(print_rows(db, R"({"collection":"City","group":{"by":["country"],
                               "fields":{"cities":{"$count":true},"people":{"$sum":"n"}}}})"));
  return db.close();
}

int main() {
  const gs::Error error = run();
  if (error) std::printf("%s\n", error.text().c_str());
  return error ? 1 : 0;
}
