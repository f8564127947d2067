// conflicts and resolve: what concurrent writes hide, and who decides between them.
#include <set>

#include "cmd/gstore/commands.h"
#include "cmd/gstore/difference_text.h"
#include "cmd/gstore/report_json.h"
#include "cmd/gstore/support/hunk_text.h"
#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/support/words.h"
#include "gs/base/dates.h"

namespace gs::cli {
namespace {

// A value, and how it is written.
struct Choice {
  std::string value;
  std::vector<std::string> path;  // as in HiddenWrite
};

// The value that was asked for.
Result<Choice> chosen(const Arguments& arguments, const Conflict& conflict) {
  std::uint64_t number = 0;
  const HiddenWrite* shown = nullptr;
  for (const HiddenWrite& hidden : conflict.hidden) {
    if (hidden.is_removal || hidden.field != arguments.field) continue;
    shown = &hidden;
    if (++number == arguments.take) return Choice{hidden.json, hidden.path};
  }
  const std::string field = one_line(arguments.field);
  if (shown == nullptr) {
    return Error(Code::not_found, "field " + field + " of " + conflict.id.text() +
                                      " has no conflict. `gstore conflicts " + conflict.id.text() +
                                      "` lists what has");
  }
  if (arguments.take == 0) return Choice{shown->shown_json, shown->path};
  return Error(Code::invalid, "field " + field + " has " +
                                  count_text(number, "hidden value", "hidden values") + ", not " +
                                  std::to_string(arguments.take));
}

// A removed record has no fields to write.
Error about_removed(const Storage& storage, const Id& id) {
  const auto removal = last_removal(storage, id);
  return Error(
      Code::not_found,
      "record " + id.text() +
          " is removed, and what its removal did not see cannot be written to it. To have "
          "the record back with it, take back the change that removed it (`gstore revert " +
          (removal ? short_text(removal->digest) : "CHANGE") +
          "`, see `gstore history`); to decide for the removal, delete it again then "
          "(`gstore delete`)");
}

// Of a member of an object nothing else is touched.
Error write_choice(Storage& storage, const Id& id, const std::string& field, const Choice& choice) {
  JsonObject delta;
  if (choice.path.empty()) return storage.update(id, delta.raw(field, choice.value).take());
  std::string patch = choice.value;
  for (auto name = choice.path.rbegin(); name != choice.path.rend(); ++name) {
    JsonObject around;
    patch = around.raw(*name, patch).take();
  }
  return storage.patch(id, patch);
}

// Fields with one earlier name in common lose it together.
void note_also_settled(Session& session, const Conflict& before, const Conflict& left) {
  std::set<std::string> fields;
  for (const HiddenWrite& hidden : before.hidden) {
    if (!hidden.was.empty() && hidden.field != session.arguments.field) fields.insert(hidden.field);
  }
  for (const HiddenWrite& hidden : left.hidden) fields.erase(hidden.field);
  for (const std::string& field : fields) {
    session.terminal.note("Field " + one_line(field) +
                          " is settled by this, too, as it is shown: what was not stood under the "
                          "same earlier name. `gstore undo` brings it back.");
  }
}

}  // namespace

void print_conflict(const Conflict& conflict, Output& out) {
  out.line(conflict.id.text() + ' ' + one_line(conflict.collection) +
           (conflict.is_removed ? " (removed)" : ""));
  std::string_view field;
  std::size_t number = 0;
  for (const HiddenWrite& hidden : conflict.hidden) {
    const std::string by =
        "  writer " + short_text(hidden.writer) + "  " + time_text(hidden.time_ms);
    if (hidden.is_removal) {
      out.line("  removed" + by);
      continue;
    }
    if (hidden.field != field || number == 0) {
      field = hidden.field;
      number = 0;
      const bool is_shown = !hidden.shown_json.empty();
      out.line("  " + one_line(hidden.field) +
               (is_shown ? ": " + short_value(hidden.shown_json) : ":"));
    }
    const std::string was = hidden.was.empty() ? "" : "  as " + one_line(hidden.was);
    out.line("    " + std::to_string(++number) + "  " + short_value(hidden.json) + was + by);
  }
}

Result<Exit> conflicts(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  std::vector<Conflict> found;
  if (arguments.id.empty()) {
    GS_TRY(found, storage.conflicts(arguments.limit));
  } else {
    GS_TRY(const Id id, id_of(session, storage));
    auto one = storage.conflicts(id);
    if (!one.ok()) return about_record(session, storage, std::move(one).error());
    if (!one->hidden.empty()) found.push_back(std::move(one).value());
  }
  for (const Conflict& conflict : found) {
    if (!session.out.wanted()) break;
    if (arguments.json) {
      session.out.line(calls::conflict_json(conflict, kSpelling));
    } else {
      print_conflict(conflict, session.out);
    }
  }
  return Exit::ok;
}

Result<Exit> resolve(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(Storage storage, open_storage(session, Access::write));
  GS_TRY(const Id id, id_of(session, storage));
  auto conflict = storage.conflicts(id);
  if (!conflict.ok()) return about_record(session, storage, std::move(conflict).error());
  if (conflict->is_removed && !conflict->hidden.empty()) {
    return about_removed(storage, id);
  }
  GS_TRY(const Choice choice, chosen(arguments, *conflict));
  GS_TRY_OK(write_choice(storage, id, arguments.field, choice));
  GS_TRY(const Conflict left, storage.conflicts(id));
  note_also_settled(session, *conflict, left);
  if (arguments.json) {
    JsonObject line;
    session.out.line(line.text("id", id.text()).raw("value", choice.value).take());
  }
  GS_TRY_OK(storage.close());
  return Exit::ok;
}

}  // namespace gs::cli
