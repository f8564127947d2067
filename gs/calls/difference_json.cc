// What differs between versions, and what was taken back.
#include "gs/calls/report_json.h"

namespace gs::calls {
namespace {

std::string hunk_json(const TextHunk& hunk, Spelling spelling) {
  ReportObject line(spelling);
  return line.number("before", hunk.before)
      .number("after", hunk.after)
      .text("removed", hunk.removed)
      .text("inserted", hunk.inserted)
      .take();
}

std::string field_json(const FieldDifference& field, Spelling spelling) {
  ReportObject line(spelling);
  line.text("field", field.field);
  if (!field.before_json.empty()) line.raw("before", field.before_json);
  if (!field.after_json.empty()) line.raw("after", field.after_json);
  if (!field.hunks.empty()) line.raw("hunks", json_list(field.hunks, hunk_json, spelling));
  return line.take();
}

std::string kept_json(const KeptWrite& kept, Spelling spelling) {
  ReportObject line(spelling);
  line.text("id", kept.id.text()).text("collection", kept.collection);
  if (!kept.field.empty()) line.text("field", kept.field);
  line.text("why", why_word(kept.why));
  if (kept.writer != Digest{}) line.text("writer", kept.writer.text());
  return line.take();
}

}  // namespace

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

const char* difference_word(RecordDifference::Kind kind) noexcept {
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

std::string difference_json(const RecordDifference& difference, Spelling spelling) {
  ReportObject line(spelling);
  line.text("kind", difference_word(difference.kind))
      .text("id", difference.id.text())
      .text("collection", difference.collection);
  if (!difference.key.empty()) line.text("key", difference.key);
  return line.raw("fields", json_list(difference.fields, field_json, spelling)).take();
}

std::string reverted_json(const Reverted& reverted, Spelling spelling) {
  ReportObject line(spelling);
  return line.text("change", reverted.change.text())
      .time(reverted.time_ms)
      .raw("records", json_list(reverted.records, difference_json, spelling))
      .raw("kept", json_list(reverted.kept, kept_json, spelling))
      .take();
}

}  // namespace gs::calls
