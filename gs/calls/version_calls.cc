// Versions and their names.
#include "gs/calls/methods.h"
#include "gs/calls/version_names.h"

namespace gs::calls {
namespace {

using NameKind = NamedVersion::Kind;

NameKind kind_of(const Arguments& arguments) {
  return arguments.text("kind") == "tag" ? NameKind::tag : NameKind::branch;
}

Made find_version(Storage& storage, const Arguments& arguments, const Progress&) {
  GS_TRY(const Version version, storage.find_version(arguments.text("text")));
  return digests_json(version.heads);
}

Made one_name(const Storage& storage, const std::string& current, const NamedVersion& named) {
  GS_TRY(const std::optional<Divergence> apart, apart_from_main(storage, named));
  const bool is_current = named.kind == NameKind::branch && named.name == current;
  return named_json(named, is_current, apart, kSpelling);
}

Made versions(Storage& storage, const Arguments&, const Progress&) {
  GS_TRY(const std::vector<NamedVersion> all, all_names(storage));
  GS_TRY(const std::string current, storage.branch());
  ResultList made;
  for (const NamedVersion& named : all) {
    GS_TRY(const std::string line, one_name(storage, current, named));
    GS_TRY_OK(made.add(line));
  }
  return made.take();
}

// As it is now.
Made name_called(const Storage& storage, std::string_view name) {
  GS_TRY(const std::vector<NamedVersion> all, storage.named_versions());
  GS_TRY(const std::string current, storage.branch());
  for (const NamedVersion& named : all) {
    if (named.name == name) return one_name(storage, current, named);
  }
  return Error(Code::not_found,
               "somebody has removed the name " + std::string(name) + " meanwhile");
}

Made name_version(Storage& storage, const Arguments& arguments, const Progress&) {
  GS_TRY(const std::optional<Version> version, arguments.version(storage, "version"));
  const std::string_view name = arguments.text("name");
  const Naming naming = arguments.flag("move") ? Naming::move : Naming::create;
  GS_TRY_OK(storage.name_version(kind_of(arguments), name, version, naming));
  return name_called(storage, name);
}

Made rename_version(Storage& storage, const Arguments& arguments, const Progress&) {
  const std::string_view to = arguments.text("to");
  GS_TRY_OK(storage.rename_version(kind_of(arguments), arguments.text("from"), to));
  return name_called(storage, to);
}

Made remove_version_name(Storage& storage, const Arguments& arguments, const Progress&) {
  const std::string_view name = arguments.text("name");
  GS_TRY_OK(storage.remove_version_name(kind_of(arguments), name));
  ReportObject line(kSpelling);
  return line.text("name", name)
      .text("kind", arguments.text("kind"))
      .boolean("deleted", true)
      .take();
}

Made divergence(Storage& storage, const Arguments& arguments, const Progress&) {
  GS_TRY(const Version version, arguments.required_version(storage, "version"));
  GS_TRY(const Version other, arguments.required_version(storage, "other"));
  GS_TRY(const Divergence apart, storage.divergence(version, other));
  ReportObject line(kSpelling);
  return line.number("ahead", apart.ahead).number("behind", apart.behind).take();
}

constexpr Parameter kKind = required("kind", Kind::name_kind);
constexpr Parameter kName = required("name", Kind::text);

}  // namespace

std::span<const StorageMethod> version_methods() {
  static constexpr StorageMethod kMethods[] = {
      {"findVersion", find_version, {required("text", Kind::text)}},
      {"versions", versions, {}},
      {"nameVersion", name_version, {kKind, kName, kVersion, optional("move", Kind::flag)}},
      {"renameVersion",
       rename_version,
       {kKind, required("from", Kind::text), required("to", Kind::text)}},
      {"removeVersionName", remove_version_name, {kKind, kName}},
      {"divergence", divergence, {kAt, required("other", Kind::version)}},
  };
  return kMethods;
}

}  // namespace gs::calls
