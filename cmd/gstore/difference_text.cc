#include "cmd/gstore/difference_text.h"

#include "cmd/gstore/support/hunk_text.h"
#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/support/words.h"
#include "gs/base/dates.h"

namespace gs::cli {

const char* why_word(KeptWrite::Why why) noexcept {
  switch (why) {
    case KeptWrite::Why::written:
      return "written";
    case KeptWrite::Why::removed:
      return "removed";
    default:
      return "erased";
  }
}

namespace {

// Of both values together: shorter texts are shown whole, before and after.
constexpr std::size_t kShortBytesMax = 80;

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

template <typename T, typename Text>
std::string list_json(const std::vector<T>& all, const Text& text) {
  std::string list = "[";
  for (const T& one : all) {
    if (list.size() > 1) list += ',';
    list += text(one);
  }
  return list + ']';
}

std::string hunk_json(const TextHunk& hunk) {
  JsonObject line;
  return line.number("before", hunk.before)
      .number("after", hunk.after)
      .text("removed", hunk.removed)
      .text("inserted", hunk.inserted)
      .take();
}

std::string field_json(const FieldDifference& field) {
  JsonObject line;
  line.text("field", field.field);
  if (!field.before_json.empty()) line.raw("before", field.before_json);
  if (!field.after_json.empty()) line.raw("after", field.after_json);
  if (!field.hunks.empty()) line.raw("hunks", list_json(field.hunks, hunk_json));
  return line.take();
}

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

std::string kept_json(const KeptWrite& kept) {
  JsonObject line;
  line.text("id", kept.id.text()).text("collection", kept.collection);
  if (!kept.field.empty()) line.text("field", kept.field);
  line.text("why", why_word(kept.why));
  if (kept.writer != Digest{}) line.text("writer", kept.writer.text());
  return line.take();
}

}  // namespace

std::string difference_json(const RecordDifference& difference) {
  JsonObject line;
  line.text("kind", word_of(difference.kind))
      .text("id", difference.id.text())
      .text("collection", difference.collection);
  if (!difference.key.empty()) line.text("key", difference.key);
  return line.raw("fields", list_json(difference.fields, field_json)).take();
}

std::string difference_text(const RecordDifference& difference, bool colours) {
  std::string line = std::string(word_of(difference.kind)) + "  " + difference.id.text();
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

std::string reverted_json(const Reverted& reverted) {
  JsonObject line;
  return line.text("change", reverted.change.text())
      .text("time", time_text(reverted.time_ms))
      .raw("records", list_json(reverted.records, difference_json))
      .raw("kept", list_json(reverted.kept, kept_json))
      .take();
}

}  // namespace gs::cli
