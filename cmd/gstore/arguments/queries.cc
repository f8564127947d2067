// Commands that ask for records by a filter.
#include "cmd/gstore/arguments/parser.h"

namespace gs::cli {

void Parser::add_queries() {
  add_find();
  add_count();
  add_watch();
}

void Parser::add_find() {
  CLI::App* const sub = add(
      "find", "print the records that pass a filter, one JSON object a line",
      "  gstore find City '{\"population\":{\"$gte\":1000000}}' --sort population:desc -n 10\n"
      "  gstore find City '{\"name\":{\"$like\":\"K%\"}}' --select name \\\n"
      "    --include '{\"country\":{\"select\":[\"name\"]}}'\n"
      "  gstore find City --include country --json\n"
      "  gstore find City --group '{\"by\":[\"country\"],\"fields\":{\"n\":{\"$count\":true}}}'");
  add_row_words(sub);
  sub->add_option("--cursor", a_.cursor, "go on where an earlier result ended")->type_name("TEXT");
  sub->add_flag("--explain", a_.explain, "execute, and print how instead of the rows");
  add_version(sub, "in this version");
}

void Parser::add_count() {
  CLI::App* const sub =
      add("count", "print how many records pass a filter",
          "  gstore count City\n  gstore count City '{\"population\":{\"$gt\":0}}' --json\n"
          "  gstore count City --at v1.0");
  add_query_words(sub);
  add_version(sub, "in this version");
}

void Parser::add_watch() {
  CLI::App* const sub =
      add("watch", "print the rows of a query, and then what changes in them, line by line",
          "  gstore watch City '{\"population\":{\"$gte\":1000000}}' --sort population:desc -n 10\n"
          "  gstore watch City --group '{\"by\":[],\"fields\":{\"n\":{\"$count\":true}}}'\n"
          "  gstore watch City --include country --json | while read -r line; do echo $line; done");
  add_row_words(sub);
}

void Parser::add_query_words(CLI::App* sub) {
  sub->add_option("COLLECTION", first_, "default: all");
  sub->add_option("FILTER", second_, "JSON as in docs/QUERY.md: the text itself, @FILE, or -");
  add_collection(sub, kSameHelp);
  sub->callback([this] { take_query(); });
}

// Which rows, in which form.
void Parser::add_row_words(CLI::App* sub) {
  add_query_words(sub);
  const auto list = [](CLI::Option* option, const char* type) {
    option->type_name(type)->delimiter(',')->expected(1)->multi_option_policy(
        CLI::MultiOptionPolicy::TakeAll);
  };
  list(sub->add_option("--sort", a_.sort, "paths in this order, :desc for descending"),
       "A,B:desc,..");
  add_limit(sub, "at most this many rows");
  sub->add_option("--offset", a_.offset, "leave out so many rows first")
      ->type_name("N")
      ->transform(whole_number(0));
  list(sub->add_option("--select", a_.select, "these paths only, in this order"), "A,B,..");
  sub->add_option("--include", a_.include,
                  "field whose id is replaced by its record, may be repeated; or JSON")
      ->type_name("FIELD")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(validator(check_include));
  sub->add_option("--group", a_.group, "counts and sums instead of records")->type_name("JSON");
}

}  // namespace gs::cli
