// Commands for schemas, and for the types that follow from them.
#include "cmd/gstore/arguments/parser.h"

namespace gs::cli {

void Parser::add_schemas() {
  const auto add_directory = [this](CLI::App* sub) {
    return sub->add_option("DIR", a_.schema, "directory of schema files, such as City.js")
        ->check(validator(check_directory));
  };
  CLI::App* const schema = add("schema", "what records of which collection may be",
                               "  gstore schema check ./schemas\n"
                               "  gstore schema diff ./schemas\n"
                               "  gstore schema apply ./schemas");
  schema->require_subcommand(1);
  add(*schema, "show", "print the schema in force", "  gstore schema show");

  CLI::App* sub = add(*schema, "check", "look for mistakes in a schema; needs no storage",
                      "  gstore schema check ./schemas");
  add_directory(sub)->required();

  sub = add(*schema, "diff", "print what would change in the schema in force",
            "  gstore schema diff ./schemas\n  gstore schema diff ./schemas --json");
  add_directory(sub)->required();

  sub = add(*schema, "apply", "put a schema in force; prints what changed",
            "  gstore schema apply ./schemas\n  gstore schema apply ./schemas --allow-unsafe");
  add_directory(sub)->required();
  sub->add_flag("--allow-unsafe", a_.allow_unsafe,
                "also where records that are there may not fit it");

  sub = add("types", "print TypeScript interfaces of a schema",
            "  gstore types > types.d.ts\n  gstore types ./schemas -o types.d.ts");
  add_directory(sub)->description("directory of schema files; default: the schema in force");
  sub->add_option("-o,--output", a_.types_file, "write them to this file instead")
      ->type_name("FILE")
      ->check(validator(check_output));
}

}  // namespace gs::cli
