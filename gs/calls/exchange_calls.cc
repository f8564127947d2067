// Replicas of one storage, and what they give each other.
#include "gs/calls/methods.h"

namespace gs::calls {
namespace {

Made heads(Storage& storage, const Arguments&, const Progress&) {
  GS_TRY(const std::vector<Digest> heads, storage.heads());
  return digests_json(heads);
}

Made twins(Storage& storage, const Arguments&, const Progress&) {
  GS_TRY(const std::vector<TwinChanges> all, storage.twins());
  return list_of(all, twins_json);
}

Made create_bundle(Storage& storage, const Arguments& arguments, const Progress& progress) {
  GS_TRY(const std::optional<Version> since, arguments.version(storage, "since"));
  const std::string file = arguments.path("file");
  const std::vector<Digest> heads = since ? since->heads : std::vector<Digest>();
  GS_TRY(const BundleInfo bundle, storage.create_bundle(file, heads, progress));
  return bundle_json(file, bundle, kSpelling);
}

Made create_checkpoint_bundle(Storage& storage, const Arguments& arguments,
                              const Progress& progress) {
  GS_TRY(const std::optional<Version> before, arguments.version(storage, "before"));
  const std::string file = arguments.path("file");
  GS_TRY(const BundleInfo bundle, storage.create_checkpoint_bundle(file, before, progress));
  return bundle_json(file, bundle, kSpelling);
}

Made apply_bundle(Storage& storage, const Arguments& arguments, const Progress& progress) {
  const std::string schema = storage.schema();
  GS_TRY(const ApplyReport report, storage.apply_bundle(arguments.path("file"), progress));
  std::optional<SchemaOrigin> came;
  if (storage.schema() != schema) came = storage.schema_origin();
  return apply_json(report, came, kSpelling);
}

}  // namespace

std::span<const StorageMethod> exchange_methods() {
  static constexpr StorageMethod kMethods[] = {
      {"heads", heads, {}},
      {"twins", twins, {}},
      {"createBundle", create_bundle, {kFile, optional("since", Kind::version)}},
      {"createCheckpointBundle",
       create_checkpoint_bundle,
       {kFile, optional("before", Kind::version)}},
      {"applyBundle", apply_bundle, {kFile}},
  };
  return kMethods;
}

}  // namespace gs::calls
