// What changes with a schema, and what is hardly meant in one.
#include "gs/calls/report_json.h"
#include "gs/engine/catalog/review.h"

namespace gs::calls {
namespace {

std::string difference_of_schemas_json(const SchemaDifference& difference, Spelling spelling) {
  ReportObject line(spelling);
  line.text("risk", risk_word(difference.risk)).text("collection", difference.collection);
  if (!difference.field.empty()) line.text("field", difference.field);
  return line.text("what", difference.what).take();
}

std::string doubt_json(const engine::Doubt& doubt, Spelling spelling) {
  ReportObject line(spelling);
  line.text("collection", doubt.collection);
  if (!doubt.field.empty()) line.text("field", doubt.field);
  return line.text("what", doubt.what).take();
}

}  // namespace

const char* risk_word(SchemaDifference::Risk risk) noexcept {
  switch (risk) {
    case SchemaDifference::Risk::safe:
      return "safe";
    case SchemaDifference::Risk::migrated:
      return "migrated";
    case SchemaDifference::Risk::checked:
      return "checked";
    case SchemaDifference::Risk::unsafe:
      break;
  }
  return "unsafe";
}

std::string origin_json(const SchemaOrigin& origin, Spelling spelling) {
  ReportObject line(spelling);
  return line.text("writer", origin.writer.text()).time(origin.time_ms).take();
}

std::string differences_json(const std::vector<SchemaDifference>& differences, Spelling spelling) {
  return json_list(differences, difference_of_schemas_json, spelling);
}

std::string doubts_json(const std::vector<engine::Doubt>& doubts, Spelling spelling) {
  return json_list(doubts, doubt_json, spelling);
}

std::string applied_json(bool applied, const std::vector<SchemaDifference>& differences,
                         const std::vector<engine::Doubt>& doubts, Spelling spelling) {
  ReportObject line(spelling);
  return line.boolean("applied", applied)
      .raw("differences", differences_json(differences, spelling))
      .raw("warnings", doubts_json(doubts, spelling))
      .take();
}

}  // namespace gs::calls
