// Twins, bundles, and what came of them.
#include "gs/calls/report_json.h"

namespace gs::calls {
namespace {

std::string twin_json(const TwinChanges::Twin& twin, Spelling spelling) {
  ReportObject line(spelling);
  return line.text("change", twin.change.text())
      .boolean("counts", twin.counts)
      .number("votes", twin.votes)
      .take();
}

std::string refusal_json(const RefusedChange& one, Spelling spelling) {
  ReportObject line(spelling);
  return line.text("change", one.change.text())
      .text("writer", one.writer.text())
      .number("sequence", one.sequence)
      .text("code", code_name(one.code))
      .text("why", valid_utf8(one.why))
      .take();
}

std::string early_json(const EarlyChange& one, Spelling spelling) {
  ReportObject line(spelling);
  return line.text("change", one.change.text())
      .text("writer", one.writer.text())
      .time(one.time_ms)
      .take();
}

}  // namespace

std::string twins_json(const TwinChanges& twins, Spelling spelling) {
  ReportObject line(spelling);
  line.text("writer", twins.writer.text()).number("sequence", twins.sequence);
  return line.raw("twins", json_list(twins.twins, twin_json, spelling)).take();
}

std::string bundle_json(const std::string& file, const BundleInfo& bundle, Spelling spelling) {
  ReportObject line(spelling);
  return line.text("bundle", valid_utf8(file))
      .number("changes", bundle.changes)
      .number("changeBytes", bundle.change_bytes)
      .number("fileBytes", bundle.file_bytes)
      .boolean("checkpoint", bundle.has_checkpoint)
      .raw("since", digests_json(bundle.since))
      .raw("heads", digests_json(bundle.heads))
      .take();
}

std::string apply_json(const ApplyReport& report, const std::optional<SchemaOrigin>& schema,
                       Spelling spelling) {
  ReportObject line(spelling);
  return line.number("changes", report.changes)
      .number("taken", report.taken)
      .number("known", report.known)
      .number("waiting", report.waiting)
      .number("incomplete", report.incomplete)
      .number("early", report.early)
      .raw("earlyChanges", json_list(report.early_changes, early_json, spelling))
      .number("completed", report.completed)
      .number("refused", report.refused)
      .raw("refusals", json_list(report.refusals, refusal_json, spelling))
      .raw("twins", json_list(report.twins, twins_json, spelling))
      .raw("schema", schema ? origin_json(*schema, spelling) : "null")
      .take();
}

}  // namespace gs::calls
