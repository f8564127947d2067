// Commands of the shell that are no JavaScript: they begin with a dot.
#include <algorithm>

#include "cmd/gstore/known.h"
#include "cmd/gstore/shell/interpreter.h"
#include "cmd/gstore/support/table.h"
#include "cmd/gstore/support/words.h"
#include "gs/base/nearest.h"
#include "gs/engine/catalog/bundle.h"

namespace gs::cli::shell {
namespace {

constexpr std::string_view kHelp =
    R"(JavaScript runs as it is typed; what it gives is printed, and is `_` then.
  db.City.insert({ name: 'Kyiv', lat: 50.45 })     the new id
  db.City.put('kyiv', { name: 'Kyiv' })            with a foreign key
  db.City.get('kyiv')   db.get(id)                 a record; also set, update, patch, delete
  db.City.find({ lat: { $gt: 50 } }).sort('name').limit(10)
      where sort limit offset after select include group at; all first count explain
  db.find({ collection: 'City', filter: {..} })    the query of docs/QUERY.md
  db.tag('v1')  db.branch('draft', 'v1')  db.versions()     names of versions
  db.checkout('draft')  db.merge('draft', { preview: true })  db.branch()
  db.City.find().at('v1')  db.get(id, 'v1')        what was there then
  db.history(id)  db.proof(id)  db.erase(id, { reason })
  db.collections()  db.schema()  db.stats()  db.verify({ full: true })
  print(..)                                        also console.log

  .collections           collections and their records
  .schema [COLLECTION]   the schema in force
  .explain QUERY         how a query is answered
  .mode table|js|json    how results are printed
  .timing [on|off]       print how long each line took
  .read FILE             run the lines of a file
  .help                  this
  .exit                  leave, as Ctrl-D; Ctrl-C stops what runs
)";

constexpr std::string_view kModeWords[] = {"table", "js", "json"};  // as in Mode

std::string_view trim_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t;");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t;") - first + 1);
}

Error unknown_command(std::string_view word) {
  const std::vector<std::string> known(std::begin(kDotCommands), std::end(kDotCommands));
  const auto meant = nearest(word, known);
  return Error(Code::invalid, "unknown command " + one_line(word) + ". " +
                                  (meant ? "Did you mean " + *meant + "? " : "") +
                                  "`.help` lists the commands");
}

}  // namespace

Error Interpreter::run_command(std::string_view line) {
  const std::string_view word = line.substr(0, line.find_first_of(" \t"));
  const std::string_view rest = trim_blanks(line.substr(word.size()));
  if (word == ".help") {
    session_.out.write(kHelp);
  } else if (word == ".exit") {
    exit_ = true;
  } else if (word == ".collections") {
    return show_collections();
  } else if (word == ".schema") {
    return show_schema(rest);
  } else if (word == ".mode") {
    return set_mode(rest);
  } else if (word == ".timing") {
    return set_timing(rest);
  } else if (word == ".read") {
    return run_file(std::string(rest));
  } else if (word == ".explain") {
    if (rest.empty()) return Error(Code::invalid, ".explain needs a query, such as db.City.find()");
    return evaluate("(" + std::string(rest) + ").explain()", "input");
  } else {
    return unknown_command(word);
  }
  return {};
}

Error Interpreter::show_collections() {
  GS_TRY(const Stats stats, storage_.stats());
  Table table;
  table.columns = {{"collection"}, {"records", true}};
  for (const auto& [name, records] : stats.collections) {
    table.rows.push_back({name.empty() ? "(no collection)" : one_line(name), with_commas(records)});
  }
  session_.out.write(table_text(table, 0));
  return {};
}

Error Interpreter::show_schema(std::string_view collection) {
  const std::string schema = storage_.schema();
  if (schema.empty()) {
    session_.out.line("No schema is in force. `gstore schema apply DIR` puts one in force.");
    return {};
  }
  GS_TRY(const engine::Bundle bundle, engine::Bundle::parse(schema));
  std::vector<std::string> names;
  for (const auto& [name, text] : bundle.files) {
    const std::string entity = name.substr(0, name.rfind('.'));
    names.push_back(entity);
    if (!collection.empty() && entity != collection) continue;
    session_.out.line("// " + one_line(name));
    session_.out.write(text);
    if (!text.ends_with('\n')) session_.out.line("");
  }
  const bool found = std::find(names.begin(), names.end(), collection) != names.end();
  if (collection.empty() || found) return {};
  return Error(Code::not_found,
               "the schema has no " + one_line(collection) + ". There are " + listed(names));
}

Error Interpreter::set_mode(std::string_view word) {
  for (std::size_t i = 0; i < std::size(kModeWords); ++i) {
    if (kModeWords[i] != word) continue;
    mode = static_cast<Mode>(i);
    return {};
  }
  if (!word.empty()) return Error(Code::invalid, ".mode knows table, js and json");
  session_.out.line(kModeWords[static_cast<std::size_t>(mode)]);
  return {};
}

Error Interpreter::set_timing(std::string_view word) {
  if (!word.empty() && word != "on" && word != "off") {
    return Error(Code::invalid, ".timing is on or off");
  }
  timing_ = word.empty() ? !timing_ : word == "on";
  return {};
}

}  // namespace gs::cli::shell
