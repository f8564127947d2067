// Queries of which the answer is no stream of rows, and records and queries of a version.
#include "gs/calls/methods.h"

namespace gs::calls {
namespace {

Made number_of(std::uint64_t count) {
  ReportObject line(kSpelling);
  return line.number("count", count).take();
}

Made count(Storage& storage, const Arguments& arguments, const Progress&) {
  GS_TRY(const std::uint64_t records, storage.count(arguments.document("query")));
  return number_of(records);
}

Made explain(Storage& storage, const Arguments& arguments, const Progress&) {
  return storage.explain(arguments.document("query"));
}

Made get_at(Storage& storage, const Arguments& arguments, const Progress&) {
  GS_TRY(const Version version, arguments.required_version(storage, "version"));
  GS_TRY(const Record record, storage.get(arguments.id(storage), version));
  std::string line;
  append_record_line(record, line);
  return line;
}

Made row_json(const Row& row) {
  std::string line;
  if (row.is_record()) append_record_head(row.record(), line);
  GS_TRY_OK(row.append_json(line));
  if (row.is_record()) line += '}';
  return line;
}

Made find_at(Storage& storage, const Arguments& arguments, const Progress&) {
  GS_TRY(const Version version, arguments.required_version(storage, "version"));
  GS_TRY(Rows rows, storage.find(arguments.document("query"), version));
  ResultList made;
  Row row;
  bool is_empty = true;
  for (; rows.next(row); is_empty = false) {
    GS_TRY(const std::string line, row_json(row));
    GS_TRY_OK(made.add(line));
  }
  GS_TRY_OK(rows.error());
  ReportObject page(kSpelling);
  page.raw("rows", made.take());
  // Where no cursor can name the next rows there is none.
  const auto cursor = rows.cursor();
  if (!is_empty && cursor.ok()) page.text("cursor", *cursor);
  return page.take();
}

Made count_at(Storage& storage, const Arguments& arguments, const Progress&) {
  GS_TRY(const Version version, arguments.required_version(storage, "version"));
  GS_TRY(const std::uint64_t records, storage.count(arguments.document("query"), version));
  return number_of(records);
}

Made explain_at(Storage& storage, const Arguments& arguments, const Progress&) {
  GS_TRY(const Version version, arguments.required_version(storage, "version"));
  return storage.explain(arguments.document("query"), version);
}

}  // namespace

std::span<const StorageMethod> query_methods() {
  static constexpr StorageMethod kMethods[] = {
      {"count", count, {kQuery}},
      {"explain", explain, {kQuery}},
      {"getAt", get_at, {kId, kCollection, kAt}},
      {"findAt", find_at, {kQuery, kAt}},
      {"countAt", count_at, {kQuery, kAt}},
      {"explainAt", explain_at, {kQuery, kAt}},
  };
  return kMethods;
}

}  // namespace gs::calls
