// Commands that take care of a whole storage: sizes, compaction, copies.
#include "cmd/gstore/arguments/parser.h"

namespace gs::cli {

void Parser::add_care() {
  add("stats", "print counts and sizes", "  gstore stats\n  gstore stats --json");
  add("compact", "merge the files of the state into one", "  gstore compact");

  CLI::App* sub = add("shallow", "drop what records were before a version, for good",
                      "  gstore shallow --preview\n  gstore shallow --before v1.0");
  add_before(sub);
  sub->add_flag("--preview", a_.preview, "tell what would be dropped, and drop nothing");

  sub = add("backup", "copy the storage, without its keys; runs beside writes",
            "  gstore backup /mnt/backup/today");
  sub->add_option("DIR", a_.target, "directory to make")
      ->required()
      ->check(validator(check_directory));

  sub = add("restore", "make a storage from a backup, with a new writer",
            "  gstore restore /mnt/backup/today ./restored");
  sub->add_option("DIR", a_.file, "the backup")->required()->check(validator(check_directory));
  sub->add_option("NEWDIR", a_.target, "directory to make")
      ->required()
      ->check(validator(check_directory));
}

void Parser::add_before(CLI::App* sub) {
  sub->add_option("--before", a_.before, "keep this version and what came after it; default: now")
      ->type_name("VERSION")
      ->check(validator(check_version));
}

}  // namespace gs::cli
