// Commands for texts that several writers edit: to edit and mark them, and to name places in them.
#include "cmd/gstore/arguments/parser.h"

namespace gs::cli {

void Parser::add_texts() {
  CLI::App* const text = add("text", "texts that several writers edit",
                             "  gstore text splice ID body 0 0 'Hello, '\n"
                             "  gstore text splice -c Post one body end 0 --file more.txt");
  text->require_subcommand(1);
  add_splice(text);
  add_marks(text);
  add_cursors(text);
}

void Parser::add_splice(CLI::App* text) {
  CLI::App* const sub = add(*text, "splice", "delete and insert in a text; prints what it is then",
                            "  gstore text splice ID body 0 0 'Hello, '\n"
                            "  gstore text splice ID body 7 5 world\n"
                            "  gstore text splice -c Post one body end 0 --file more.txt");
  add_id(sub);
  sub->add_option("FIELD", a_.field, "its name; one that is not there is an empty text")
      ->required();
  sub->add_option("POS", position_, "before which character, counted from 0; or: end")->required();
  sub->add_option("DELETE", deleted_, "how many characters to delete there")->required();
  auto* const inserted = sub->add_option("TEXT", a_.inserted, "what to insert there");
  sub->add_option("--file", a_.file, "insert what is in this file; - is standard input")
      ->excludes(inserted);
  sub->callback([this] { take_splice(); });
}

void Parser::add_marked(CLI::App* sub) {
  add_id(sub);
  sub->add_option("FIELD", a_.field, "its name")->required();
  sub->add_option("FROM", position_, "the first character, counted from 0")->required();
  sub->add_option("TO", move_to_, "behind the last one; or: end")->required();
  sub->add_option("KEY", a_.mark_key, "what kind of mark: bold, link")->required();
  sub->add_option(
         "--expand", a_.growth,
         "where it grows when somebody types beside it: after (default), before, both, none")
      ->type_name("WHERE")
      ->check(one_of({"after", "before", "both", "none"}));
  sub->callback([this] { take_stretch(); });
}

void Parser::add_marks(CLI::App* text) {
  CLI::App* sub = add(*text, "mark", "mark a stretch of a text; prints what marks there are then",
                      "  gstore text mark ID body 0 5 bold\n"
                      "  gstore text mark ID body 6 end link https://example.org --expand none");
  add_marked(sub);
  sub->add_option("VALUE", a_.mark_value, "JSON, or a text that is none; default: true");
  add_marked(add(*text, "unmark", "take a mark away from a stretch of a text",
                 "  gstore text unmark ID body 0 5 bold"));
  sub = add(*text, "marks", "print the marks of a text: from, to, key and value",
            "  gstore text marks ID body\n  gstore text marks ID body --delta --at v1.0");
  add_id(sub);
  sub->add_option("FIELD", a_.field, "its name")->required();
  sub->add_flag("--delta", a_.as_delta, "the text in runs with their marks, as JSON");
  add_version(sub, "the marks in that version");
}

void Parser::add_cursors(CLI::App* text) {
  CLI::App* sub = add(*text, "cursor", "name a place in a text that stays beside its character",
                      "  gstore text cursor ID body 7\n"
                      "  gstore text cursor -c Post one body 7 --after");
  add_id(sub);
  sub->add_option("FIELD", a_.field, "its name")->required();
  sub->add_option("POS", position_, "before which character, counted from 0; or: end")->required();
  sub->add_flag("--after", a_.is_after,
                "stay behind the character in front of the place, not before the one behind it");
  sub->callback([this] { take_position(); });
  sub = add(*text, "find", "print where a cursor is in a text",
            "  gstore text find ID body AgH4\n  gstore text find ID body AgH4 --at v1.0");
  add_id(sub);
  sub->add_option("FIELD", a_.field, "its name")->required();
  sub->add_option("CURSOR", a_.cursor, "what text cursor printed")->required();
  add_version(sub, "the place in that version");
}

}  // namespace gs::cli
