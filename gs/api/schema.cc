// The public face of schemas.

#include "globalstorage/storage.h"
#include "gs/api/runtime.h"
#include "gs/engine/catalog/difference.h"

namespace gs {

namespace {

constexpr std::size_t kShownMax = 20;  // differences in a message

SchemaDifference to_public(const engine::Difference& difference) {
  using Risk = SchemaDifference::Risk;
  const Risk risk = difference.risk == engine::Difference::Risk::safe       ? Risk::safe
                    : difference.risk == engine::Difference::Risk::migrated ? Risk::migrated
                                                                            : Risk::unsafe;
  return {risk, difference.collection, difference.field, difference.what};
}

Error check_risks(const std::vector<engine::Difference>& differences) {
  std::string text;
  std::size_t count = 0;
  for (const engine::Difference& each : differences) {
    if (each.risk != engine::Difference::Risk::unsafe) continue;
    if (++count <= kShownMax) text += "\n  " + each.text();
  }
  if (count == 0) return {};
  if (count > kShownMax) text += "\n  and " + std::to_string(count - kShownMax) + " more";
  return Error(Code::conflict, "the schema is not safe for records that are there:" + text +
                                   "\nSay how they are read (`was`, `convert`, `default`), or "
                                   "allow unsafe changes");
}

}  // namespace

Result<std::string> Storage::read_schema(const std::string& directory) {
  const auto files = api::native_files(directory);
  GS_TRY(const engine::Bundle bundle, engine::Bundle::read(*files));
  return bundle.json();
}

Result<std::string> Storage::schema_types(std::string_view schema) {
  GS_TRY(const auto catalog, engine::Catalog::compile(schema, api::native_clock()));
  return catalog->model().dts();
}

std::string Storage::schema() const { return database()->schema().source; }

Result<std::vector<SchemaDifference>> Storage::compare_schema(std::string_view schema) const {
  GS_TRY(const auto catalog, engine::Catalog::compile(schema, api::native_clock()));
  std::vector<SchemaDifference> made;
  for (const auto& each : engine::differences(database()->catalog().get(), *catalog)) {
    made.push_back(to_public(each));
  }
  return made;
}

Error Storage::apply_schema(std::string_view schema, bool allow_unsafe) {
  GS_TRY(const auto catalog, engine::Catalog::compile(schema, api::native_clock()));
  const std::string source = catalog->bundle().json();
  const state::SchemaEntry entry = database()->schema();
  if (entry.source == source) return {};
  if (!allow_unsafe) {
    GS_TRY_OK(check_risks(engine::differences(database()->catalog().get(), *catalog)));
  }
  GS_TRY([[maybe_unused]] const Digest digest, database()->put_schema(source, entry.digest));
  return {};
}

}  // namespace gs
