// Commands that bring changes from one replica to another.
#include "cmd/gstore/arguments/parser.h"

namespace gs::cli {

void Parser::add_exchange() {
  add_clone();

  CLI::App* const bundle =
      add("bundle", "exchange changes with a replica by files",
          "  gstore bundle create changes.gsb\n  gstore -d ../other bundle apply changes.gsb");
  bundle->require_subcommand(1);
  add_bundle_creation(bundle);
  CLI::App* const sub =
      add(*bundle, "apply", "take the changes of a file", "  gstore bundle apply changes.gsb");
  sub->add_option("FILE", a_.file, "the bundle")->required()->check(validator(check_bundle));
}

void Parser::add_clone() {
  CLI::App* const sub = add("clone", "make a replica of a storage, with a writer of its own",
                            "  gstore clone ./gs /mnt/laptop/gs\n"
                            "  gstore clone ./gs /mnt/phone/gs --shallow");
  sub->add_option("DIR", a_.file, "the storage")->required()->check(validator(check_directory));
  sub->add_option("NEWDIR", a_.target, "directory to make")
      ->required()
      ->check(validator(check_directory));
  CLI::Option* const is_shallow =
      sub->add_flag("--shallow", a_.is_shallow, "without what records were before a version");
  add_before(sub);
  sub->get_option("--before")->needs(is_shallow);
}

void Parser::add_bundle_creation(CLI::App* bundle) {
  CLI::App* const sub =
      add(*bundle, "create", "write changes into a file; prints the heads that it leads to",
          "  gstore bundle create changes.gsb\n"
          "  gstore bundle create new.gsb --since $(cat heads-of-the-last-one)\n"
          "  gstore bundle create since-release.gsb --since v1.0");
  sub->add_option("FILE", a_.file, "file to write; an earlier bundle is replaced")
      ->required()
      ->check(validator(check_bundle));
  sub->add_option("--since", a_.since, "leave out what these versions have")
      ->type_name("VERSION,..")
      ->delimiter(',')
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(validator(check_version));
  CLI::Option* const since = sub->get_option("--since");
  sub->add_flag("--checkpoint", a_.has_checkpoint,
                "for somebody who has nothing: the state, and what came after it")
      ->excludes(since);
  add_before(sub);
  sub->get_option("--before")->needs(sub->get_option("--checkpoint"));
}

}  // namespace gs::cli
