// What changes with a schema, and what is hardly meant in one.
#include "gs/calls/report_json.h"
#include "gs/engine/catalog/review.h"

namespace gs::calls {
namespace {

std::string doubt_json(const engine::Doubt& doubt, Spelling spelling) {
  ReportObject line(spelling);
  line.text("collection", doubt.collection);
  if (!doubt.field.empty()) line.text("field", doubt.field);
  return line.text("what", doubt.what).take();
}

}  // namespace

std::string origin_json(const SchemaOrigin& origin, Spelling spelling) {
  ReportObject line(spelling);
  return line.text("writer", origin.writer.text()).time(origin.time_ms).take();
}

std::string doubts_json(const std::vector<engine::Doubt>& doubts, Spelling spelling) {
  return json_list(doubts, doubt_json, spelling);
}

std::string applied_json(bool applied, const std::vector<SchemaDifference>& differences,
                         const std::vector<engine::Doubt>& doubts, Spelling spelling) {
  ReportObject line(spelling);
  return line.boolean("applied", applied)
      .raw("differences", differences_json(differences))
      .raw("warnings", doubts_json(doubts, spelling))
      .take();
}

}  // namespace gs::calls
