// The public face of schemas.

#include "globalstorage/storage.h"
#include "gs/api/runtime.h"
#include "gs/engine/catalog/difference.h"
#include "gs/engine/catalog/review.h"
#include "gs/engine/database/fit.h"
#include "gs/engine/database/scan.h"

namespace gs {

namespace {

constexpr std::size_t kShownMax = 20;  // differences in a message

SchemaDifference::Risk to_public(engine::Difference::Risk risk) noexcept {
  switch (risk) {
    case engine::Difference::Risk::safe:
      return SchemaDifference::Risk::safe;
    case engine::Difference::Risk::migrated:
      return SchemaDifference::Risk::migrated;
    case engine::Difference::Risk::checked:
      return SchemaDifference::Risk::checked;
    case engine::Difference::Risk::unsafe:
      break;
  }
  return SchemaDifference::Risk::unsafe;
}

SchemaDifference to_public(const engine::Difference& difference) {
  return {to_public(difference.risk), difference.collection, difference.field, difference.what};
}

// Of a collection that gets its first schema: records may be there that it knows nothing about.
Error look_at_new(const std::shared_ptr<engine::Database>& database, const engine::Catalog& catalog,
                  const rules::Rules& rules, const Progress& progress,
                  std::vector<engine::Difference>& out) {
  using Risk = engine::Difference::Risk;
  GS_TRY(const engine::Fit fit, engine::look_at_records(database, catalog, rules, progress));
  engine::Difference made{Risk::safe, rules.collection(), {}, "is new"};
  if (!fit.misfits.empty()) {
    made.risk = Risk::unsafe;
    made.what += ", and records that are there do not fit it, such as ";
    for (const std::string& misfit : fit.misfits) {
      made.what += (&misfit == fit.misfits.data() ? "" : "; ") + misfit;
    }
  }
  out.push_back(std::move(made));
  for (const rules::IndexDefinition& index : rules.indexes()) {
    if (fit.records == 0 || !index.unique) continue;
    out.push_back({Risk::checked, rules.collection(), {}, engine::new_unique(index)});
  }
  return {};
}

// Damage may hide some.
bool has_records(const std::shared_ptr<engine::Database>& database, const std::string& collection) {
  engine::ScanState scan(database, database->moment(), collection, {}, 1);
  return scan.next() != nullptr || !scan.error().ok();
}

Result<std::vector<engine::Difference>> compared(const std::shared_ptr<engine::Database>& database,
                                                 const engine::Catalog& next,
                                                 const Progress& progress) {
  using Risk = engine::Difference::Risk;
  const auto in_force = database->catalog();
  std::vector<engine::Difference> all;
  for (engine::Difference& each : engine::differences(in_force.get(), next)) {
    const rules::Rules* const rules = next.find(each.collection);
    const bool is_new =
        rules != nullptr && (in_force == nullptr || in_force->find(each.collection) == nullptr);
    if (is_new) {
      GS_TRY_OK(look_at_new(database, next, *rules, progress, all));
      continue;
    }
    const bool may_break = each.risk == Risk::unsafe || each.risk == Risk::checked;
    if (may_break && !has_records(database, each.collection)) {
      each.risk = Risk::safe;
      each.what += " (there are none)";
    }
    all.push_back(std::move(each));
  }
  return all;
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
  GS_TRY(const auto catalog, engine::compile_new(schema, api::native_clock()));
  return catalog->model().dts();
}

std::string Storage::schema() const { return database()->schema().source; }

std::optional<SchemaOrigin> Storage::schema_origin() const {
  const state::SchemaEntry entry = database()->schema();
  if (!entry.is_there()) return std::nullopt;
  return SchemaOrigin{entry.writer, id::hlc_ms(entry.hlc)};
}

Result<std::vector<SchemaDifference>> Storage::compare_schema(std::string_view schema,
                                                              const Progress& progress) const {
  GS_TRY(const auto catalog, engine::compile_new(schema, api::native_clock()));
  GS_TRY(const auto found, compared(database(), *catalog, progress));
  std::vector<SchemaDifference> made;
  made.reserve(found.size());
  for (const engine::Difference& each : found) made.push_back(to_public(each));
  return made;
}

Error Storage::apply_schema(std::string_view schema, bool allow_unsafe) {
  GS_TRY(const auto catalog, engine::compile_new(schema, api::native_clock()));
  const std::string source = catalog->bundle().json();
  const state::SchemaEntry entry = database()->schema();
  if (entry.source == source) return {};
  if (!allow_unsafe) {
    GS_TRY(const auto found, compared(database(), *catalog, {}));
    GS_TRY_OK(check_risks(found));
  }
  GS_TRY([[maybe_unused]] const Digest digest, database()->put_schema(source, entry.digest));
  return {};
}

}  // namespace gs
