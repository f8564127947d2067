#include "cmd/gstore/query_doubts.h"

#include <algorithm>

#include "cmd/gstore/support/words.h"
#include "gs/api/runtime.h"
#include "gs/base/nearest.h"
#include "gs/core/query/query.h"
#include "gs/core/record/json.h"
#include "gs/core/rules/check.h"
#include "gs/engine/catalog/catalog.h"

namespace gs::cli {
namespace {

void note(Session& session, const std::string& text) {
  session.terminal.note("gstore: note: " + text);
}

const Value* member(const Value& value, std::string_view name) {
  const Object* const object = value.get<Object>();
  if (object == nullptr) return nullptr;
  for (const auto& [key, each] : *object) {
    if (key == name) return &each;
  }
  return nullptr;
}

// The FILTER of somebody who knows queries as JSON.
void note_whole_query(Session& session, const std::string& json) {
  const auto words = record::parse_json(json);
  const Value* const filter = words.ok() ? member(*words, "filter") : nullptr;
  if (filter == nullptr) return;
  if (member(*filter, "collection") == nullptr || member(*filter, "filter") == nullptr) return;
  note(session,
       "'collection' and 'filter' are taken as fields of records. The parts of a query are words "
       "here: gstore find COLLECTION FILTER, and options such as --sort");
}

std::vector<std::string> paths_of(const query::Query& query) {
  std::vector<std::string> paths;
  const auto add = [&](const std::vector<query::Path>& list) {
    for (const query::Path& each : list) paths.push_back(each.text());
  };
  add(query.filter.paths());
  for (const query::SortField& each : query.sort) paths.push_back(each.path.text());
  if (query.select) add(*query.select);
  for (const query::Include& each : query.include) paths.push_back(each.field);
  if (!query.group) return paths;
  add(query.group->by);
  for (const query::GroupField& each : query.group->fields) {
    if (each.path) paths.push_back(each.path->text());
  }
  return paths;
}

void note_unknown_fields(Session& session, const rules::Rules& rules, const query::Query& query) {
  std::vector<std::string> known;
  for (const rules::FieldRule& field : rules.fields()) known.push_back(field.name);
  std::vector<std::string> told;
  for (const std::string& path : paths_of(query)) {
    const std::string name = path.substr(0, path.find('.'));
    const bool is_known = rules.find(path) != nullptr || rules.find(name) != nullptr;
    if (is_known || std::find(told.begin(), told.end(), name) != told.end()) continue;
    told.push_back(name);
    const auto meant = nearest(name, known);
    note(session, "the schema of " + rules.collection() + " has no field '" + one_line(name) + "'" +
                      (meant ? ". Did you mean '" + *meant + "'?" : "."));
  }
}

// A row whose field names no record comes back as it is.
void note_no_relations(Session& session, const rules::Rules& rules, const query::Query& query) {
  using RuleKind = rules::Rule::Kind;
  for (const query::Include& include : query.include) {
    const rules::FieldRule* const field = rules.find(include.field);
    if (field == nullptr && include.field.find('.') == std::string::npos) continue;  // told already
    const bool is_link = field != nullptr && (field->rule.kind == RuleKind::link ||
                                              field->rule.kind == RuleKind::links);
    const bool may_be = field != nullptr &&
                        (field->rule.kind == RuleKind::array || field->rule.kind == RuleKind::set ||
                         field->rule.kind == RuleKind::json);
    if (is_link || may_be) continue;
    note(session, "nothing is included for '" + one_line(include.field) + "': " +
                      (field == nullptr ? "only fields of the record itself can be, not what lies "
                                          "inside of them"
                                        : "it is " + one_line(field->rule.expected())));
  }
}

void note_impossible_words(Session& session, const rules::Rules& rules,
                           const query::Filter& filter) {
  for (const query::Node& node : filter.nodes()) {
    if (node.op != query::Op::equal) continue;
    const std::string& path = filter.paths()[node.path].text();
    const rules::FieldRule* const field = rules.find(path);
    if (field == nullptr || field->rule.kind != rules::Rule::Kind::enumeration) continue;
    const record::ValueView value = filter.operands()[node.operand].view();
    if (value.type != Type::string ||
        rules::Checker(nullptr, nullptr).field(field->rule, value, {}))
      continue;
    note(session, "the schema of " + rules.collection() + " does not allow this value of '" +
                      one_line(path) + "': it is " + one_line(field->rule.expected()));
  }
}

}  // namespace

void note_doubts(Session& session, const Storage& storage, const QueryWords& words) {
  if (session.arguments.json) return;
  note_whole_query(session, words.json);
  const std::string schema = storage.schema();
  const auto query = query::parse_query(words.json);
  if (schema.empty() || !query.ok()) return;
  const auto catalog = engine::Catalog::compile(schema, api::native_clock());
  const rules::Rules* const rules =
      catalog.ok() ? (*catalog)->find(session.arguments.collection) : nullptr;
  if (rules == nullptr) return;
  note_unknown_fields(session, *rules, *query);
  note_no_relations(session, *rules, *query);
  note_impossible_words(session, *rules, query->filter);
}

}  // namespace gs::cli
