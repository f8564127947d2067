// shallow: a storage without what its records were before a version.
#include "cmd/gstore/commands.h"
#include "cmd/gstore/report_json.h"
#include "cmd/gstore/support/words.h"

namespace gs::cli {
namespace {

std::string shallow_text(const ShallowReport& report, bool is_preview) {
  const std::string what = count_text(report.operations, "operation", "operations") + " of " +
                           count_text(report.changes, "change", "changes") + ", " +
                           size_text(report.log_bytes);
  if (is_preview) {
    return "shallow: would drop the contents of " + what +
           " of the log, for good and here alone. Changes that no other replica has would be lost "
           "for all others.";
  }
  return "shallow: dropped the contents of " + what + " of the log. The base has " +
         size_text(report.base_bytes) + '.';
}

}  // namespace

Result<Exit> shallow(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(Storage storage, open_storage(session, arguments.preview ? Access::read : Access::bulk));
  ShallowOptions options;
  options.preview = arguments.preview;
  options.progress = bar_of(session, "shallow", Unit::bytes);
  if (!arguments.before.empty()) {
    GS_TRY(options.before, version_of(session, storage, arguments.before));
  }
  GS_TRY(const ShallowReport report, storage.make_shallow(options));
  session.terminal.end_progress();
  if (arguments.json) {
    session.out.line(calls::shallow_json(report, arguments.preview, kSpelling));
  } else {
    for (const Digest& head : report.version) session.out.line("before " + head.text());
    session.terminal.note(shallow_text(report, arguments.preview));
  }
  GS_TRY_OK(storage.close());
  return Exit::ok;
}

}  // namespace gs::cli
