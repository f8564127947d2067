// Follow the two largest cities while they change.
#include <globalstorage/globalstorage.h>

#include <cstdio>

gs::Error print_changes(gs::LiveQuery& live) {
  GS_TRY(const std::vector<gs::LiveChange> changes, live.changes());
  for (const gs::LiveChange& change : changes) {
    GS_TRY(const std::string json, change.json());
    std::printf("%s\n", json.c_str());
  }
  return {};
}

gs::Error run() {
  GS_TRY(gs::Storage db, gs::Storage::open_or_create("watch.gs"));
  GS_TRY(gs::LiveQuery live, db.watch(R"({"collection":"City","sort":"n:desc","limit":2})"));
  for (std::size_t i = 0; i < live.size(); ++i) {  // the rows to begin with
    GS_TRY(const gs::Row row, live.row(i));
    GS_TRY(const std::string json, row.json());
    std::printf("%s\n", json.c_str());
  }
  GS_TRY_OK(db.put("City", "kyiv", R"({"name":"Kyiv","n":2952301})").error().copy());
  GS_TRY_OK(db.put("City", "lviv", R"({"name":"Lviv","n":717273})").error().copy());
  if (live.wait(std::chrono::seconds(1))) GS_TRY_OK(print_changes(live));
  GS_TRY_OK(db.put("City", "odesa", R"({"name":"Odesa","n":1010783})").error().copy());
  GS_TRY_OK(print_changes(live));  // Lviv is pushed out
  GS_TRY_OK(db.remove(gs::Storage::resolve("odesa", "City")));
  GS_TRY_OK(print_changes(live));  // and comes back
  return db.close();
}

int main() {
  const gs::Error error = run();
  if (error) std::printf("%s\n", error.text().c_str());
  return error ? 1 : 0;
}
