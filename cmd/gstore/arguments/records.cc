// Commands for records: to make, read, change, delete and list them.
#include "cmd/gstore/arguments/parser.h"

namespace gs::cli {

void Parser::add_records() {
  add_init();
  add_insert();
  add_get();
  add_contents();
}

void Parser::add_init() {
  CLI::App* const sub = add("init", "create a storage; prints its id",
                            "  gstore init\n  gstore -d ./shop init --schema ./schemas");
  sub->add_flag("--closed", a_.closed, "only admitted writers may write (default: who holds it)");
  sub->add_option("--schema", a_.schema, "put the schema of this directory in force")
      ->type_name("DIR")
      ->check(validator(check_directory));
}

void Parser::add_insert() {
  CLI::App* const sub =
      add("insert", "insert a record; prints its id",
          "  gstore insert City '{\"name\":\"Kyiv\",\"lat\":50.45}'\n"
          "  gstore insert City @kyiv.json\n  echo '{\"a\":1}' | gstore insert -");
  // Two plain words instead of a list: CLI11 would split a JSON array given to a list.
  sub->add_option("COLLECTION", first_, "collection, may be left out");
  sub->add_option("JSON", second_, kContentHelp);
  add_collection(sub, kSameHelp);
  sub->callback([this] {
    a_.content = take_last("JSON");
    take_collection();
  });
}

void Parser::add_get() {
  CLI::App* const sub = add("get", "print a record as JSON",
                            "  gstore get 01936c1e-1f7a-7abc-8def-0123456789ab\n"
                            "  gstore get -c City kyiv --json\n  gstore get ID --at v1.0");
  add_id(sub);
  add_version(sub, "as in this version");
}

// Commands that give a record what it contains.
void Parser::add_contents() {
  CLI::App* sub =
      add("set", "replace a record; with a foreign key also create it",
          "  gstore set ID '{\"name\":\"Kyiv\"}'\n  gstore set -c City kyiv @kyiv.json");
  add_id(sub);
  add_content(sub);

  sub = add("update", "replace the given fields, keep the others",
            "  gstore update ID '{\"population\":2952301}'\n"
            "  gstore update ID '{\"old\":{\"$unset\":true}}'");
  add_id(sub);
  add_content(sub);

  sub = add("patch", "give members to objects, keep the others",
            "  gstore patch ID '{\"address\":{\"city\":\"Lviv\"}}'\n"
            "  gstore patch ID '{\"address\":{\"old\":{\"$unset\":true}}}'");
  add_id(sub);
  add_content(sub);
}

void Parser::add_delete() {
  CLI::App* const sub = add("delete", "delete a record; its history stays",
                            "  gstore delete ID\n  gstore delete -c City kyiv");
  add_id(sub);
}

void Parser::add_swap() {
  CLI::App* const sub =
      add("swap", "change fields if others have the given values; prints true or false",
          "  gstore swap ID --if '{\"stock\":3}' --set '{\"stock\":2}'");
  add_id(sub);
  sub->add_option("--if", a_.expected, "fields and the values they must have")
      ->type_name("JSON")
      ->required();
  sub->add_option("--set", a_.changes, "fields to change then")->type_name("JSON")->required();
  sub->callback([this] { check_one_stdin(); });
}

void Parser::add_scan() {
  CLI::App* const sub =
      add("scan", "print records in the order of their ids, one JSON object a line",
          "  gstore scan City --limit 10\n  gstore scan | jq .data.name");
  sub->add_option("COLLECTION", first_, "default: all");
  add_collection(sub, kSameHelp);
  add_limit(sub, "at most this many records");
  sub->add_option("--from", a_.from, "first id, inclusive")
      ->type_name("ID")
      ->check(validator(check_id));
  sub->callback([this] { take_collection_or_all(); });
}

}  // namespace gs::cli
