// What needs no open storage: making one of another, and what can be told without any.
#include "gs/calls/methods.h"

namespace gs::calls {
namespace {

Made restore(const Arguments& arguments, const Progress& progress) {
  const std::string directory = arguments.path("directory");
  GS_TRY_OK(Storage::restore(arguments.path("backup"), directory, progress));
  ReportObject line(kSpelling);
  return line.text("restore", directory).take();
}

// Opening it makes its writer.
Result<ReportObject> about_clone(const std::string& directory) {
  GS_TRY(const Storage made, Storage::open(directory));
  ReportObject line(kSpelling);
  line.text("clone", directory).text("writer", made.writer().text());
  return line;
}

Made clone(const Arguments& arguments, const Progress& progress) {
  const std::string target = arguments.path("newDirectory");
  GS_TRY_OK(Storage::clone(arguments.path("directory"), target, progress));
  GS_TRY(ReportObject line, about_clone(target));
  return line.take();
}

// Of the storage that is cloned.
Result<std::optional<Version>> version_in(const std::string& directory,
                                          const Arguments& arguments) {
  std::optional<Version> version;
  if (!arguments.has("before")) return version;
  Options options;
  options.read_only = true;
  GS_TRY(const Storage storage, Storage::open(directory, options));
  return arguments.version(storage, "before");
}

Made clone_shallow(const Arguments& arguments, const Progress& progress) {
  const std::string source = arguments.path("directory");
  const std::string target = arguments.path("newDirectory");
  ShallowOptions options;
  GS_TRY(options.before, version_in(source, arguments));
  options.progress = progress;
  GS_TRY(const ShallowReport report, Storage::clone_shallow(source, target, options));
  GS_TRY(ReportObject line, about_clone(target));
  return line.raw("shallow", shallow_json(report, false, kSpelling)).take();
}

Made join(const Arguments& arguments, const Progress& progress) {
  const std::string directory = arguments.path("directory");
  GS_TRY(const ApplyReport report, Storage::join(arguments.path("file"), directory, progress));
  GS_TRY(const Storage joined, Storage::open(directory));
  return apply_json(report, joined.schema_origin(), kSpelling);
}

Made read_schema(const Arguments& arguments, const Progress&) {
  return Storage::read_schema(arguments.path("directory"));
}

Made schema_types(const Arguments& arguments, const Progress&) {
  GS_TRY(const std::string types, Storage::schema_types(arguments.document("schema")));
  ReportObject line(kSpelling);
  return line.text("types", types).take();
}

Made check_proof(const Arguments& arguments, const Progress&) {
  GS_TRY(const ProofReport report,
         verify_proof(arguments.document("proof"), arguments.digest("logRoot")));
  return proof_object(report, kSpelling).text("logSigner", report.log_signer.text()).take();
}

Made tell_version(const Arguments&, const Progress&) {
  ReportObject line(kSpelling);
  return line.text("version", version()).take();
}

Made resolve(const Arguments& arguments, const Progress&) {
  ReportObject line(kSpelling);
  const Id id = Storage::resolve(arguments.text("id"), arguments.text("collection"));
  return line.text("id", id.text()).take();
}

constexpr Parameter kNewDirectory = required("newDirectory", Kind::path);

}  // namespace

std::span<const FreeMethod> free_methods() {
  static constexpr FreeMethod kMethods[] = {
      {"restore", restore, {required("backup", Kind::path), kDirectory}},
      {"clone", clone, {kDirectory, kNewDirectory}},
      {"cloneShallow",
       clone_shallow,
       {kDirectory, kNewDirectory, optional("before", Kind::version)}},
      {"join", join, {kFile, kDirectory}},
      {"readSchema", read_schema, {kDirectory}},
      {"schemaTypes", schema_types, {kSchema}},
      {"verifyProof",
       check_proof,
       {required("proof", Kind::document), optional("logRoot", Kind::digest)}},
      {"version", tell_version, {}},
      {"resolve", resolve, {kId, kCollection}},
  };
  return kMethods;
}

}  // namespace gs::calls
