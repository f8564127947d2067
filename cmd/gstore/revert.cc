// revert, undo and redo: taking back what was written.
#include "cmd/gstore/commands.h"
#include "cmd/gstore/difference_text.h"
#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/support/words.h"
#include "gs/base/dates.h"

namespace gs::cli {
namespace {

const char* why_word(KeptWrite::Why why) noexcept {
  switch (why) {
    case KeptWrite::Why::written:
      return "written";
    case KeptWrite::Why::removed:
      return "removed";
    default:
      return "erased";
  }
}

std::string kept_json(const KeptWrite& kept) {
  JsonObject line;
  line.text("id", kept.id.text()).text("collection", kept.collection);
  if (!kept.field.empty()) line.text("field", kept.field);
  line.text("why", why_word(kept.why));
  if (kept.writer != Digest{}) line.text("writer", kept.writer.text());
  return line.take();
}

std::string kept_line(const KeptWrite& kept) {
  std::string line = "kept  " + kept.id.text();
  if (!kept.collection.empty()) line += ' ' + one_line(kept.collection);
  if (!kept.field.empty()) line += "  " + one_line(kept.field);
  line += std::string("  ") + why_word(kept.why) + " since";
  if (kept.writer != Digest{}) line += " by writer " + short_text(kept.writer);
  return line;
}

template <typename T, typename Text>
std::string list_json(const std::vector<T>& all, const Text& text) {
  std::string list = "[";
  for (const T& one : all) {
    if (list.size() > 1) list += ',';
    list += text(one);
  }
  return list + ']';
}

void print(const Reverted& reverted, Session& session) {
  if (session.arguments.json) {
    JsonObject line;
    session.out.line(line.text("change", reverted.change.text())
                         .text("time", time_text(reverted.time_ms))
                         .raw("records", list_json(reverted.records, difference_json))
                         .raw("kept", list_json(reverted.kept, kept_json))
                         .take());
    return;
  }
  for (const RecordDifference& each : reverted.records) session.out.line(difference_line(each));
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
