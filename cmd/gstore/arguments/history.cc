// Commands that look back, take back, and decide between concurrent writes.
#include "cmd/gstore/arguments/parser.h"

namespace gs::cli {

void Parser::add_history() {
  add_log();
  add_history_of_record();
  add_diff();
  add_undo();
  add_conflicts();
}

void Parser::add_log() {
  CLI::App* sub = add("log", "print the changes, newest first",
                      "  gstore log -n 10\n  gstore log --graph --all | less\n  gstore log v1.0");
  CLI::Option* const version =
      sub->add_option("VERSION", a_.version, "those of this version; default: now")
          ->check(validator(check_version));
  sub->add_flag("--all", a_.all, "of all branches")->excludes(version);
  add_limit(sub, "at most this many");
  sub->add_flag("--graph", a_.graph, "draw which change was made upon which");

  sub = add("show", "print a change with its operations",
            "  gstore show 9f3c01a2\n  gstore show 9f3c01a2 --json | jq .operations[0]");
  sub->add_option("CHANGE", a_.change, "digest, or its first 4 or more characters")
      ->required()
      ->check(validator(check_change));
}

void Parser::add_history_of_record() {
  CLI::App* sub = add("history", "print the operations on a record, newest first",
                      "  gstore history ID\n  gstore history -c City kyiv -n 1 --json");
  add_id(sub);
  add_limit(sub, "at most this many");

  sub = add("blame", "print who wrote each field of a record, when, and by which change",
            "  gstore blame ID\n  gstore blame -c City kyiv --json\n"
            "  gstore blame ID --at v1.0");
  add_id(sub);
  add_version(sub, "as in this version");
}

void Parser::add_diff() {
  CLI::App* const sub = add("diff", "print what differs between two versions, a record a line",
                            "  gstore diff v1.0                # from there to now\n"
                            "  gstore diff v1.0 v1.1 -c City -n 10\n"
                            "  gstore diff 2026-11-29T08:00 --json | jq .fields");
  sub->add_option("BEFORE", a_.before, kVersionHelp)->required()->check(validator(check_version));
  sub->add_option("AFTER", a_.after, "another one; default: now")->check(validator(check_version));
  add_collection(sub, "records of this collection only");
  add_limit(sub, "at most this many records");
}

void Parser::add_undo() {
  CLI::App* const sub =
      add("revert", "take back what a change wrote; what others wrote since stays",
          "  gstore revert CHANGE\n  gstore revert 3f2a91 --json");
  sub->add_option("CHANGE", a_.change, "its first 4 or more characters, or all 64")
      ->required()
      ->check(validator(check_change));
  add("undo", "take back your newest transaction that is not undone",
      "  gstore undo\n  gstore undo --json");
  add("redo", "take back the last undo", "  gstore redo");
}

void Parser::add_conflicts() {
  CLI::App* sub = add("conflicts", "list what concurrent writes hide, of one record or of all",
                      "  gstore conflicts\n  gstore conflicts -c City kyiv --json");
  sub->add_option("ID", a_.id, kIdHelp)->check(validator(check_record_name));
  add_collection(sub, "collection of the foreign key, or the one that the UUID must be in");
  add_limit(sub, "at most this many records");

  add("twins", "list changes with one number of one writer, and which of them counts",
      "  gstore twins                    # a key is in two places: all is kept, one side counts\n"
      "  gstore diff CHANGE now          # CHANGE does not count: what is on its side\n"
      "  gstore find --at CHANGE --json");

  sub = add("resolve", "decide between concurrent values of a field",
            "  gstore resolve ID name            # what is shown stays\n"
            "  gstore resolve ID name --take 1   # as `gstore conflicts ID` numbers them");
  add_id(sub);
  sub->add_option("FIELD", a_.field, "its name")->required();
  sub->add_option("--take", a_.take, "number of a hidden value; 0, the default, what is shown")
      ->type_name("N")
      ->transform(whole_number(0));
}

}  // namespace gs::cli
