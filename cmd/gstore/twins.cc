// twins: changes with one number of one writer, and which one of them counts.
#include "cmd/gstore/commands.h"
#include "cmd/gstore/report_json.h"
#include "cmd/gstore/support/words.h"

namespace gs::cli {

Result<Exit> twins(Session& session) {
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  GS_TRY(const std::vector<TwinChanges> all, storage.twins());
  for (const TwinChanges& set : all) {
    if (session.arguments.json) {
      session.out.line(calls::twins_json(set, kSpelling));
      continue;
    }
    session.out.line("writer " + set.writer.text() + "  number " + std::to_string(set.sequence));
    for (const TwinChanges::Twin& twin : set.twins) {
      session.out.line("  " + twin.change.text() + (twin.counts ? "  counts   " : "  does not ") +
                       count_text(twin.votes, "other writer stands", "other writers stand") +
                       " on it");
    }
  }
  return Exit::ok;
}

// Of what came just now.
void note_twins(const std::vector<TwinChanges>& all, Session& session) {
  for (const TwinChanges& set : all) {
    std::string others;
    for (const TwinChanges::Twin& twin : set.twins) {
      if (!twin.counts) others += (others.empty() ? "" : " and ") + twin.change.text();
    }
    const std::string other = set.twins.back().change.text();
    session.terminal.note(
        "bundle apply: writer " + set.writer.text() + " has signed " +
        std::to_string(set.twins.size()) + " changes with the number " +
        std::to_string(set.sequence) + ": its key is in two places, or it lies. All are kept. " +
        set.twins.front().change.text() + " counts, here as on every replica; " + others +
        " does not, nor does what stands upon that. `gstore find --at " + other +
        "` and `gstore diff " + other +
        " now` show it; what is to stay has to be written again. See `gstore twins`.");
  }
}

void note_renewed(const Digest& before, const Digest& now, Session& session) {
  if (before == now || before.is_zero()) return;
  session.terminal.note("bundle apply: another copy of this directory writes with its key, " +
                        before.text() + ". This one goes on as the new writer " + now.text() +
                        ". What the old key wrote stays, but is no more its own to undo.");
}

}  // namespace gs::cli
