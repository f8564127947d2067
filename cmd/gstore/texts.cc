// text: edits of a text of a record, its marks, and cursors in it.
#include "cmd/gstore/commands.h"
#include "cmd/gstore/element_words.h"
#include "cmd/gstore/report_json.h"
#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/support/words.h"

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

namespace {

void print_marks(const Session& session, const Id& id, const std::vector<TextMark>& marks) {
  if (session.arguments.json) {
    JsonObject line;
    session.out.line(line.text("id", id.text())
                         .raw("marks", calls::json_list(marks, calls::mark_json, kSpelling))
                         .take());
    return;
  }
  for (const TextMark& one : marks) {
    session.out.line(std::to_string(one.from) + ' ' + std::to_string(one.to) + ' ' +
                     one_line(one.key) + ' ' + one.value_json);
  }
}

MarkGrowth growth_of(const std::string& word) {
  if (word == "none") return MarkGrowth::none;
  if (word == "before") return MarkGrowth::before;
  return word == "both" ? MarkGrowth::both : MarkGrowth::after;
}

Result<Exit> mark_text(Session& session, const std::string& value) {
  const Arguments& arguments = session.arguments;
  GS_TRY(Storage storage, open_storage(session, Access::write));
  GS_TRY(const Id id, id_of(session, storage));
  std::uint64_t to = arguments.move_to;
  if (arguments.at_end) {
    auto record = storage.get(id);
    if (!record.ok()) return about_record(session, storage, std::move(record).error());
    to = points_in(text_of(record->find(arguments.field)));
  }
  GS_TRY_OK(about_record(session, storage,
                         storage.mark(id, arguments.field, arguments.position, to,
                                      arguments.mark_key, value, growth_of(arguments.growth))));
  GS_TRY(const auto marks, storage.text_marks(id, arguments.field));
  print_marks(session, id, marks);
  GS_TRY_OK(storage.close());
  return Exit::ok;
}

}  // namespace

Result<Exit> text_mark(Session& session) {
  const std::string words = json_of_words({session.arguments.mark_value});
  return mark_text(session, words.substr(1, words.size() - 2));  // without the brackets
}

Result<Exit> text_unmark(Session& session) { return mark_text(session, "null"); }

Result<Exit> text_marks(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  GS_TRY(const Id id, id_of(session, storage));
  std::optional<Version> version;
  if (arguments.version) {
    GS_TRY(version, version_of(session, storage, *arguments.version));
  }
  if (arguments.as_delta) {
    auto delta = storage.text_delta(id, arguments.field, version);
    if (!delta.ok()) return about_text(session, storage, id, std::move(delta).error());
    JsonObject line;
    line.text("id", id.text()).raw("delta", *delta);
    session.out.line(arguments.json ? line.take() : *delta);
    return Exit::ok;
  }
  auto marks = storage.text_marks(id, arguments.field, version);
  if (!marks.ok()) return about_text(session, storage, id, std::move(marks).error());
  print_marks(session, id, *marks);
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
