// export: records as NDJSON, one JSON array, or CSV, streamed from one snapshot.
//
// CSV needs its header first, so without --columns the snapshot is read twice: once for the field
// names in the order in which they appear, once for the rows.
#include <algorithm>
#include <chrono>
#include <unordered_map>

#include "cmd/gstore/commands.h"
#include "cmd/gstore/known.h"
#include "cmd/gstore/report_json.h"
#include "cmd/gstore/support/csv.h"
#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/support/words.h"

namespace gs::cli {
namespace {

constexpr std::size_t kFieldsNoted = 11;  // one more than are listed, so that their end shows

class Exporter {
 public:
  Exporter(Session& session, const Storage& storage)
      : session_(session), storage_(storage), snapshot_(storage.snapshot()) {
    options_.collection = session.arguments.collection;
  }

  // `json_array`: one array; else one object a line.
  Error write_json(bool json_array) {
    std::string& out = session_.out.buffer();
    if (json_array) out += '[';
    bool first = true;
    GS_TRY_OK(each([&](const Record& record) {
      if (json_array) out += first ? "\n" : ",\n";
      first = false;
      if (session_.arguments.with_ids) {
        calls::append_record_line(record, out);
      } else {
        record.append_json(out);
      }
      if (!json_array) out += '\n';
      session_.out.written();
      return Error();
    }));
    if (json_array) out += first ? "]\n" : "\n]\n";
    return {};
  }

  // What is wrong with --columns: a field that no record has. Reads until each was seen.
  Result<std::string> unknown_column() {
    std::vector<std::string> unseen = session_.arguments.columns;
    std::vector<std::string> fields;
    bool any = false;
    GS_TRY(Scan scan, storage_.scan(snapshot_, options_));
    Record record;
    while (!unseen.empty() && session_.out.wanted() && scan.next(record)) {
      any = true;
      std::erase_if(unseen, [&](const std::string& name) { return record.find(name).has_value(); });
      for (std::size_t i = 0; fields.size() < kFieldsNoted && i < record.field_count(); ++i) {
        const std::string name(record.field_name(i));
        if (std::find(fields.begin(), fields.end(), name) == fields.end()) fields.push_back(name);
      }
    }
    GS_TRY_OK(scan.error());
    if (unseen.empty() || !any) return std::string();  // without records nobody can tell
    return "--columns: no record has a field '" + unseen.front() + "'; there are " + listed(fields);
  }

  Error write_csv() {
    for (const std::string& name : session_.arguments.columns) columns_.push_back(name);
    if (columns_.empty()) GS_TRY_OK(find_columns());
    std::string& out = session_.out.buffer();
    const bool ids = session_.arguments.with_ids;
    if (columns_.empty() && !ids) return {};
    if (ids) out += "id,collection,key";
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i != 0 || ids) out += ',';
      append_csv_field(columns_[i], out);
    }
    out += "\r\n";
    return each([&](const Record& record) {
      if (ids) {
        out += record.id().text() + ',';
        append_plain(record.collection(), out);
        out += ',';
        append_plain(record.key(), out);
      }
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (i != 0 || ids) out += ',';
        append_field(record, columns_[i], columns_.size() == 1 && !ids, out);
      }
      out += "\r\n";
      session_.out.written();
      return Error();
    });
  }

 private:
  template <typename Visit>
  Error each(const Visit& visit) {
    GS_TRY(Scan scan, storage_.scan(snapshot_, options_));
    Record record;
    std::uint64_t rows = 0;
    while (session_.out.wanted() && scan.next(record)) {
      GS_TRY_OK(visit(record));
      if (++rows % kRowsPerLook == 0) show_progress(rows);
    }
    return scan.error();
  }

  Error find_columns() {
    std::unordered_map<std::string, bool> known;
    return each([&](const Record& record) {
      for (std::size_t i = 0; i < record.field_count(); ++i) {
        const std::string_view name = record.field_name(i);
        if (!known.try_emplace(std::string(name), true).second) continue;
        if (columns_.size() == kCsvFieldsMax) {
          return Error(Code::too_large, "more than " + with_commas(kCsvFieldsMax) +
                                            " different fields. Name some with --columns, or use "
                                            "--format ndjson.");
        }
        columns_.emplace_back(name);
      }
      return Error();
    });
  }

  // A name that may be empty, like a field that is not there.
  static void append_plain(std::string_view text, std::string& out) {
    if (!text.empty()) append_csv_field(text, out);
  }

  // Text as it is, other values as JSON; nothing for null and for a field that is not there.
  static void append_field(const Record& record, const std::string& name, bool alone,
                           std::string& out) {
    const std::optional<Field> field = record.find(name);
    if (!field || field->is_null()) {
      if (alone) append_csv_field({}, out);  // or the line would be blank, which readers skip
      return;
    }
    if (const auto text = field->text()) return append_csv_field(*text, out);
    const std::string json = field->json();
    // Dates, ids, bytes and large integers; an object may look like one.
    const auto plain = field->type() == Type::object ? std::nullopt : extended_text(json);
    append_csv_field(plain ? *plain : std::string_view(json), out);
  }

  void show_progress(std::uint64_t rows) {
    if (!session_.terminal.style().terminal) return;
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
    session_.terminal.progress({"export", 0, 0, with_commas(rows) + " rows", seconds});
  }

  Session& session_;
  const Storage& storage_;
  Snapshot snapshot_;
  ScanOptions options_;
  std::vector<std::string> columns_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace

Result<Exit> export_records(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  GS_TRY_OK(check_known_collection(session, storage));
  Exporter exporter(session, storage);
  if (arguments.format == "csv") {
    GS_TRY(const std::string unknown, exporter.unknown_column());
    if (!unknown.empty()) return usage_error(session, unknown);
    GS_TRY_OK(exporter.write_csv());
  } else {
    const bool array = arguments.format == "json" || (arguments.format.empty() && arguments.json);
    GS_TRY_OK(exporter.write_json(array));
  }
  return Exit::ok;
}

}  // namespace gs::cli
