#include "cmd/gstore/difference_text.h"

#include "cmd/gstore/support/hunk_text.h"
#include "cmd/gstore/support/words.h"
#include "gs/calls/report_json.h"

namespace gs::cli {

namespace {

// Of both values together: shorter texts are shown whole, before and after.
constexpr std::size_t kShortBytesMax = 80;

bool shows_hunks(const FieldDifference& field) noexcept {
  const std::size_t bytes = field.before_json.size() + field.after_json.size();
  return !field.hunks.empty() && bytes > kShortBytesMax;
}

// Of a changed record each field says what became of it; of others the word before them does.
std::string field_text(const FieldDifference& field, RecordDifference::Kind kind) {
  const std::string name = one_line(field.field) + ": ";
  if (shows_hunks(field)) return name + count_text(field.hunks.size(), "hunk", "hunks");
  const bool has_both = !field.before_json.empty() && !field.after_json.empty();
  const std::string before = short_value(field.before_json);
  const std::string after = short_value(field.after_json);
  if (has_both) return name + before + " -> " + after;
  const std::string& value = field.after_json.empty() ? before : after;
  if (kind != RecordDifference::Kind::changed) return name + value;
  return (field.after_json.empty() ? '-' : '+') + name + value;
}

}  // namespace

std::string difference_text(const RecordDifference& difference, bool colours) {
  std::string line =
      std::string(calls::difference_word(difference.kind)) + "  " + difference.id.text();
  if (!difference.collection.empty()) line += ' ' + one_line(difference.collection);
  if (!difference.key.empty()) line += ' ' + one_line(difference.key);
  const char* before = "  ";
  for (const FieldDifference& field : difference.fields) {
    line += before + field_text(field, difference.kind);
    before = ", ";
  }
  for (const FieldDifference& field : difference.fields) {
    if (!shows_hunks(field)) continue;
    for (const std::string& hunk : hunk_lines(field, colours)) {
      line += "\n  " + one_line(field.field) + "  " + hunk;
    }
  }
  return line;
}

}  // namespace gs::cli
