// Commands that check, prove and erase.
#include "cmd/gstore/arguments/parser.h"

namespace gs::cli {

void Parser::add_proofs() {
  add_verify();
  add_proof();
  add_erase();

  add("digest", "print frontier and state digest, equal on equal replicas",
      "  gstore digest\n  gstore digest --json");
}

void Parser::add_verify() {
  CLI::App* const sub = add("verify", "check digests, links and signatures of the log",
                            "  gstore verify\n  gstore verify --full\n"
                            "  gstore verify --head $(cat head-noted-elsewhere)");
  sub->add_flag("--full", a_.full, "also make the state anew from the log and compare");
  sub->add_option("--head", a_.change, "this change must be in the log")
      ->type_name("CHANGE")
      ->check(validator(check_head));
}

void Parser::add_proof() {
  CLI::App* sub = add("proof", "print a self-contained proof of a record's version",
                      "  gstore proof ID > kyiv.proof.json\n  gstore proof -c City kyiv");
  add_id(sub);

  sub = add("verify-proof", "check a proof; needs no storage",
            "  gstore verify-proof kyiv.proof.json\n  gstore proof ID | gstore verify-proof -");
  sub->add_option("FILE", a_.file, "file, or - for standard input")
      ->required()
      ->check(validator(check_file));
  sub->add_option("--root", a_.log_root, "the log's root must be this")
      ->type_name("DIGEST")
      ->check(validator(check_digest));
}

void Parser::add_erase() {
  CLI::App* const sub =
      add("erase", "remove every payload of a record for good; the chain still verifies",
          "  gstore erase ID --reason 'request 4711'");
  add_id(sub);
  sub->add_option("--reason", a_.reason, "kept in the log")->type_name("TEXT");
}

}  // namespace gs::cli
