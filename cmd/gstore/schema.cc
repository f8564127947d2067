// schema and types: what a schema says, the one in force, and how one follows another.
//
// `check` lists what a schema compiles to, which the public interface does not tell: so this file
// uses gs/engine/catalog beside it.
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "cmd/gstore/collection_types.h"
#include "cmd/gstore/commands.h"
#include "cmd/gstore/report_json.h"
#include "cmd/gstore/schema_directory.h"
#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/support/words.h"
#include "cmd/gstore/types_doubts.h"
#include "gs/api/runtime.h"
#include "gs/engine/catalog/review.h"

namespace gs::cli {
namespace {

using Differences = std::vector<SchemaDifference>;
using Risk = SchemaDifference::Risk;

constexpr std::size_t kShownMax = 20;  // differences in a message

Result<std::string> schema_in_force(const Storage& storage) {
  std::string schema = storage.schema();
  if (!schema.empty()) return schema;
  return Error(
      Code::not_found,
      "no schema is in force in this storage. Put one in force with `gstore schema apply`");
}

// --- check ---

std::string index_json(const rules::IndexDefinition& index) {
  std::string fields = "[";
  for (const std::string& field : index.fields) {
    if (fields.size() > 1) fields += ',';
    append_json_string(field, fields);
  }
  JsonObject made;
  made.raw("fields", fields + ']').boolean("unique", index.unique);
  return made.take();
}

std::string collection_json(const rules::Rules& rules) {
  std::string indexes = "[";
  for (const rules::IndexDefinition& index : rules.indexes()) {
    if (indexes.size() > 1) indexes += ',';
    indexes += index_json(index);
  }
  JsonObject made;
  made.text("name", rules.collection())
      .number("fields", std::uint64_t{rules.fields().size()})
      .boolean("in_memory", rules.in_memory())
      .raw("indexes", indexes + ']');
  return made.take();
}

std::string collection_text(const rules::Rules& rules) {
  std::string text =
      rules.collection() + ": " + count_text(rules.fields().size(), "field", "fields");
  if (rules.in_memory()) text += ", in memory";
  for (const rules::IndexDefinition& index : rules.indexes()) text += ", index " + index.text();
  return one_line(text);
}

// --- what is hardly meant ---

void tell_doubts(Session& session, const std::vector<engine::Doubt>& doubts) {
  if (session.arguments.json) return;  // they are in the answer
  for (const engine::Doubt& each : doubts) {
    session.terminal.note("gstore: warning: " + one_line(each.text()));
  }
}

Result<std::vector<engine::Doubt>> doubts_about(const std::string& directory,
                                                const std::string& schema) {
  std::vector<engine::Doubt> doubts;
  const auto catalog = engine::compile_new(schema, api::native_clock(), &doubts);
  if (!catalog) return about_schema(directory, catalog.error().copy());
  return doubts;
}

// --- differences ---

// "City.population is new"
std::string text_of(const SchemaDifference& difference) {
  const std::string field = difference.field.empty() ? "" : '.' + difference.field;
  return one_line(difference.collection + field + ' ' + difference.what);
}

void print_differences(Session& session, const Differences& differences) {
  constexpr std::size_t kRiskColumns = 10;
  for (const SchemaDifference& each : differences) {
    std::string line = calls::risk_word(each.risk);
    line.resize(kRiskColumns, ' ');
    session.out.line(line + text_of(each));
  }
}

Result<Differences> compare(Session& session, const Storage& storage, const std::string& directory,
                            const std::string& schema) {
  auto differences = storage.compare_schema(schema, bar_of(session, "look", Unit::records));
  session.terminal.end_progress();
  if (!differences) return about_schema(directory, std::move(differences).error());
  return differences;
}

// The library refuses them as well; here it is known how to allow them.
Error check_risks(const Differences& differences) {
  std::string list;
  std::size_t count = 0;
  for (const SchemaDifference& each : differences) {
    if (each.risk == Risk::unsafe && ++count <= kShownMax) list += "\n  " + text_of(each);
  }
  if (count == 0) return {};
  if (count > kShownMax) list += "\n  and " + with_commas(count - kShownMax) + " more";
  return Error(Code::conflict,
               "the schema is not safe for records that are there. Say how they are read (`was`, "
               "`convert`, `default`), or give --allow-unsafe:" +
                   list);
}

// Of what only a look at all records could tell.
Error about_records(Error error) {
  if (error.code() != Code::exists) return error;
  return Error(Code::conflict, "the schema is not safe for records that are there: " +
                                   std::string(error.message()) +
                                   ". Change one of them, or leave `unique` out");
}

void tell_applied(Session& session, bool applied, const Differences& differences,
                  const std::vector<engine::Doubt>& doubts) {
  if (session.arguments.json) {
    session.out.line(calls::applied_json(applied, differences, doubts, kSpelling));
    return;
  }
  print_differences(session, differences);
  session.out.line(applied ? "The schema is in force." : "Nothing to do: the schema is in force.");
}

// --- types ---

Result<std::string> types_source(Session& session) {
  if (!session.arguments.schema.empty()) return load_schema(session.arguments.schema);
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  return schema_in_force(storage);
}

Error write_file(const std::string& name, std::string_view text) {
  std::FILE* const file = std::fopen(name.c_str(), "wb");
  bool written = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  int reason = errno;
  if (file != nullptr && std::fclose(file) != 0 && written) {
    written = false;
    reason = errno;
  }
  if (written) return {};
  return Error(reason == ENOSPC ? Code::no_space : Code::io,
               "cannot write " + name + ": " + std::strerror(reason));
}

// The interfaces that Metaschema prints, and what types the collections of the npm package.
Result<std::string> types_text(Session& session, const std::string& schema) {
  GS_TRY(const auto catalog, engine::compile_new(schema, api::native_clock()));
  GS_TRY(const std::string interfaces, catalog->model().dts());
  if (const std::string doubts = types_doubts(interfaces); !doubts.empty()) {
    session.terminal.note("types: TypeScript will not take it as it is: " + doubts +
                          ". Metaschema prints the same; give other names in the schema.");
  }
  return interfaces + '\n' + collection_types(*catalog);
}

}  // namespace

Result<Exit> show_schema(Session& session) {
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  GS_TRY(const std::string schema, schema_in_force(storage));
  if (session.arguments.json) {
    session.out.line(schema);
    return Exit::ok;
  }
  GS_TRY(const engine::Bundle bundle, engine::Bundle::parse(schema));
  for (const auto& [name, text] : bundle.files) {
    session.out.line("// " + one_line(name));
    session.out.write(text);
    if (!text.ends_with('\n')) session.out.line("");
  }
  return Exit::ok;
}

Result<Exit> check_schema(Session& session) {
  const std::string& directory = session.arguments.schema;
  GS_TRY(const std::string schema, load_schema(directory));
  std::vector<engine::Doubt> doubts;
  const auto catalog = engine::compile_new(schema, api::native_clock(), &doubts);
  if (!catalog) return about_schema(directory, catalog.error().copy());
  tell_doubts(session, doubts);
  if (!session.arguments.json) {
    for (const auto& rules : (*catalog)->collections()) session.out.line(collection_text(*rules));
    return Exit::ok;
  }
  std::string all = "[";
  for (const auto& rules : (*catalog)->collections()) {
    if (all.size() > 1) all += ',';
    all += collection_json(*rules);
  }
  JsonObject line;
  line.raw("collections", all + ']').raw("warnings", calls::doubts_json(doubts, kSpelling));
  session.out.line(line.take());
  return Exit::ok;
}

Result<Exit> diff_schema(Session& session) {
  const std::string& directory = session.arguments.schema;
  GS_TRY(const std::string schema, load_schema(directory));
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  GS_TRY(const Differences differences, compare(session, storage, directory, schema));
  if (session.arguments.json) {
    session.out.line(calls::differences_json(differences));
  } else if (differences.empty()) {
    session.terminal.note("No difference: the schema is in force.");
  } else {
    print_differences(session, differences);
  }
  return Exit::ok;
}

Result<Exit> apply_schema(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(const std::string schema, load_schema(arguments.schema));
  GS_TRY(const auto doubts, doubts_about(arguments.schema, schema));
  tell_doubts(session, doubts);
  GS_TRY(Storage storage, open_storage(session, Access::write));
  GS_TRY(const Differences differences, compare(session, storage, arguments.schema, schema));
  const bool applied = storage.schema() != schema;
  if (!arguments.allow_unsafe) GS_TRY_OK(check_risks(differences));
  GS_TRY_OK(about_records(storage.apply_schema(schema, true)));  // that they are safe is known
  tell_applied(session, applied, differences, doubts);
  GS_TRY_OK(storage.close());
  return Exit::ok;
}

Result<Exit> types(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(const std::string schema, types_source(session));
  auto made = types_text(session, schema);
  if (!made) {
    if (arguments.schema.empty()) return std::move(made).error();
    return about_schema(arguments.schema, std::move(made).error());
  }
  if (!arguments.types_file.empty() && arguments.types_file != "-") {
    GS_TRY_OK(write_file(arguments.types_file, *made));
    return Exit::ok;
  }
  if (!arguments.json) {
    session.out.write(*made);
    return Exit::ok;
  }
  JsonObject line;
  line.text("types", *made);
  session.out.line(line.take());
  return Exit::ok;
}

}  // namespace gs::cli
