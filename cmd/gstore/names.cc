// tag and branch: names of versions.
#include "cmd/gstore/commands.h"
#include "cmd/gstore/report_json.h"
#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/support/words.h"
#include "gs/base/dates.h"
#include "gs/calls/version_names.h"

namespace gs::cli {
namespace {

using NameKind = NamedVersion::Kind;

// As "ahead 2, behind 1"; empty when neither has anything of its own.
std::string apart_text(const std::optional<Divergence>& apart) {
  if (!apart || (apart->ahead == 0 && apart->behind == 0)) return "";
  const std::string behind = "behind " + with_commas(apart->behind);
  if (apart->ahead == 0) return "  " + behind;
  return "  ahead " + with_commas(apart->ahead) + (apart->behind == 0 ? "" : ", " + behind);
}

std::string named_line(const NamedVersion& named) {
  std::string line = one_line(named.name) + "  ";
  for (const Digest& head : named.heads) {
    if (&head != &named.heads.front()) line += ',';
    line += short_text(head);
  }
  if (named.time_ms == 0) return line;  // main, which nobody has named
  return line + "  " + time_text(named.time_ms) + "  writer " + short_text(named.writer);
}

// Of the kind; with `only` that one.
Error print_names(Session& session, const Storage& storage, NameKind kind,
                  std::string_view only = {}) {
  GS_TRY(const std::vector<NamedVersion> all, calls::all_names(storage));
  GS_TRY(const std::string current, storage.branch());
  for (const NamedVersion& named : all) {
    if (named.kind != kind || (!only.empty() && named.name != only)) continue;
    if (!session.out.wanted()) break;
    const bool is_current = kind == NameKind::branch && named.name == current;
    GS_TRY(const std::optional<Divergence> apart, calls::apart_from_main(storage, named));
    if (session.arguments.json) {
      session.out.line(calls::named_json(named, is_current, apart, kSpelling));
    } else {
      session.out.line(named_line(named) + apart_text(apart) + (is_current ? "  checked out" : ""));
    }
  }
  return {};
}

Error make_name(Session& session, Storage& storage, NameKind kind) {
  const Arguments& arguments = session.arguments;
  std::optional<Version> version;
  if (arguments.version) {
    GS_TRY(version, version_of(session, storage, *arguments.version));
  }
  const Naming naming = arguments.move ? Naming::move : Naming::create;
  GS_TRY_OK(storage.name_version(kind, arguments.name, version, naming));
  return print_names(session, storage, kind, arguments.name);
}

Error remove_name(Session& session, Storage& storage, NameKind kind) {
  const std::string& name = session.arguments.old_name;
  GS_TRY_OK(storage.remove_version_name(kind, name));
  if (!session.arguments.json) return {};
  JsonObject line;
  session.out.line(
      line.text("name", name).text("kind", calls::kind_word(kind)).boolean("deleted", true).take());
  return {};
}

Error rename_version(Session& session, Storage& storage, NameKind kind) {
  const std::vector<std::string>& names = session.arguments.renamed;
  GS_TRY_OK(storage.rename_version(kind, names[0], names[1]));
  return print_names(session, storage, kind, names[1]);
}

Result<Exit> run_names(Session& session, NameKind kind) {
  const Arguments& arguments = session.arguments;
  const bool removes = !arguments.old_name.empty();
  const bool renames = !arguments.renamed.empty();
  if (arguments.name.empty() && !removes && !renames) {
    GS_TRY(const Storage storage, open_storage(session, Access::read));
    GS_TRY_OK(print_names(session, storage, kind));
    return Exit::ok;
  }
  GS_TRY(Storage storage, open_storage(session, Access::write));
  if (removes) {
    GS_TRY_OK(remove_name(session, storage, kind));
  } else if (renames) {
    GS_TRY_OK(rename_version(session, storage, kind));
  } else {
    GS_TRY_OK(make_name(session, storage, kind));
  }
  GS_TRY_OK(storage.close());
  return Exit::ok;
}

}  // namespace

Result<Exit> tag(Session& session) { return run_names(session, NameKind::tag); }
Result<Exit> branch(Session& session) { return run_names(session, NameKind::branch); }

}  // namespace gs::cli
