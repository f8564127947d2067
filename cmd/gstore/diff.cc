// diff: what differs between two versions of the storage.
#include "cmd/gstore/commands.h"
#include "cmd/gstore/known.h"
#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/support/words.h"

namespace gs::cli {
namespace {

const char* word_of(RecordDifference::Kind kind) noexcept {
  switch (kind) {
    case RecordDifference::Kind::added:
      return "added";
    case RecordDifference::Kind::removed:
      return "removed";
    case RecordDifference::Kind::changed:
      return "changed";
    default:
      return "erased";
  }
}

std::string field_json(const FieldDifference& field) {
  JsonObject line;
  line.text("field", field.field);
  if (!field.before_json.empty()) line.raw("before", field.before_json);
  if (!field.after_json.empty()) line.raw("after", field.after_json);
  return line.take();
}

std::string difference_json(const RecordDifference& difference) {
  std::string fields = "[";
  for (const FieldDifference& field : difference.fields) {
    if (fields.size() > 1) fields += ',';
    fields += field_json(field);
  }
  JsonObject line;
  line.text("kind", word_of(difference.kind))
      .text("id", difference.id.text())
      .text("collection", difference.collection);
  if (!difference.key.empty()) line.text("key", difference.key);
  return line.raw("fields", fields + ']').take();
}

// Of a changed record each field says what became of it; of others the word before them does.
std::string field_text(const FieldDifference& field, RecordDifference::Kind kind) {
  const std::string name = one_line(field.field) + ": ";
  const bool has_both = !field.before_json.empty() && !field.after_json.empty();
  if (has_both) return name + field.before_json + " -> " + field.after_json;
  const std::string& value = field.after_json.empty() ? field.before_json : field.after_json;
  if (kind != RecordDifference::Kind::changed) return name + value;
  return (field.after_json.empty() ? '-' : '+') + name + value;
}

std::string difference_line(const RecordDifference& difference) {
  std::string line = std::string(word_of(difference.kind)) + "  " + difference.id.text();
  if (!difference.collection.empty()) line += ' ' + one_line(difference.collection);
  if (!difference.key.empty()) line += ' ' + one_line(difference.key);
  const char* before = "  ";
  for (const FieldDifference& field : difference.fields) {
    line += before + field_text(field, difference.kind);
    before = ", ";
  }
  return line;
}

}  // namespace

Result<Exit> diff(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  GS_TRY_OK(check_known_collection(session, storage));
  GS_TRY(const Version before, version_of(session, storage, arguments.before));
  std::optional<Version> after;
  if (arguments.after) {
    GS_TRY(after, version_of(session, storage, *arguments.after));
  }
  DiffOptions options;
  options.limit = arguments.limit;
  if (!arguments.collection.empty()) options.collection = arguments.collection;
  const auto print = [&](const RecordDifference& difference) {
    session.out.line(arguments.json ? difference_json(difference) : difference_line(difference));
    return session.out.wanted();
  };
  GS_TRY_OK(storage.diff(before, after, options, print));
  return Exit::ok;
}

}  // namespace gs::cli
