// The command line: its commands, their options, their help and their examples. The only source
// that includes CLI11.
#include "cmd/gstore/arguments.h"

#include <algorithm>

#include "cmd/gstore/argument_words.h"
#include "cmd/gstore/support/rows.h"
#include "cmd/gstore/usage_problem.h"
#include "globalstorage/storage.h"

namespace gs::cli {
namespace {

constexpr const char* kContentHelp =
    "one JSON object: the text itself, @FILE, or - for standard input";
constexpr const char* kElement = "JSON, or a text that is none: new, 5, '\"5\"', '{\"a\":1}'";
constexpr const char* kIdHelp = "UUID of a record, or a foreign key";
constexpr const char* kVersionHelp = "change, tag, branch, time, or main";
constexpr const char* kSameHelp = "the same as COLLECTION";
constexpr const char* kExitHelp =
    "Exit status: 0 ok, 1 failure, 2 usage, 3 damage or verification failed, 4 conflict, "
    "5 not reachable, 6 not found.\n"
    "Data goes to standard output, messages and progress bars to standard error.\n"
    "`gstore COMMAND --help` shows examples.";

class Parser : private ArgumentWords {
 public:
  Parser() {
    app_.set_version_flag("-v,--version", std::string("gstore ") + version());
    app_.add_option("-d,--directory", a_.directory, "directory of the storage")
        ->type_name("DIR")
        ->capture_default_str()
        ->check(validator(check_directory));
    app_.add_flag("--json", a_.json, "results and errors as JSON");
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.footer(kExitHelp);
    add_records();
    add_queries();
    add_files();
    add_schemas();
    add_history();
    add_names();
    add_proofs();
    add_care();
    add_exchange();
    add_tools();
    add_writing();
  }

  Parsed parse(int argc, const char* const* argv) {
    Parsed parsed;
    try {
      const std::vector<std::string> words = unsplit(argc, argv);
      std::vector<const char*> given;
      given.reserve(words.size());
      for (const std::string& word : words) given.push_back(word.c_str());
      app_.parse(argc, given.data());
    } catch (const CLI::Success& help) {
      return said(text_of(help));
    } catch (const CLI::ParseError& error) {
      const UsageProblem problem = usage_problem(error, app_, a_, argc, argv);
      return misuse(problem.text, problem.command);
    }
    if (app_.got_subcommand("help")) return help();
    take_chosen();
    parsed.arguments = std::move(a_);
    return parsed;
  }

 private:
  CLI::App* add(CLI::App& parent, const char* name, const char* what, const char* examples) {
    CLI::App* const sub = parent.add_subcommand(name, what);
    sub->fallthrough();
    sub->footer(std::string("Examples:\n") + examples +
                "\n\nEvery command also takes -d DIR (the storage, default ./gs) and --json.");
    return sub;
  }
  CLI::App* add(const char* name, const char* what, const char* examples) {
    return add(app_, name, what, examples);
  }

  void add_id(CLI::App* sub) {
    sub->add_option("ID", a_.id, kIdHelp)->required()->check(validator(check_record_name));
    add_collection(sub, "collection of the foreign key, or the one that the UUID must be in");
  }
  void add_version(CLI::App* sub, const char* help) {
    sub->add_option("--at", a_.version, std::string(help) + ": " + kVersionHelp)
        ->type_name("VERSION")
        ->check(validator(check_version));
  }
  void add_collection(CLI::App* sub, const char* help) {
    sub->add_option("-c,--collection", a_.collection, help)->type_name("NAME");
  }
  void add_content(CLI::App* sub) { sub->add_option("JSON", a_.content, kContentHelp)->required(); }

