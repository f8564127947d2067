// blame: who wrote each field of a record.
#include "cmd/gstore/commands.h"
#include "cmd/gstore/report_json.h"
#include "cmd/gstore/support/words.h"
#include "gs/base/dates.h"

namespace gs::cli {
namespace {

std::string origin_line(const FieldOrigin& origin) {
  const std::string change = origin.change ? short_text(*origin.change) : "in memory   ";
  return change + "  " + time_text(origin.time_ms) + "  writer " + short_text(origin.writer) +
         "  " + one_line(origin.field) + ": " + origin.json;
}

}  // namespace

Result<Exit> blame(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  GS_TRY(const Id id, id_of(session, storage));
  std::optional<Version> version;
  if (arguments.version) {
    GS_TRY(version, version_of(session, storage, *arguments.version));
  }
  auto found = storage.blame(id, version);
  if (!found) return about_record(session, storage, std::move(found).error());
  GS_TRY_OK(check_collection(session, found->collection));
  for (const FieldOrigin& origin : found->fields) {
    if (!session.out.wanted()) break;
    session.out.line(arguments.json ? calls::origin_json(origin, kSpelling) : origin_line(origin));
  }
  return Exit::ok;
}

}  // namespace gs::cli
