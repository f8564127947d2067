// Commands for numbers, arrays and sets that several writers change.
#include "cmd/gstore/arguments/parser.h"

namespace gs::cli {

void Parser::add_counters() {
  CLI::App* const counter =
      add("counter", "numbers that several writers add to",
          "  gstore counter add ID likes 1\n  gstore counter add -c Item tea stock -5");
  counter->require_subcommand(1);
  CLI::App* const sub =
      add(*counter, "add", "add to a number; prints what it is then",
          "  gstore counter add ID likes 1\n  gstore counter add -c Item tea stock -5");
  add_id(sub);
  sub->add_option("FIELD", a_.field, "its name; one that is not there is 0")->required();
  sub->add_option("N", addition_, "what to add, a whole number")->required();
  sub->callback([this] { take_addition(); });
}

void Parser::add_elements() {
  CLI::App* const elements =
      add("elements", "arrays and sets that several writers add to and remove from",
          "  gstore elements add ID tags new 'two words'\n"
          "  gstore elements remove -c Item tea tags new");
  elements->require_subcommand(1);
  add_element_words(add(*elements, "add", "add elements; prints what there are then",
                        "  gstore elements add ID tags new 'two words'\n"
                        "  gstore elements add -c Item tea sizes 5 '{\"width\":3}'"));
  add_element_words(add(*elements, "remove", "remove elements; prints what there are then",
                        "  gstore elements remove ID tags new\n"
                        "  gstore elements remove -c Item tea sizes 5"));
}

void Parser::add_element_words(CLI::App* sub) {
  add_id(sub);
  sub->add_option("FIELD", a_.field, "its name; adding makes one that is not there")->required();
  sub->add_option("ELEMENT", a_.elements, kElement)->required();
  sub->callback([this] { take_whole(); });
}

}  // namespace gs::cli
