// stats, compact, backup and restore: looking after a storage.
#include "cmd/gstore/commands.h"
#include "cmd/gstore/directories.h"
#include "cmd/gstore/report_json.h"
#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/support/words.h"

namespace gs::cli {

namespace {

void print_stats(const Storage& storage, const Stats& stats, Output& out) {
  out.line("storage      " + storage.id().text());
  out.line("records      " + with_commas(stats.records));
  for (const auto& [name, records] : stats.collections) {
    out.line("  " + with_commas(records) + ' ' +
             (name.empty() ? "(no collection)" : one_line(name)));
  }
  out.line("log          " + size_text(stats.log_bytes) + " in " +
           count_text(stats.segments, "segment", "segments") + ", " +
           count_text(stats.changes, "change", "changes"));
  out.line("state        " + size_text(stats.state_bytes) + " in " +
           count_text(stats.runs, "run", "runs"));
  out.line("blobs        " + size_text(stats.blob_bytes));
  out.line("memory       " + size_text(stats.memory_bytes));
  out.line("writers      " + with_commas(stats.writers));
  out.line("shapes       " + with_commas(stats.shapes));
}

std::string nothing_to_compact(const Stats& stats) {
  if (stats.runs == 0) return "compact: nothing to do; nothing was written yet.";
  return "compact: nothing to do; the state is in one run of full records already, " +
         size_text(stats.state_bytes) + '.';
}

// Without the size before: files that go with the next open are counted beside those that replace
// them, and records in memory are not.
std::string compacted(const Stats& before, const Stats& after) {
  const std::string was =
      before.runs == 0 ? "it had no files" : "it was in " + count_text(before.runs, "run", "runs");
  return "compact: the state is in " + count_text(after.runs, "run", "runs") + " now, " +
         size_text(after.state_bytes) + "; " + was + '.';
}

void print_made(Session& session, const std::string& verb, const std::string& directory) {
  if (session.arguments.json) {
    JsonObject line;
    line.text(verb, valid_utf8(directory));
    session.out.line(line.take());
  } else {
    session.terminal.note(verb + ": " + directory + " is complete.");
  }
}

}  // namespace

Result<Exit> stats(Session& session) {
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  GS_TRY(const Stats stats, storage.stats());
  if (session.arguments.json) {
    session.out.line(calls::stats_object(storage, stats, kSpelling).take());
  } else {
    print_stats(storage, stats, session.out);
  }
  return Exit::ok;
}

Result<Exit> compact(Session& session) {
  GS_TRY(Storage storage, open_storage(session, Access::bulk));
  GS_TRY(const Stats before, storage.stats());
  bool merged = false;
  const Progress bar = bar_of(session, "compact", Unit::records);
  GS_TRY_OK(storage.compact([&](std::uint64_t done, std::uint64_t total) {
    merged = true;
    bar(done, total);
  }));
  GS_TRY(const Stats after, storage.stats());
  if (session.arguments.json) {
    session.out.line(calls::compacted_json(before, after, kSpelling));
  } else {
    const bool idle = !merged && before.runs == after.runs;
    session.terminal.note(idle ? nothing_to_compact(after) : compacted(before, after));
  }
  GS_TRY_OK(storage.close());
  return Exit::ok;
}

Result<Exit> backup(Session& session) {
  GS_TRY_OK(check_outside(session.arguments.directory, session.arguments.target));
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  const std::string& target = session.arguments.target;
  GS_TRY_OK(
      about_directory(target, storage.backup(target, bar_of(session, "backup", Unit::bytes))));
  print_made(session, "backup", session.arguments.target);
  return Exit::ok;
}

Result<Exit> restore(Session& session) {
  const std::string& backup = session.arguments.file;
  GS_TRY_OK(check_outside(backup, session.arguments.target));
  Error error =
      Storage::restore(backup, session.arguments.target, bar_of(session, "restore", Unit::bytes));
  if (error.code() == Code::not_a_storage) {
    const std::string_view what = error.message();
    return Error(Code::not_a_storage,
                 "no backup to restore: " + std::string(what.substr(0, what.rfind(". "))) +
                     ". Name a directory that `gstore backup` made");
  }
  GS_TRY_OK(about_directory(session.arguments.target, std::move(error)));
  print_made(session, "restore", session.arguments.target);
  return Exit::ok;
}

}  // namespace gs::cli
