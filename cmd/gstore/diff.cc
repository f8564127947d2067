// diff: what differs between two versions of the storage.
#include "cmd/gstore/commands.h"
#include "cmd/gstore/difference_text.h"
#include "cmd/gstore/known.h"
#include "cmd/gstore/report_json.h"

namespace gs::cli {
Result<Exit> diff(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  GS_TRY_OK(check_known_collection(session, storage));
  GS_TRY(const Version before, version_of(session, storage, arguments.before));
  std::optional<Version> after;
  if (arguments.after) {
    GS_TRY(after, version_of(session, storage, *arguments.after));
  }
  DiffOptions options;
  options.limit = arguments.limit;
  if (!arguments.collection.empty()) options.collection = arguments.collection;
  const auto print = [&](const RecordDifference& difference) {
    session.out.line(arguments.json ? calls::difference_json(difference, kSpelling)
                                    : difference_text(difference, session.colours));
    return session.out.wanted();
  };
  GS_TRY_OK(storage.diff(before, after, options, print));
  return Exit::ok;
}

}  // namespace gs::cli
