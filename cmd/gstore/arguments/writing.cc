// Options of commands that take the lock of the storage.
#include "cmd/gstore/arguments/parser.h"

namespace gs::cli {
namespace {

constexpr std::uint64_t kDay = 86'400;

constexpr const char* kWriting[] = {
    "insert",       "set",         "update",      "patch",       "delete",       "swap",
    "import",       "proof",       "revert",      "undo",        "redo",         "resolve",
    "erase",        "compact",     "shallow",     "shell",       "tag",          "branch",
    "checkout",     "merge",       "blob put",    "counter add", "elements add", "elements remove",
    "text splice",  "text mark",   "text unmark", "list insert", "list delete",  "list move",
    "list set",     "tree create", "tree move",   "tree set",    "tree delete",  "schema apply",
    "bundle apply",
};

}  // namespace

void Parser::add_writing() {
  for (const char* words : kWriting) {
    CLI::App* const sub = command_named(words);
    sub->add_option("--wait", a_.wait_seconds,
                    "seconds to wait while another process writes (default 0)")
        ->type_name("SECONDS")
        ->transform(whole_number(0, kDay));
    sub->add_flag("--keep-writer", a_.keep_writer,
                  "go on as the writer whose key lies here, though the directory was moved; only "
                  "when no other copy is written to again");
  }
}

CLI::App* Parser::command_named(const std::string& words) {
  const std::size_t space = words.find(' ');
  CLI::App* const first = app_.get_subcommand(words.substr(0, space));
  return space == std::string::npos ? first : first->get_subcommand(words.substr(space + 1));
}

}  // namespace gs::cli
