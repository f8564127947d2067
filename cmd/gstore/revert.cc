// revert, undo and redo: taking back what was written.
#include "cmd/gstore/commands.h"
#include "cmd/gstore/difference_text.h"
#include "cmd/gstore/report_json.h"
#include "cmd/gstore/support/words.h"

namespace gs::cli {
namespace {

std::string kept_line(const KeptWrite& kept) {
  std::string line = "kept  " + kept.id.text();
  if (!kept.collection.empty()) line += ' ' + one_line(kept.collection);
  if (!kept.field.empty()) line += "  " + one_line(kept.field);
  line += std::string("  ") + calls::why_word(kept.why) + " since";
  if (kept.writer != Digest{}) line += " by writer " + short_text(kept.writer);
  return line;
}

void print(const Reverted& reverted, Session& session) {
  if (session.arguments.json) {
    return session.out.line(calls::reverted_json(reverted, kSpelling));
  }
  for (const RecordDifference& each : reverted.records) {
    session.out.line(difference_text(each, session.colours));
  }
  for (const KeptWrite& each : reverted.kept) session.out.line(kept_line(each));
  if (!reverted.records.empty()) return;
  session.terminal.note("Nothing of what change " + short_text(reverted.change) +
                        " wrote is left to take back.");
}

Result<Exit> take_back(Session& session, Result<Reverted> (Storage::*how)()) {
  GS_TRY(Storage storage, open_storage(session, Access::write));
  GS_TRY(const Reverted reverted, (storage.*how)());
  print(reverted, session);
  GS_TRY_OK(storage.close());
  return Exit::ok;
}

}  // namespace

Result<Exit> revert(Session& session) {
  GS_TRY(Storage storage, open_storage(session, Access::write));
  GS_TRY(const Digest change, change_of(session, storage, *session.arguments.change));
  GS_TRY(const Reverted reverted, storage.revert(change));
  print(reverted, session);
  GS_TRY_OK(storage.close());
  return Exit::ok;
}

Result<Exit> undo(Session& session) { return take_back(session, &Storage::undo); }
Result<Exit> redo(Session& session) { return take_back(session, &Storage::redo); }

}  // namespace gs::cli
