// The commands, their options, their help and their examples. Each source beside this one adds a
// group of them, in the order in which the help lists them.
//
// Only sources of this folder include CLI11: the library takes long to compile, and the exceptions
// by which it reports errors of usage end in parse(). Nothing else in gstore throws.
#pragma once

#include "cmd/gstore/arguments/argument_words.h"

namespace gs::cli {

inline constexpr const char* kContentHelp =
    "one JSON object: the text itself, @FILE, or - for standard input";
inline constexpr const char* kElement =
    "JSON, or a text that is none: new, 5, '\"5\"', '{\"a\":1}'";
inline constexpr const char* kIdHelp = "UUID of a record, or a foreign key";
inline constexpr const char* kVersionHelp = "change, tag, branch, time, or main";
inline constexpr const char* kSameHelp = "the same as COLLECTION";

class Parser : private ArgumentWords {
 public:
  Parser();
  Parsed parse(int argc, const char* const* argv);

 private:
  CLI::App* add(CLI::App& parent, const char* name, const char* what, const char* examples);
  CLI::App* add(const char* name, const char* what, const char* examples) {
    return add(app_, name, what, examples);
  }

  // What several commands take.
  void add_id(CLI::App* sub);
  void add_version(CLI::App* sub, const char* help);
  void add_collection(CLI::App* sub, const char* help);
  void add_limit(CLI::App* sub, const char* help);
  void add_content(CLI::App* sub);
  void add_before(CLI::App* sub);

  void add_records();
  void add_init();
  void add_insert();
  void add_get();
  void add_contents();
  void add_delete();
  void add_swap();
  void add_scan();

  void add_counters();
  void add_elements();
  void add_element_words(CLI::App* sub);

  void add_texts();
  void add_splice(CLI::App* text);
  void add_marked(CLI::App* sub);
  void add_marks(CLI::App* text);
  void add_cursors(CLI::App* text);

  void add_lists();
  CLI::App* add_list_edit(CLI::App& list, const char* name, const char* what, const char* examples,
                          const char* position);
  void add_trees();
  CLI::App* add_tree_edit(CLI::App& tree, const char* name, const char* what, const char* examples);
  void add_node(CLI::App* sub);
  void add_tree_place(CLI::App* sub);

  void add_queries();
  void add_find();
  void add_count();
  void add_watch();
  void add_query_words(CLI::App* sub);
  void add_row_words(CLI::App* sub);

  void add_files();
  void add_import();
  void add_upstream(CLI::App* sub);
  void add_export();
  void add_blobs();

  void add_schemas();

  void add_history();
  void add_log();
  void add_history_of_record();
  void add_diff();
  void add_undo();
  void add_conflicts();

  void add_names();
  void add_names_of(const char* command, const char* what, const char* examples);
  void add_checkout();
  void add_merge();

  void add_proofs();
  void add_verify();
  void add_proof();
  void add_erase();

  void add_care();

  void add_exchange();
  void add_clone();
  void add_bundle_creation(CLI::App* bundle);

  void add_tools();

  void add_writing();
  CLI::App* command_named(const std::string& words);

  Parsed help() const;
  void take_chosen();
  std::string text_of(const CLI::Success& success) const;

  std::vector<std::string> help_words_;
};

}  // namespace gs::cli