  void add_records() {
    CLI::App* sub = add("init", "create a storage; prints its id",
                        "  gstore init\n  gstore -d ./shop init --schema ./schemas");
    sub->add_flag("--closed", a_.closed, "only admitted writers may write (default: who holds it)");
    sub->add_option("--schema", a_.schema, "put the schema of this directory in force")
        ->type_name("DIR")
        ->check(validator(check_directory));

    sub = add("insert", "insert a record; prints its id",
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

    sub = add("get", "print a record as JSON",
              "  gstore get 01936c1e-1f7a-7abc-8def-0123456789ab\n"
              "  gstore get -c City kyiv --json\n  gstore get ID --at v1.0");
    add_id(sub);
    add_version(sub, "as in this version");

    sub = add("set", "replace a record; with a foreign key also create it",
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

    CLI::App* const counter =
        add("counter", "numbers that several writers add to",
            "  gstore counter add ID likes 1\n  gstore counter add -c Item tea stock -5");
    counter->require_subcommand(1);
    sub = add(*counter, "add", "add to a number; prints what it is then",
              "  gstore counter add ID likes 1\n  gstore counter add -c Item tea stock -5");
    add_id(sub);
    sub->add_option("FIELD", a_.field, "its name; one that is not there is 0")->required();
    sub->add_option("N", addition_, "what to add, a whole number")->required();
    sub->callback([this] { take_addition(); });

    CLI::App* const elements =
        add("elements", "arrays and sets that several writers add to and remove from",
            "  gstore elements add ID tags new 'two words'\n"
            "  gstore elements remove -c Item tea tags new");
    elements->require_subcommand(1);
    add_elements(add(*elements, "add", "add elements; prints what there are then",
                     "  gstore elements add ID tags new 'two words'\n"
                     "  gstore elements add -c Item tea sizes 5 '{\"width\":3}'"));
    add_elements(add(*elements, "remove", "remove elements; prints what there are then",
                     "  gstore elements remove ID tags new\n"
                     "  gstore elements remove -c Item tea sizes 5"));

    CLI::App* const text = add("text", "texts that several writers edit",
                               "  gstore text splice ID body 0 0 'Hello, '\n"
                               "  gstore text splice -c Post one body end 0 --file more.txt");
    text->require_subcommand(1);
    sub = add(*text, "splice", "delete and insert in a text; prints what it is then",
              "  gstore text splice ID body 0 0 'Hello, '\n"
              "  gstore text splice ID body 7 5 world\n"
              "  gstore text splice -c Post one body end 0 --file more.txt");
    add_id(sub);
    sub->add_option("FIELD", a_.field, "its name; one that is not there is an empty text")
        ->required();
    sub->add_option("POS", position_, "before which character, counted from 0; or: end")
        ->required();
    sub->add_option("DELETE", deleted_, "how many characters to delete there")->required();
    auto* const inserted = sub->add_option("TEXT", a_.inserted, "what to insert there");
    sub->add_option("--file", a_.file, "insert what is in this file; - is standard input")
        ->excludes(inserted);
    sub->callback([this] { take_splice(); });
    add_marks(text);
    add_cursors(text);

    add_lists();
    add_trees();

    sub = add("delete", "delete a record; its history stays",
              "  gstore delete ID\n  gstore delete -c City kyiv");
    add_id(sub);

    sub = add("swap", "change fields if others have the given values; prints true or false",
              "  gstore swap ID --if '{\"stock\":3}' --set '{\"stock\":2}'");
    add_id(sub);
    sub->add_option("--if", a_.expected, "fields and the values they must have")
        ->type_name("JSON")
        ->required();
    sub->add_option("--set", a_.changes, "fields to change then")->type_name("JSON")->required();
    sub->callback([this] { check_one_stdin(); });

    sub = add("scan", "print records in the order of their ids, one JSON object a line",
              "  gstore scan City --limit 10\n  gstore scan | jq .data.name");
    sub->add_option("COLLECTION", first_, "default: all");
    add_collection(sub, kSameHelp);
    sub->add_option("-n,--limit", a_.limit, "at most this many records")
        ->type_name("N")
        ->transform(whole_number(0));
    sub->add_option("--from", a_.from, "first id, inclusive")
        ->type_name("ID")
        ->check(validator(check_id));
    sub->callback([this] { take_collection_or_all(); });
  }

  void add_query_words(CLI::App* sub) {
    sub->add_option("COLLECTION", first_, "default: all");
    sub->add_option("FILTER", second_, "JSON as in docs/QUERY.md: the text itself, @FILE, or -");
    add_collection(sub, kSameHelp);
    sub->callback([this] { take_query(); });
  }

  // Which rows, in which form.
  void add_row_words(CLI::App* sub) {
    add_query_words(sub);
    const auto list = [](CLI::Option* option, const char* type) {
      option->type_name(type)->delimiter(',')->expected(1)->multi_option_policy(
          CLI::MultiOptionPolicy::TakeAll);
    };
    list(sub->add_option("--sort", a_.sort, "paths in this order, :desc for descending"),
         "A,B:desc,..");
    sub->add_option("-n,--limit", a_.limit, "at most this many rows")
        ->type_name("N")
        ->transform(whole_number(0));
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

  void add_queries() {
    CLI::App* sub = add(
        "find", "print the records that pass a filter, one JSON object a line",
        "  gstore find City '{\"population\":{\"$gte\":1000000}}' --sort population:desc -n 10\n"
        "  gstore find City '{\"name\":{\"$like\":\"K%\"}}' --select name \\\n"
        "    --include '{\"country\":{\"select\":[\"name\"]}}'\n"
        "  gstore find City --include country --json\n"
        "  gstore find City --group '{\"by\":[\"country\"],\"fields\":{\"n\":{\"$count\":true}}}'");
    add_row_words(sub);
    sub->add_option("--cursor", a_.cursor, "go on where an earlier result ended")
        ->type_name("TEXT");
    sub->add_flag("--explain", a_.explain, "execute, and print how instead of the rows");
    add_version(sub, "in this version");

    sub = add("count", "print how many records pass a filter",
              "  gstore count City\n  gstore count City '{\"population\":{\"$gt\":0}}' --json\n"
              "  gstore count City --at v1.0");
    add_query_words(sub);
    add_version(sub, "in this version");

    sub = add(
        "watch", "print the rows of a query, and then what changes in them, line by line",
        "  gstore watch City '{\"population\":{\"$gte\":1000000}}' --sort population:desc -n 10\n"
        "  gstore watch City --group '{\"by\":[],\"fields\":{\"n\":{\"$count\":true}}}'\n"
        "  gstore watch City --include country --json | while read -r line; do echo $line; done");
    add_row_words(sub);
  }

  void add_files() {
    CLI::App* sub =
        add("import", "insert rows of a file: NDJSON, a JSON array or CSV",
            "  gstore import City cities.json\n"
            "  gstore import Reading log.csv --type value:number --type at:date\n"
            "  zcat dump.ndjson.gz | gstore import Post - --key slug\n"
            "  gstore import City cities.json --json    # {\"rows\":n} per durable batch");
    sub->add_option("COLLECTION", first_, "collection of the new records");
    sub->add_option("FILE", second_, "file, or - for standard input");
    add_collection(sub, kSameHelp);
    sub->add_option("-f,--format", a_.format,
                    "ndjson, json or csv; default: by extension or content")
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
    sub->add_flag("--skip-bad", a_.skip_bad, "count malformed rows instead of stopping");
    sub->callback([this] { take_import(); });

    sub =
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

    CLI::App* const blob =
        add("blob", "values larger than a record",
            "  gstore blob put film.mp4\n  gstore blob get SHA256:SIZE > film.mp4");
    blob->require_subcommand(1);
    sub = add(*blob, "put", "store a file; prints its name SHA256:SIZE",
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

  void add_schemas() {
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

  void add_history() {
    CLI::App* sub = add("log", "print the changes, newest first",
                        "  gstore log -n 10\n  gstore log --graph --all | less\n  gstore log v1.0");
    CLI::Option* const version =
        sub->add_option("VERSION", a_.version, "those of this version; default: now")
            ->check(validator(check_version));
    sub->add_flag("--all", a_.all, "of all branches")->excludes(version);
    sub->add_option("-n,--limit", a_.limit, "at most this many")
        ->type_name("N")
        ->transform(whole_number(0));
    sub->add_flag("--graph", a_.graph, "draw which change was made upon which");

    sub = add("show", "print a change with its operations",
              "  gstore show 9f3c01a2\n  gstore show 9f3c01a2 --json | jq .operations[0]");
    sub->add_option("CHANGE", a_.change, "digest, or its first 4 or more characters")
        ->required()
        ->check(validator(check_change));

    sub = add("history", "print the operations on a record, newest first",
              "  gstore history ID\n  gstore history -c City kyiv -n 1 --json");
    add_id(sub);
    sub->add_option("-n,--limit", a_.limit, "at most this many")
        ->type_name("N")
        ->transform(whole_number(0));

    sub = add("blame", "print who wrote each field of a record, when, and by which change",
              "  gstore blame ID\n  gstore blame -c City kyiv --json\n"
              "  gstore blame ID --at v1.0");
    add_id(sub);
    add_version(sub, "as in this version");

    sub = add("diff", "print what differs between two versions, a record a line",
              "  gstore diff v1.0                # from there to now\n"
              "  gstore diff v1.0 v1.1 -c City -n 10\n"
              "  gstore diff 2026-11-29T08:00 --json | jq .fields");
    sub->add_option("BEFORE", a_.before, kVersionHelp)->required()->check(validator(check_version));
    sub->add_option("AFTER", a_.after, "another one; default: now")
        ->check(validator(check_version));
    add_collection(sub, "records of this collection only");
    sub->add_option("-n,--limit", a_.limit, "at most this many records")
        ->type_name("N")
        ->transform(whole_number(0));

    sub = add("revert", "take back what a change wrote; what others wrote since stays",
              "  gstore revert CHANGE\n  gstore revert 3f2a91 --json");
    sub->add_option("CHANGE", a_.change, "its first 4 or more characters, or all 64")
        ->required()
        ->check(validator(check_change));
    add("undo", "take back your newest transaction that is not undone",
        "  gstore undo\n  gstore undo --json");
    add("redo", "take back the last undo", "  gstore redo");

    sub = add("conflicts", "list what concurrent writes hide, of one record or of all",
              "  gstore conflicts\n  gstore conflicts -c City kyiv --json");
    sub->add_option("ID", a_.id, kIdHelp)->check(validator(check_record_name));
    add_collection(sub, "collection of the foreign key, or the one that the UUID must be in");
    sub->add_option("-n,--limit", a_.limit, "at most this many records")
        ->type_name("N")
        ->transform(whole_number(0));

    sub = add("resolve", "decide between concurrent values of a field",
              "  gstore resolve ID name            # what is shown stays\n"
              "  gstore resolve ID name --take 1   # as `gstore conflicts ID` numbers them");
    add_id(sub);
    sub->add_option("FIELD", a_.field, "its name")->required();
    sub->add_option("--take", a_.take, "number of a hidden value; 0, the default, what is shown")
        ->type_name("N")
        ->transform(whole_number(0));
  }

  void add_names() {
    add_names_of("tag", "name a version for good, or list the names",
                 "  gstore tag v1.0\n  gstore tag v0.9 9f3c01a2\n  gstore tag\n"
                 "  gstore tag --delete v0.9");
    add_names_of("branch", "begin a branch, or list them",
                 "  gstore branch draft\n  gstore branch draft v1.0\n  gstore branch\n"
                 "  gstore branch --rename draft work\n  gstore branch --delete work");

    CLI::App* sub = add("checkout", "go on with another branch",
                        "  gstore checkout draft\n  gstore checkout -b draft\n"
                        "  gstore checkout main");
    sub->add_option("BRANCH", a_.name, "its name; main is the one that a storage begins with")
        ->required();
    CLI::Option* const begin = sub->add_flag("-b,--begin", a_.begin_branch, "begin it first");
    sub->add_option("VERSION", a_.version,
                    std::string("with -b: where it begins; ") + kVersionHelp + "; default: now")
        ->check(validator(check_version))
        ->needs(begin);

    sub = add("merge", "take what another branch or version has",
              "  gstore merge draft\n  gstore merge draft --preview\n"
              "  gstore merge draft --strict --json");
    sub->add_option("VERSION", a_.name, kVersionHelp)->required()->check(validator(check_version));
    CLI::Option* const preview =
        sub->add_flag("--preview", a_.preview, "only tell what would change, and conflict");
    sub->add_flag("--strict", a_.strict, "merge nothing when there would be new conflicts")
        ->excludes(preview);
  }

  void add_names_of(const char* command, const char* what, const char* examples) {
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

  void add_proofs() {
    CLI::App* sub = add("verify", "check digests, links and signatures of the log",
                        "  gstore verify\n  gstore verify --full\n"
                        "  gstore verify --head $(cat head-noted-elsewhere)");
    sub->add_flag("--full", a_.full, "also make the state anew from the log and compare");
    sub->add_option("--head", a_.change, "this change must be in the log")
        ->type_name("CHANGE")
        ->check(validator(check_head));

    sub = add("proof", "print a self-contained proof of a record's version",
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

    sub = add("erase", "remove every payload of a record for good; the chain still verifies",
              "  gstore erase ID --reason 'request 4711'");
    add_id(sub);
    sub->add_option("--reason", a_.reason, "kept in the log")->type_name("TEXT");

    add("digest", "print frontier and state digest, equal on equal replicas",
        "  gstore digest\n  gstore digest --json");
  }

  void add_before(CLI::App* sub) {
    sub->add_option("--before", a_.before, "keep this version and what came after it; default: now")
        ->type_name("VERSION")
        ->check(validator(check_version));
  }

  void add_care() {
    add("stats", "print counts and sizes", "  gstore stats\n  gstore stats --json");
    add("compact", "merge the files of the state into one", "  gstore compact");

    CLI::App* sub = add("shallow", "drop what records were before a version, for good",
                        "  gstore shallow --preview\n  gstore shallow --before v1.0");
    add_before(sub);
    sub->add_flag("--preview", a_.preview, "tell what would be dropped, and drop nothing");

    sub = add("backup", "copy the storage, without its keys; runs beside writes",
              "  gstore backup /mnt/backup/today");
    sub->add_option("DIR", a_.target, "directory to make")
        ->required()
        ->check(validator(check_directory));

    sub = add("restore", "make a storage from a backup, with a new writer",
              "  gstore restore /mnt/backup/today ./restored");
    sub->add_option("DIR", a_.file, "the backup")->required()->check(validator(check_directory));
    sub->add_option("NEWDIR", a_.target, "directory to make")
        ->required()
        ->check(validator(check_directory));
  }

  void add_exchange() {
    CLI::App* sub = add("clone", "make a replica of a storage, with a writer of its own",
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

    CLI::App* const bundle =
        add("bundle", "exchange changes with a replica by files",
            "  gstore bundle create changes.gsb\n  gstore -d ../other bundle apply changes.gsb");
    bundle->require_subcommand(1);
    sub = add(*bundle, "create", "write changes into a file; prints the heads that it leads to",
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
    sub = add(*bundle, "apply", "take the changes of a file", "  gstore bundle apply changes.gsb");
    sub->add_option("FILE", a_.file, "the bundle")->required()->check(validator(check_bundle));
  }

  void add_tools() {
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

  // Commands that take the lock of the storage.
  void add_writing() {
    constexpr std::uint64_t kDay = 86'400;
    const auto add_to = [this](CLI::App* sub) {
      sub->add_option("--wait", a_.wait_seconds,
                      "seconds to wait while another process writes (default 0)")
          ->type_name("SECONDS")
          ->transform(whole_number(0, kDay));
      sub->add_flag("--keep-writer", a_.keep_writer,
                    "go on as the writer whose key lies here, though the directory was moved; only "
                    "when no other copy is written to again");
    };
    for (const char* name :
         {"insert",  "set",    "update", "patch",  "delete",   "swap",  "import",
          "proof",   "revert", "undo",   "redo",   "resolve",  "erase", "compact",
          "shallow", "shell",  "tag",    "branch", "checkout", "merge"}) {
      add_to(app_.get_subcommand(name));
    }
    add_to(app_.get_subcommand("blob")->get_subcommand("put"));
    add_to(app_.get_subcommand("counter")->get_subcommand("add"));
    for (const char* name : {"add", "remove"}) {
      add_to(app_.get_subcommand("elements")->get_subcommand(name));
    }
    for (const char* name : {"splice", "mark", "unmark"}) {
      add_to(app_.get_subcommand("text")->get_subcommand(name));
    }
    for (const char* name : {"insert", "delete", "move", "set"}) {
      add_to(app_.get_subcommand("list")->get_subcommand(name));
    }
    for (const char* name : {"create", "move", "set", "delete"}) {
      add_to(app_.get_subcommand("tree")->get_subcommand(name));
    }
    add_to(app_.get_subcommand("schema")->get_subcommand("apply"));
    add_to(app_.get_subcommand("bundle")->get_subcommand("apply"));
  }

  void add_elements(CLI::App* sub) {
    add_id(sub);
    sub->add_option("FIELD", a_.field, "its name; adding makes one that is not there")->required();
    sub->add_option("ELEMENT", a_.elements, kElement)->required();
    sub->callback([this] { take_whole(); });
  }

  void add_marked(CLI::App* sub) {
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

  void add_marks(CLI::App* text) {
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

  void add_cursors(CLI::App* text) {
    CLI::App* sub = add(*text, "cursor", "name a place in a text that stays beside its character",
                        "  gstore text cursor ID body 7\n"
                        "  gstore text cursor -c Post one body 7 --after");
    add_id(sub);
    sub->add_option("FIELD", a_.field, "its name")->required();
    sub->add_option("POS", position_, "before which character, counted from 0; or: end")
        ->required();
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

  void add_lists() {
    CLI::App* const list = add("list", "lists that several writers edit, also their order",
                               "  gstore list insert ID steps end 'Buy milk'\n"
                               "  gstore list move -c Plan today steps 3 0");
    list->require_subcommand(1);
    CLI::App* const insert =
        add_list_edit(*list, "insert", "insert elements; prints what there are then",
                      "  gstore list insert ID steps 0 first second\n"
                      "  gstore list insert -c Plan today steps end '{\"task\":\"Buy milk\"}'",
                      "before which element, counted from 0; or: end");
    insert->add_option("ELEMENT", a_.elements, kElement)->required();
    CLI::App* const erase =
        add_list_edit(*list, "delete", "delete elements; prints what there are then",
                      "  gstore list delete ID steps 2\n  gstore list delete ID steps 0 5",
                      "of the first one, counted from 0");
    erase->add_option("COUNT", deleted_, "how many, 1 if it is not given");
    CLI::App* const move =
        add_list_edit(*list, "move", "move an element; prints what there are then",
                      "  gstore list move ID steps 3 0", "where it is, counted from 0");
    move->add_option("TO", move_to_, "where it is to be")->required();
    CLI::App* const set = add_list_edit(*list, "set", "set an element; prints what there are then",
                                        "  gstore list set ID steps 0 '{\"done\":true}'",
                                        "which one, counted from 0");
    set->add_option("ELEMENT", a_.elements, kElement)->expected(1)->required();
  }

  void add_trees() {
    CLI::App* const tree = add("tree", "trees whose nodes several writers move",
                               "  gstore tree create ID folders Inbox\n"
                               "  gstore tree move -c Mail me folders NODE --under NODE");
    tree->require_subcommand(1);
    CLI::App* sub =
        add_tree_edit(*tree, "create", "create a node; prints its id",
                      "  gstore tree create ID folders Inbox\n"
                      "  gstore tree create ID folders '{\"name\":\"2026\"}' --under NODE");
    sub->add_option("VALUE", a_.node_value, kElement)->required();
    add_tree_place(sub);
    sub = add_tree_edit(*tree, "move", "move a node and what is below it; prints the tree then",
                        "  gstore tree move ID folders NODE --under NODE --before NODE\n"
                        "  gstore tree move ID folders NODE");
    add_node(sub);
    add_tree_place(sub);
    sub = add_tree_edit(*tree, "set", "give a node a value; prints the tree then",
                        "  gstore tree set ID folders NODE Archive");
    add_node(sub);
    sub->add_option("VALUE", a_.node_value, kElement)->required();
    sub = add_tree_edit(*tree, "delete", "delete a node and what is below it; prints what is left",
                        "  gstore tree delete ID folders NODE");
    add_node(sub);
    add_tree_edit(*tree, "show", "print a tree, a node a line, with its id",
                  "  gstore tree show ID folders\n  gstore tree show -c Mail me folders --json");
  }

  CLI::App* add_tree_edit(CLI::App& tree, const char* name, const char* what,
                          const char* examples) {
    CLI::App* const sub = add(tree, name, what, examples);
    add_id(sub);
    sub->add_option("FIELD", a_.field, "its name; one that is not there is an empty tree")
        ->required();
    sub->callback([this] { take_whole_value(); });
    return sub;
  }
  void add_node(CLI::App* sub) {
    sub->add_option("NODE", a_.node, "the id of a node, as show prints it")->required();
  }
  void add_tree_place(CLI::App* sub) {
    sub->add_option("--under", a_.under, "the node below which it is to be; none: at the top")
        ->type_name("NODE");
    sub->add_option("--before", a_.before_node, "a node there; none: behind all of them")
        ->type_name("NODE");
  }

  CLI::App* add_list_edit(CLI::App& list, const char* name, const char* what, const char* examples,
                          const char* position) {
    CLI::App* const sub = add(list, name, what, examples);
    add_id(sub);
    sub->add_option("FIELD", a_.field, "its name; one that is not there is an empty list")
        ->required();
    sub->add_option("POS", position_, position)->required();
    sub->callback([this] { take_list_edit(); });
    return sub;
  }

  static Parsed said(std::string text) {
    Parsed parsed;
    parsed.finished = true;
    parsed.text = std::move(text);
    return parsed;
  }

  static Parsed misuse(const std::string& problem, const std::string& command) {
    const char* const end = problem.ends_with('?') ? "" : ".";
    Parsed parsed = said(problem + end + " Run `" + command + " --help` for the usage.");
    parsed.exit = Exit::usage;
    return parsed;
  }

  Parsed help() const {
    const CLI::App* of = &app_;
    std::string name = app_.get_name();
    for (const std::string& word : help_words_) {
      const std::vector<std::string> known = commands_of(*of);
      if (std::find(known.begin(), known.end(), word) == known.end()) {
        return misuse(unknown("command", word, known), name);
      }
      of = of->get_subcommand(word);
      name += ' ' + word;
    }
    return said(of->get_formatter()->make_help(of, name, CLI::AppFormatMode::Normal));
  }

  void take_chosen() {
    for (const CLI::App* sub = &app_; !sub->get_subcommands().empty();) {
      sub = sub->get_subcommands().front();
      a_.command += (a_.command.empty() ? "" : " ") + sub->get_name();
      a_.rest = sub->remaining();
    }
  }

  std::string text_of(const CLI::Success& success) const {
    std::ostringstream out;
    std::ostringstream unused;
    app_.exit(success, out, unused);
    return out.str();
  }

  std::vector<std::string> help_words_;
};

}  // namespace

Parsed parse_arguments(int argc, const char* const* argv) { return Parser().parse(argc, argv); }

}  // namespace gs::cli
