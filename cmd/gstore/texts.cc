// text splice: edits of a text of a record.
#include "cmd/gstore/commands.h"
#include "cmd/gstore/support/json_text.h"

namespace gs::cli {
namespace {

// The number of code points of UTF-8.
std::uint64_t points_in(std::string_view text) noexcept {
  std::uint64_t points = 0;
  for (const char byte : text) points += (static_cast<unsigned char>(byte) & 0xc0u) != 0x80u;
  return points;
}

std::string_view text_of(const std::optional<Field>& field) {
  return field ? field->text().value_or(std::string_view()) : std::string_view();
}

// Of a file all that is in it, with its line breaks.
Result<std::string> inserted_by(const Arguments& arguments) {
  if (arguments.file.empty()) return arguments.inserted.value_or("");
  return load_content(arguments.file == "-" ? "-" : "@" + arguments.file);
}

}  // namespace

Result<Exit> splice_text(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(const std::string inserted, inserted_by(arguments));
  GS_TRY(Storage storage, open_storage(session, Access::write));
  GS_TRY(const Id id, id_of(session, storage));
  std::uint64_t position = arguments.position;
  if (arguments.at_end) {
    auto record = storage.get(id);
    if (!record.ok()) return about_record(session, storage, std::move(record).error());
    position = points_in(text_of(record->find(arguments.field)));
  }
  GS_TRY_OK(
      about_record(session, storage,
                   storage.splice(id, arguments.field, position, arguments.deleted, inserted)));
  GS_TRY(const Record record, storage.get(id));
  const std::optional<Field> value = record.find(arguments.field);
  if (arguments.json) {
    JsonObject line;
    line.text("id", id.text()).raw("value", value ? value->json() : "null");
    session.out.line(line.take());
  } else {
    session.out.line(text_of(value));
  }
  GS_TRY_OK(storage.close());
  return Exit::ok;
}

}  // namespace gs::cli
