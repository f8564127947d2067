// Cursors in texts of records: names of places that stay beside a character, and where these are,
// now or in a version. As stored: what a schema makes of a value that is no text is left out.

#include "gs/core/merge/text_places.h"

#include "gs/engine/database/database.h"
#include "gs/engine/database/recalling.h"
#include "gs/engine/database/text_reading.h"

namespace gs::engine {

Result<merge::TypedField> text_of(const Current& current, std::string_view field) {
  auto found =
      merge::text_field({&current.shape, current.record, current.image, current.base}, field);
  if (!found.ok()) {
    return std::move(found).error().in("field \"" + std::string(field) + "\"");
  }
  return found;
}

Error Database::TextReading::read_text(const Id& id, const std::optional<Version>& version,
                                       const ReadText& read) {
  const WritersByKey order(db_.tables_);
  if (version) {
    GS_TRY(const Recalling::Recalled recalled, Recalling(db_).recall_at(id, *version));
    return read(recalled.record.as_current(), order);
  }
  const Moment now = db_.moment();
  Found found;
  if (!db_.find_stored(now, id, found)) {
    GS_TRY_OK(db_.state_damage(*now.version));
    return Error(Code::not_found, "no record " + id.text() + " in this storage");
  }
  return read(current_of(found, db_.tables_), order);
}

Result<std::string> Database::text_cursor(const Id& id, std::string_view field,
                                          std::uint64_t position, bool is_after) {
  std::string cursor;
  const auto read = [&](const Current& current, const WritersByKey& order) -> Error {
    GS_TRY(const merge::TypedField text, text_of(current, field));
    GS_TRY(const merge::TextCursor named, merge::name_place(text, order, position, is_after));
    cursor = merge::cursor_text(named);
    return {};
  };
  GS_TRY_OK(TextReading(*this).read_text(id, std::nullopt, read));
  return cursor;
}

Result<std::uint64_t> Database::text_position(const Id& id, std::string_view field,
                                              std::string_view cursor,
                                              const std::optional<Version>& version) {
  GS_TRY(const merge::TextCursor named, merge::parse_cursor(cursor));
  std::uint64_t position = 0;
  const auto read = [&](const Current& current, const WritersByKey& order) -> Error {
    GS_TRY(const merge::TypedField text, text_of(current, field));
    GS_TRY(position, merge::find_place(text, order, named));
    return {};
  };
  GS_TRY_OK(TextReading(*this).read_text(id, version, read));
  return position;
}

}  // namespace gs::engine
