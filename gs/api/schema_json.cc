#include "gs/api/schema_json.h"

#include "gs/core/record/json.h"

namespace gs::api {
namespace {

void append_member(const char* name, std::string_view text, std::string& out) {
  out += out.back() == '{' ? "\"" : ",\"";
  out += name;
  out += "\":";
  record::append_json_string(text, out);
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

std::string differences_json(const std::vector<SchemaDifference>& differences) {
  std::string json = "[";
  for (const SchemaDifference& each : differences) {
    json += json.size() > 1 ? ",{" : "{";
    append_member("risk", risk_word(each.risk), json);
    append_member("collection", each.collection, json);
    if (!each.field.empty()) append_member("field", each.field, json);
    append_member("what", each.what, json);
    json += '}';
  }
  return json + ']';
}

}  // namespace gs::api
