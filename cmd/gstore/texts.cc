// text: edits of a text of a record, and cursors in it.
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

// Of `end` behind the last character.
Result<std::uint64_t> position_in(const Arguments& arguments, const Storage& storage,
                                  const Id& id) {
  if (!arguments.at_end) return arguments.position;
  GS_TRY(const Record record, storage.get(id));
  return points_in(text_of(record.find(arguments.field)));
}

// What was not found may be the record, or a place in it.
Error about_text(const Session& session, const Storage& storage, const Id& id, Error error) {
  if (storage.has(id)) return error;
  return about_record(session, storage, std::move(error));
}

}  // namespace

Result<Exit> splice_text(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(const std::string inserted, inserted_by(arguments));
  GS_TRY(Storage storage, open_storage(session, Access::write));
  GS_TRY(const Id id, id_of(session, storage));
  const auto position = position_in(arguments, storage, id);
  if (!position.ok()) return about_record(session, storage, position.error().copy());
  GS_TRY_OK(
      about_record(session, storage,
                   storage.splice(id, arguments.field, *position, arguments.deleted, inserted)));
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

Result<Exit> text_cursor(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  GS_TRY(const Id id, id_of(session, storage));
  const auto position = position_in(arguments, storage, id);
  if (!position.ok()) return about_record(session, storage, position.error().copy());
  const TextSide side = arguments.is_after ? TextSide::after : TextSide::before;
  auto cursor = storage.text_cursor(id, arguments.field, *position, side);
  if (!cursor.ok()) return about_text(session, storage, id, std::move(cursor).error());
  JsonObject line;
  line.text("id", id.text()).text("cursor", *cursor);
  session.out.line(arguments.json ? line.take() : *cursor);
  return Exit::ok;
}

Result<Exit> text_find(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  GS_TRY(const Id id, id_of(session, storage));
  std::optional<Version> version;
  if (arguments.version) {
    GS_TRY(version, version_of(session, storage, *arguments.version));
  }
  auto position = storage.text_position(id, arguments.field, arguments.cursor, version);
  if (!position.ok()) return about_text(session, storage, id, std::move(position).error());
  JsonObject line;
  line.text("id", id.text()).raw("position", std::to_string(*position));
  session.out.line(arguments.json ? line.take() : std::to_string(*position));
  return Exit::ok;
}

}  // namespace gs::cli
