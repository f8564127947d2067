// Commands that are no part of a program that uses a storage: the shell, measurements, help.
#include "cmd/gstore/arguments/parser.h"

namespace gs::cli {

void Parser::add_tools() {
  CLI::App* sub = add("shell", "JavaScript with the storage as `db`",
                      "  gstore shell\n  gstore shell ./shop --read-only\n"
                      "  gstore shell -e 'db.City.find({ capital: true }).sort(\"name\")'\n"
                      "  gstore shell < report.js");
  sub->add_option("DIR", first_, "directory of the storage, as -d");
  sub->add_option("-e,--eval", a_.code, "run this and leave")->type_name("CODE");
  sub->add_flag("--read-only", a_.read_only, "write nothing; also beside a process that writes");
  sub->callback([this] { take_directory(); });

  sub = add("bench", "measure; with gstore-bench beside gstore, compare with other stores",
            "  gstore bench\n  gstore bench --self --records 1000000");
  sub->add_option("--records", a_.records, "records of the built-in measurement")
      ->type_name("N")
      ->transform(whole_number(1'000, 100'000'000));
  sub->add_flag("--self", a_.self, "the built-in measurement even if gstore-bench is there");
  sub->allow_extras();

  sub = add("help", "print this, or the help of a command",
            "  gstore help\n  gstore help import\n  gstore help blob put");
  sub->add_option("COMMAND", help_words_, "a command, may be left out");

  sub = add("completion", "print a script for the shell",
            "  gstore completion bash > /etc/bash_completion.d/gstore");
  sub->add_option("SHELL", a_.format, "bash")->required()->check(one_of({"bash"}));
}

}  // namespace gs::cli
