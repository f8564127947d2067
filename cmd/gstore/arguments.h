// What was asked for on the command line.
//
// Only sources of the folder arguments/ know the parser library (CLI11), because including it costs
// seconds of compile time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cmd/gstore/support/exit_code.h"

namespace gs::cli {

// One structure for all commands; each reads the members that its usage names.
struct Arguments {
  std::string command;  // "get", "blob put"
  std::string directory = "./gs";

  std::string id;  // UUID or foreign key
  std::string collection;
  std::optional<std::string> content;  // JSON, @FILE or -
  std::string expected;                // swap --if
  std::string changes;                 // swap --set
  std::optional<std::string> change;   // show, verify --head
  std::optional<std::string> version;  // get, blame, find, count, text --at, log, tag, branch
  std::string before;                  // diff, shallow, clone --shallow: a version
  std::optional<std::string> after;    // diff: another one; none: now
  std::string name;                    // tag, branch; empty: list them. checkout, merge
  std::string old_name;                // tag, branch --delete
  std::vector<std::string> renamed;    // tag, branch --rename: from, to
  std::string file;
  std::string target;                   // backup, restore and clone: the directory to make
  std::vector<std::string> since;       // bundle create: versions
  std::string reason;                   // erase
  std::string field;                    // resolve, counter add, elements, text splice, list
  std::int64_t addition = 0;            // counter add
  std::vector<std::string> elements;    // elements add and remove, list insert and set
  std::uint64_t position = 0;           // text splice, list
  std::uint64_t deleted = 1;            // the same: how many
  std::uint64_t move_to = 0;            // list move, text mark, unmark
  std::string node;                     // tree: the id of a node
  std::string node_value;               // tree create and set
  std::string under;                    // tree create and move: the id of a node
  std::string before_node;              // the same
  std::optional<std::string> inserted;  // the same
  std::uint64_t take = 0;               // resolve: 0 what is shown
  std::optional<std::string> log_root;  // verify-proof --root
  std::string schema;                   // init --schema, schema, types: a directory of schema files
  std::string types_file;               // types -o
  std::string from;                     // scan --from
  std::uint64_t wait_seconds = 0;       // of commands that write: for another writer
  std::uint64_t limit = ~std::uint64_t{0};

  std::string filter;                // find, count, watch: JSON, @FILE or -; empty: none
  std::vector<std::string> sort;     // find, watch: "f", "f:desc"
  std::vector<std::string> select;   // find, watch
  std::vector<std::string> include;  // find, watch: names, or one JSON object
  std::string group;                 // find, watch: JSON
  std::string cursor;                // find, text find
  std::string mark_key;              // text mark, unmark
  std::string mark_value = "true";   // text mark
  std::string growth = "after";      // text mark, unmark --expand
  std::uint64_t offset = 0;          // find, watch

  std::string format;  // import, export
  std::string key_field;
  std::string delimiter;  // empty: the default
  std::vector<std::string> types;
  std::vector<std::string> columns;  // export
  std::uint64_t batch_rows = 0;      // 0: the default
  std::uint64_t first_row = 1;
  std::string upstream;  // import: a directory of upstream's globalstorage

  std::optional<std::string> code;  // shell -e

  std::uint64_t records = 0;      // bench
  std::vector<std::string> rest;  // bench: words for gstore-bench

  bool json = false;
  bool closed = false;          // init
  bool full = false;            // verify
  bool skip_bad = false;        // import
  bool decrypt = false;         // import --upstream
  bool dry_run = false;         // import --upstream
  bool with_ids = false;        // export
  bool self = false;            // bench
  bool explain = false;         // find
  bool graph = false;           // log
  bool all = false;             // log
  bool move = false;            // tag, branch
  bool begin_branch = false;    // checkout
  bool preview = false;         // merge
  bool strict = false;          // merge
  bool read_only = false;       // shell
  bool allow_unsafe = false;    // schema apply
  bool is_shallow = false;      // clone
  bool has_checkpoint = false;  // bundle create
  bool at_end = false;          // text splice, list: instead of a position
  bool keep_writer = false;     // of commands that write, in a moved directory
  bool is_after = false;        // text cursor
  bool as_delta = false;        // text marks
};

// Either arguments, or everything is said already: help, version or a usage error.
struct Parsed {
  Arguments arguments;
  bool finished = false;
  Exit exit = Exit::ok;
  std::string text;  // for standard output when exit is ok, else for standard error
};

Parsed parse_arguments(int argc, const char* const* argv);

}  // namespace gs::cli
