// All commands. Each prints its result and returns the exit status, or the error that main prints.
#pragma once

#include "cmd/gstore/session.h"

namespace gs::cli {

// records.cc
Result<Exit> init(Session& session);
Result<Exit> insert(Session& session);
Result<Exit> get(Session& session);
Result<Exit> set(Session& session);
Result<Exit> update(Session& session);
Result<Exit> patch(Session& session);
Result<Exit> add_to_counter(Session& session);
// elements.cc
Result<Exit> add_elements(Session& session);
Result<Exit> remove_elements(Session& session);
// Prints what the field shows that was changed.
void show_field(Session& session, const Id& id, const Record& record);

// texts.cc
Result<Exit> splice_text(Session& session);
Result<Exit> text_mark(Session& session);
Result<Exit> text_unmark(Session& session);
Result<Exit> text_marks(Session& session);
Result<Exit> text_cursor(Session& session);
Result<Exit> text_find(Session& session);
// lists.cc
Result<Exit> list_insert(Session& session);
Result<Exit> list_delete(Session& session);
Result<Exit> list_move(Session& session);
Result<Exit> list_set(Session& session);
// trees.cc
Result<Exit> tree_create(Session& session);
Result<Exit> tree_move(Session& session);
Result<Exit> tree_set(Session& session);
Result<Exit> tree_delete(Session& session);
Result<Exit> tree_show(Session& session);
// records.cc
Result<Exit> remove(Session& session);
Result<Exit> swap(Session& session);
Result<Exit> scan(Session& session);
// find.cc
Result<Exit> find(Session& session);
Result<Exit> count(Session& session);
// watch.cc
Result<Exit> watch(Session& session);
// import.cc, import_upstream.cc, export.cc, blob.cc
Result<Exit> import_rows(Session& session);
Result<Exit> import_upstream(Session& session);
Result<Exit> export_records(Session& session);
Result<Exit> put_blob(Session& session);
Result<Exit> get_blob(Session& session);
// schema.cc
Result<Exit> show_schema(Session& session);
Result<Exit> check_schema(Session& session);
Result<Exit> diff_schema(Session& session);
Result<Exit> apply_schema(Session& session);
Result<Exit> types(Session& session);
// history.cc
Result<Exit> log(Session& session);
Result<Exit> show(Session& session);
Result<Exit> history(Session& session);
// blame.cc, diff.cc
Result<Exit> blame(Session& session);
Result<Exit> diff(Session& session);
// revert.cc
Result<Exit> revert(Session& session);
Result<Exit> undo(Session& session);
Result<Exit> redo(Session& session);
// names.cc
Result<Exit> tag(Session& session);
Result<Exit> branch(Session& session);
// branches.cc
Result<Exit> checkout(Session& session);
Result<Exit> merge(Session& session);
// conflicts.cc
Result<Exit> conflicts(Session& session);
Result<Exit> resolve(Session& session);
// twins.cc
Result<Exit> twins(Session& session);
void note_renewed(const Digest& before, const Digest& now, Session& session);
void note_twins(const std::vector<TwinChanges>& all, Session& session);
// proof.cc
Result<Exit> verify(Session& session);
Result<Exit> proof(Session& session);
Result<Exit> check_proof(Session& session);
Result<Exit> erase(Session& session);
Result<Exit> digest(Session& session);
// care.cc
Result<Exit> stats(Session& session);
Result<Exit> compact(Session& session);
Result<Exit> shallow(Session& session);
Result<Exit> backup(Session& session);
Result<Exit> restore(Session& session);
// exchange.cc
Result<Exit> clone(Session& session);
Result<Exit> create_bundle(Session& session);
Result<Exit> apply_bundle(Session& session);
// shell.cc
Result<Exit> run_shell(Session& session);
// bench.cc, completion.cc
Result<Exit> bench(Session& session);
Result<Exit> completion(Session& session);

struct Command {
  const char* name;
  Result<Exit> (*run)(Session& session);
};

inline constexpr Command kCommands[] = {
    {"init", init},
    {"insert", insert},
    {"get", get},
    {"set", set},
    {"update", update},
    {"patch", patch},
    {"counter add", add_to_counter},
    {"elements add", add_elements},
    {"elements remove", remove_elements},
    {"text splice", splice_text},
    {"text mark", text_mark},
    {"text unmark", text_unmark},
    {"text marks", text_marks},
    {"text cursor", text_cursor},
    {"text find", text_find},
    {"list insert", list_insert},
    {"list delete", list_delete},
    {"list move", list_move},
    {"list set", list_set},
    {"tree create", tree_create},
    {"tree move", tree_move},
    {"tree set", tree_set},
    {"tree delete", tree_delete},
    {"tree show", tree_show},
    {"delete", remove},
    {"swap", swap},
    {"scan", scan},
    {"find", find},
    {"count", count},
    {"watch", watch},
    {"import", import_rows},
    {"export", export_records},
    {"blob put", put_blob},
    {"blob get", get_blob},
    {"schema show", show_schema},
    {"schema check", check_schema},
    {"schema diff", diff_schema},
    {"schema apply", apply_schema},
    {"types", types},
    {"log", log},
    {"show", show},
    {"history", history},
    {"blame", blame},
    {"diff", diff},
    {"revert", revert},
    {"undo", undo},
    {"redo", redo},
    {"tag", tag},
    {"branch", branch},
    {"checkout", checkout},
    {"merge", merge},
    {"conflicts", conflicts},
    {"twins", twins},
    {"resolve", resolve},
    {"verify", verify},
    {"proof", proof},
    {"verify-proof", check_proof},
    {"erase", erase},
    {"digest", digest},
    {"stats", stats},
    {"compact", compact},
    {"shallow", shallow},
    {"backup", backup},
    {"restore", restore},
    {"clone", clone},
    {"bundle create", create_bundle},
    {"bundle apply", apply_bundle},
    {"shell", run_shell},
    {"bench", bench},
    {"completion", completion},
};

}  // namespace gs::cli
