#include "cmd/gstore/unknown_paths.h"

#include <algorithm>

#include "cmd/gstore/support/words.h"
#include "gs/api/runtime.h"
#include "gs/base/nearest.h"
#include "gs/core/record/json.h"
#include "gs/engine/catalog/catalog.h"

namespace gs::cli {
namespace {

// Of a filter: names of fields, in logical operators as well. What is no filter is told elsewhere.
void add_paths(const Value& filter, std::vector<std::string>& paths) {
  if (const Array* const list = filter.get<Array>()) {
    for (const Value& each : *list) add_paths(each, paths);
    return;
  }
  const Object* const object = filter.get<Object>();
  if (object == nullptr) return;
  for (const auto& [name, value] : *object) {
    if (!name.starts_with('$')) {
      paths.push_back(name);
    } else if (name == "$and" || name == "$or" || name == "$not") {
      add_paths(value, paths);
    }
  }
}

std::vector<std::string> paths_of(const Arguments& arguments) {
  std::vector<std::string> paths;
  // Standard input is read once, by the query itself.
  if (!arguments.filter.empty() && arguments.filter != "-") {
    const auto text = load_content(arguments.filter);
    const auto filter = text.ok() ? record::parse_json(*text) : Result<Value>(Value());
    if (filter.ok()) add_paths(*filter, paths);
  }
  for (const std::string& field : arguments.sort)
    paths.push_back(field.substr(0, field.rfind(':')));
  for (const std::string& path : arguments.select) paths.push_back(path);
  for (const std::string& field : arguments.include) {
    if (!field.starts_with('{')) paths.push_back(field);
  }
  return paths;
}

}  // namespace

void note_unknown_paths(Session& session, const Storage& storage) {
  const std::string schema = session.arguments.json ? std::string() : storage.schema();
  if (schema.empty()) return;
  const auto catalog = engine::Catalog::compile(schema, api::native_clock());
  const rules::Rules* const rules =
      catalog.ok() ? (*catalog)->find(session.arguments.collection) : nullptr;
  if (rules == nullptr) return;
  std::vector<std::string> known;
  for (const rules::FieldRule& field : rules->fields()) known.push_back(field.name);
  std::vector<std::string> told;
  for (const std::string& path : paths_of(session.arguments)) {
    const std::string name = path.substr(0, path.find('.'));
    const bool is_known = rules->find(path) != nullptr || rules->find(name) != nullptr;
    if (is_known || std::find(told.begin(), told.end(), name) != told.end()) continue;
    told.push_back(name);
    const auto meant = nearest(name, known);
    session.terminal.note("gstore: note: the schema of " + rules->collection() + " has no field '" +
                          one_line(name) + "'" +
                          (meant ? ". Did you mean '" + *meant + "'?" : "."));
  }
}

}  // namespace gs::cli
