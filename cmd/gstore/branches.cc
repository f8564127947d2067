// checkout and merge: which branch the directory is of, and what it takes from others.
#include "cmd/gstore/commands.h"
#include "cmd/gstore/difference_text.h"
#include "cmd/gstore/report_json.h"
#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/support/words.h"
#include "gs/calls/version_names.h"

namespace gs::cli {
namespace {

std::string report_line(const std::string& what, const MergeReport& report, bool is_preview) {
  if (report.is_up_to_date) return "Everything of " + what + " is here already.";
  std::string line = is_preview ? "Merging " : "Merged ";
  line += what + (is_preview ? " would bring " : ": ");
  line += count_text(report.changes, "change", "changes");
  if (report.is_fast_forward) line += " (fast-forward)";
  if (report.conflicts.empty()) return line + ", no conflicts.";
  return line + ", " + count_text(report.conflicts.size(), "new conflict", "new conflicts") +
         (is_preview ? "." : ". See `gstore conflicts`, then `gstore resolve`.");
}

void print_preview(const std::vector<RecordDifference>& records, Session& session) {
  for (const RecordDifference& one : records) {
    if (!session.out.wanted()) return;
    session.out.line(difference_text(one, session.colours));
  }
}

}  // namespace

Result<Exit> checkout(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(Storage storage, open_storage(session, Access::write));
  GS_TRY(const std::string before, storage.branch());
  if (arguments.begin_branch) {
    std::optional<Version> version;
    if (arguments.version) {
      GS_TRY(version, version_of(session, storage, *arguments.version));
    }
    GS_TRY_OK(storage.name_version(NamedVersion::Kind::branch, arguments.name, version));
  }
  GS_TRY_OK(storage.checkout(arguments.name));
  if (arguments.json) {
    JsonObject line;
    session.out.line(line.text("branch", arguments.name)
                         .text("before", before)
                         .boolean("created", arguments.begin_branch)
                         .take());
  } else if (before == arguments.name) {
    session.terminal.note("Branch " + one_line(before) + " is checked out already.");
  } else {
    session.terminal.note("Checked out branch " + one_line(arguments.name) + "; it was " +
                          one_line(before) + ".");
  }
  GS_TRY_OK(storage.close());
  return Exit::ok;
}

Result<Exit> merge(Session& session) {
  const Arguments& arguments = session.arguments;
  const bool is_preview = arguments.preview;
  GS_TRY(Storage storage, open_storage(session, is_preview ? Access::read : Access::write));
  MergeOptions options;
  options.preview = is_preview;
  options.strict = arguments.strict;
  GS_TRY(const MergeReport report, storage.merge(arguments.name, options));
  std::vector<RecordDifference> records;
  if (is_preview && !report.is_up_to_date) {
    GS_TRY(records, calls::merge_differences(storage, report));
  }
  if (arguments.json) {
    session.out.line(calls::merge_json(report, is_preview, records, kSpelling));
  } else {
    print_preview(records, session);
    for (const Conflict& conflict : report.conflicts) print_conflict(conflict, session.out);
    session.terminal.note(report_line(one_line(arguments.name), report, is_preview));
  }
  GS_TRY_OK(storage.close());
  // Without --preview a strict one has failed before.
  const bool would_refuse = is_preview && arguments.strict && !report.conflicts.empty();
  return would_refuse ? Exit::conflict : Exit::ok;
}

}  // namespace gs::cli
