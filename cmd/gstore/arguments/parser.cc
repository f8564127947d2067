// What the parser does with a command line, and what many commands take.
#include "cmd/gstore/arguments/parser.h"

#include <algorithm>

#include "cmd/gstore/arguments/usage_problem.h"
#include "globalstorage/storage.h"

namespace gs::cli {
namespace {

constexpr const char* kExitHelp =
    "Exit status: 0 ok, 1 failure, 2 usage, 3 damage or verification failed, 4 conflict, "
    "5 not reachable, 6 not found.\n"
    "Data goes to standard output, messages and progress bars to standard error.\n"
    "`gstore COMMAND --help` shows examples.";

Parsed said(std::string text) {
  Parsed parsed;
  parsed.finished = true;
  parsed.text = std::move(text);
  return parsed;
}

Parsed misuse(const std::string& problem, const std::string& command) {
  const char* const end = problem.ends_with('?') ? "" : ".";
  Parsed parsed = said(problem + end + " Run `" + command + " --help` for the usage.");
  parsed.exit = Exit::usage;
  return parsed;
}

}  // namespace

Parser::Parser() {
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
  add_counters();
  add_elements();
  add_texts();
  add_lists();
  add_trees();
  add_delete();
  add_swap();
  add_scan();
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

CLI::App* Parser::add(CLI::App& parent, const char* name, const char* what, const char* examples) {
  CLI::App* const sub = parent.add_subcommand(name, what);
  sub->fallthrough();
  sub->footer(std::string("Examples:\n") + examples +
              "\n\nEvery command also takes -d DIR (the storage, default ./gs) and --json.");
  return sub;
}

void Parser::add_id(CLI::App* sub) {
  sub->add_option("ID", a_.id, kIdHelp)->required()->check(validator(check_record_name));
  add_collection(sub, "collection of the foreign key, or the one that the UUID must be in");
}

void Parser::add_version(CLI::App* sub, const char* help) {
  sub->add_option("--at", a_.version, std::string(help) + ": " + kVersionHelp)
      ->type_name("VERSION")
      ->check(validator(check_version));
}

void Parser::add_collection(CLI::App* sub, const char* help) {
  sub->add_option("-c,--collection", a_.collection, help)->type_name("NAME");
}

void Parser::add_limit(CLI::App* sub, const char* help) {
  sub->add_option("-n,--limit", a_.limit, help)->type_name("N")->transform(whole_number(0));
}

void Parser::add_content(CLI::App* sub) {
  sub->add_option("JSON", a_.content, kContentHelp)->required();
}

Parsed Parser::parse(int argc, const char* const* argv) {
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

Parsed Parser::help() const {
  const CLI::App* of = &app_;
  std::string name = app_.get_name();
  for (const std::string& word : help_words_) {
    const std::vector<std::string> known = commands_of(*of);
    if (std::find(known.begin(), known.end(), word) == known.end()) {
      return misuse(unknown_command(word, *of), name);
    }
    of = of->get_subcommand(word);
    name += ' ' + word;
  }
  return said(of->get_formatter()->make_help(of, name, CLI::AppFormatMode::Normal));
}

void Parser::take_chosen() {
  for (const CLI::App* sub = &app_; !sub->get_subcommands().empty();) {
    sub = sub->get_subcommands().front();
    a_.command += (a_.command.empty() ? "" : " ") + sub->get_name();
    a_.rest = sub->remaining();
  }
}

std::string Parser::text_of(const CLI::Success& success) const {
  std::ostringstream out;
  std::ostringstream unused;
  app_.exit(success, out, unused);
  return out.str();
}

Parsed parse_arguments(int argc, const char* const* argv) { return Parser().parse(argc, argv); }

}  // namespace gs::cli
