// Texts of records, as they are now or were in a version (text_places.cc, text_marks.cc).
#pragma once

#include "gs/core/merge/text_places.h"
#include "gs/engine/database/database.h"

namespace gs::engine {

class Database::TextReading {
 public:
  explicit TextReading(Database& db) noexcept : db_(db) {}

  // Calls `read` with the record and the order of writers.
  using ReadText = std::function<Error(const Current& current, const WritersByKey& order)>;
  Error read_text(const Id& id, const std::optional<Version>& version, const ReadText& read);

 private:
  Database& db_;
};

Result<merge::TypedField> text_of(const Current& current, std::string_view field);

}  // namespace gs::engine
