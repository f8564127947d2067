// Commands for names of versions: tags, and branches that go on beside each other.
#include "cmd/gstore/arguments/parser.h"

namespace gs::cli {

void Parser::add_names() {
  add_names_of("tag", "name a version for good, or list the names",
               "  gstore tag v1.0\n  gstore tag v0.9 9f3c01a2\n  gstore tag\n"
               "  gstore tag --delete v0.9");
  add_names_of("branch", "begin a branch, or list them",
               "  gstore branch draft\n  gstore branch draft v1.0\n  gstore branch\n"
               "  gstore branch --rename draft work\n  gstore branch --delete work");
  add_checkout();
  add_merge();
}

void Parser::add_checkout() {
  CLI::App* const sub = add("checkout", "go on with another branch",
                            "  gstore checkout draft\n  gstore checkout -b draft\n"
                            "  gstore checkout main");
  sub->add_option("BRANCH", a_.name, "its name; main is the one that a storage begins with")
      ->required();
  CLI::Option* const begin = sub->add_flag("-b,--begin", a_.begin_branch, "begin it first");
  sub->add_option("VERSION", a_.version,
                  std::string("with -b: where it begins; ") + kVersionHelp + "; default: now")
      ->check(validator(check_version))
      ->needs(begin);
}

void Parser::add_merge() {
  CLI::App* const sub = add("merge", "take what another branch or version has",
                            "  gstore merge draft\n  gstore merge draft --preview\n"
                            "  gstore merge draft --strict --json");
  sub->add_option("VERSION", a_.name, kVersionHelp)->required()->check(validator(check_version));
  sub->add_flag("--preview", a_.preview, "only tell what would change, and conflict");
  sub->add_flag("--strict", a_.strict,
                "merge nothing when there would be new conflicts; with --preview: status 4 then");
}

void Parser::add_names_of(const char* command, const char* what, const char* examples) {
  CLI::App* const sub = add(command, what, examples);
  CLI::Option* const name = sub->add_option("NAME", a_.name, "its name; none: list them");
  sub->add_option("VERSION", a_.version, std::string(kVersionHelp) + "; default: now")
      ->check(validator(check_version));
  sub->add_flag("--move", a_.move, "of a name that is there: give it this version")->needs(name);
  CLI::Option* const remove =
      sub->add_option("--delete", a_.old_name, "take the name away; the version stays")
          ->type_name("NAME")
          ->excludes(name);
  sub->add_option("--rename", a_.renamed, "give the version another name")
      ->type_name("OLD NEW")
      ->expected(2)
      ->excludes(name)
      ->excludes(remove);
}

}  // namespace gs::cli
