// The schema in force, and how another one follows it.
#include "gs/api/runtime.h"
#include "gs/calls/methods.h"
#include "gs/engine/catalog/review.h"

namespace gs::calls {
namespace {

Made schema_in_force(Storage& storage, const Arguments&, const Progress&) {
  std::string text = storage.schema();
  return text.empty() ? std::string(kNothing) : std::move(text);
}

Made schema_origin(Storage& storage, const Arguments&, const Progress&) {
  const std::optional<SchemaOrigin> origin = storage.schema_origin();
  return origin ? origin_json(*origin, kSpelling) : std::string(kNothing);
}

Made compare_schema(Storage& storage, const Arguments& arguments, const Progress& progress) {
  GS_TRY(const std::vector<SchemaDifference> differences,
         storage.compare_schema(arguments.document("schema"), progress));
  return differences_json(differences);
}

Made apply_schema(Storage& storage, const Arguments& arguments, const Progress& progress) {
  const std::string schema = arguments.document("schema");
  std::vector<engine::Doubt> doubts;
  GS_TRY([[maybe_unused]] const auto catalog,
         engine::compile_new(schema, api::native_clock(), &doubts));
  GS_TRY(const std::vector<SchemaDifference> differences, storage.compare_schema(schema, progress));
  const bool applied = storage.schema() != schema;
  GS_TRY_OK(storage.apply_schema(schema, arguments.flag("allowUnsafe")));
  return applied_json(applied, differences, doubts, kSpelling);
}

Made collections(Storage& storage, const Arguments&, const Progress&) {
  return list_of(storage.collections(), [&](const std::string& name, Spelling spelling) {
    ReportObject line(spelling);
    return line.text("name", name).boolean("inMemory", storage.is_in_memory(name)).take();
  });
}

}  // namespace

std::span<const StorageMethod> schema_methods() {
  static constexpr StorageMethod kMethods[] = {
      {"schema", schema_in_force, {}},
      {"schemaOrigin", schema_origin, {}},
      {"compareSchema", compare_schema, {kSchema}},
      {"applySchema", apply_schema, {kSchema, optional("allowUnsafe", Kind::flag)}},
      {"collections", collections, {}},
  };
  return kMethods;
}

}  // namespace gs::calls
