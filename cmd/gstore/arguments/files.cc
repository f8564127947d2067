// Commands that bring data from files, and into them.
#include "cmd/gstore/arguments/parser.h"

namespace gs::cli {

void Parser::add_files() {
  add_import();
  add_export();
  add_blobs();
}

void Parser::add_import() {
  CLI::App* const sub =
      add("import", "insert rows of a file (NDJSON, a JSON array or CSV), or take over upstream's",
          "  gstore import City cities.json\n"
          "  gstore import Reading log.csv --type value:number --type at:date\n"
          "  zcat dump.ndjson.gz | gstore import Post - --key slug\n"
          "  gstore import City cities.json --json    # {\"rows\":n} per durable batch\n"
          "  gstore import --upstream ../old/gs --dry-run");
  sub->add_option("COLLECTION", first_, "collection of the new records");
  sub->add_option("FILE", second_, "file, or - for standard input");
  add_collection(sub, kSameHelp);
  sub->add_option("-f,--format", a_.format, "ndjson, json or csv; default: by extension or content")
      ->check(one_of({"ndjson", "json", "csv"}));
  sub->add_option("--key", a_.key_field, "field that is the foreign key; rows replace each other")
      ->type_name("FIELD");
  sub->add_option("--type", a_.types, "CSV: string, number, integer, boolean, date, json or key")
      ->type_name("FIELD:TYPE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(validator(check_column_type));
  sub->add_option("--delimiter", a_.delimiter, "CSV: one character")
      ->type_name("C")
      ->check(validator(check_delimiter));
  sub->add_option("--batch", a_.batch_rows, "rows per transaction (default 4096, or 1 MiB)")
      ->type_name("N")
      ->transform(whole_number(1, 1'000'000));
  sub->add_option("--first", a_.first_row, "begin with this row, to go on after a stop")
      ->type_name("ROW")
      ->transform(whole_number(1));
  sub->add_flag("--skip-bad", a_.skip_bad,
                "leave out and count bad rows or records instead of stopping");
  add_upstream(sub);
  sub->callback([this] { take_import(); });
}

void Parser::add_upstream(CLI::App* sub) {
  sub->add_option("--upstream", a_.upstream,
                  "a directory of globalstorage 1.0.0, or of the layout 'files': all of it")
      ->type_name("DIR")
      ->check(validator(check_directory));
  sub->add_flag("--decrypt", a_.decrypt, "of --upstream: store encrypted records in plain text");
  sub->add_flag("--dry-run", a_.dry_run, "of --upstream: verify all of it and write nothing");
}

void Parser::add_export() {
  CLI::App* const sub =
      add("export", "write records to standard output, in the order of their ids",
          "  gstore export City > cities.ndjson\n  gstore export City --format csv > cities.csv");
  sub->add_option("COLLECTION", first_, "default: all");
  add_collection(sub, kSameHelp);
  sub->add_option("-f,--format", a_.format, "ndjson (default), json or csv")
      ->check(one_of({"ndjson", "json", "csv"}));
  sub->add_option("--columns", a_.columns, "CSV: these fields only, in this order")
      ->type_name("A,B,..")
      ->delimiter(',');
  sub->add_flag("--ids", a_.with_ids, "with id, collection and foreign key, as scan prints them");
  sub->callback([this] {
    take_collection_or_all();
    check_columns();
  });
}

void Parser::add_blobs() {
  CLI::App* const blob =
      add("blob", "values larger than a record",
          "  gstore blob put film.mp4\n  gstore blob get SHA256:SIZE > film.mp4");
  blob->require_subcommand(1);
  CLI::App* sub = add(*blob, "put", "store a file; prints its name SHA256:SIZE",
                      "  gstore blob put film.mp4\n  gstore blob put - < film.mp4");
  sub->add_option("FILE", a_.file, "file, or - for standard input")
      ->required()
      ->check(validator(check_file));
  sub = add(*blob, "get", "write a blob to standard output",
            "  gstore blob get SHA256:SIZE > film.mp4\n"
            "  gstore blob get '{\"$blob\":{\"sha256\":\"..\",\"size\":1}}' > film.mp4");
  sub->add_option("BLOB", a_.id, "SHA256:SIZE, or the value as JSON")
      ->required()
      ->check(validator(check_blob));
}

}  // namespace gs::cli
