// What concurrent writes hide, and what a merge brings.
#include "gs/calls/report_json.h"

namespace gs::calls {
namespace {

std::string hidden_json(const HiddenWrite& hidden, Spelling spelling) {
  ReportObject line(spelling);
  line.text("field", hidden.field);
  if (!hidden.path.empty()) line.raw("path", texts_json(hidden.path));
  line.boolean("removal", hidden.is_removal);
  if (!hidden.was.empty()) line.text("was", hidden.was);
  if (!hidden.is_removal) line.raw("value", hidden.json);
  if (!hidden.shown_json.empty()) line.raw("shown", hidden.shown_json);
  line.text("rule", hidden.rule).text("writer", hidden.writer.text()).time(hidden.time_ms);
  return line.take();
}

}  // namespace

std::string conflict_json(const Conflict& conflict, Spelling spelling) {
  ReportObject line(spelling);
  line.text("id", conflict.id.text())
      .text("collection", conflict.collection)
      .boolean("removed", conflict.is_removed)
      .raw("hidden", json_list(conflict.hidden, hidden_json, spelling));
  return line.take();
}

std::string merge_json(const MergeReport& report, bool is_preview,
                       const std::vector<RecordDifference>& records, Spelling spelling) {
  ReportObject line(spelling);
  line.boolean("merged", !is_preview && !report.is_up_to_date)
      .boolean("upToDate", report.is_up_to_date)
      .boolean("fastForward", report.is_fast_forward)
      .number("changes", report.changes);
  if (is_preview) line.raw("records", json_list(records, difference_json, spelling));
  return line.raw("conflicts", json_list(report.conflicts, conflict_json, spelling)).take();
}

}  // namespace gs::calls
