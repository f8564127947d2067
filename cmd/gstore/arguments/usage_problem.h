// What to say of a command line that cannot be understood, in place of what CLI11 says.
//
// A part of parser.cc. No errors.
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cmd/gstore/arguments.h"
#include "cmd/gstore/arguments/git_words.h"
#include "cmd/gstore/support/argument_checks.h"
#include "globalstorage/storage.h"
#include "gs/base/nearest.h"

namespace gs::cli {

// How often an option was given, which CLI11 tells as a form would.
inline std::string in_our_words(const std::string& text) {
  const std::string option = text.substr(0, text.find(':'));
  if (text == "A subcommand is required") return "a command is required";
  if (text.starts_with(option + ": At Most 1 ")) return option + " is given more than once";
  if (text.starts_with(option + ": 1 required ")) return option + " needs a value";
  return text;
}

inline std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(sub->get_name());
  }
  return names;
}

// Of the command and of those around it, as each may stand behind it.
inline std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* each = &app; each != nullptr; each = each->get_parent()) {
    for (const CLI::Option* option : each->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

// Without the value that --option=VALUE brings along.
inline std::string unknown(const std::string& what, const std::string& word,
                           const std::vector<std::string>& known) {
  const auto meant = nearest(word.substr(0, word.find('=')), known);
  return "unknown " + what + ' ' + shown(word) +
         (meant ? ". Did you mean " + shown(*meant) + '?' : "");
}

inline std::string unknown_command(const std::string& word, const CLI::App& of) {
  const std::string instead = of.get_parent() == nullptr ? instead_of_git(word) : "";
  if (!instead.empty()) return "unknown command " + shown(word) + ": here " + instead;
  return unknown("command", word, commands_of(of));
}

// `get City kyiv` is what many try who want the record of a foreign key.
inline std::string how_to_name(const CLI::App& command, const Arguments& arguments) {
  const bool takes_id =
      command.get_option_no_throw("ID") != nullptr && arguments.collection.empty();
  const bool may_be_name = !arguments.id.empty() && !arguments.id.starts_with('{');
  if (!takes_id || !may_be_name || Id::parse(arguments.id)) return {};
  return ". A record with a foreign key is named so: -c " +
         arguments.id.substr(0, kShownCharacters) + " KEY";
}

// What CLI11 says, but for words that nobody expected: it names them backwards, or not at all
// when a command is missing.
inline std::string problem_of(const CLI::ParseError& error, const CLI::App& app,
                              const Arguments& arguments) {
  const CLI::App* last = &app;
  while (!last->get_subcommands().empty()) last = last->get_subcommands().front();
  std::vector<std::string> words = app.remaining(true);
  const bool extras = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
  const bool lacks_command = !last->get_subcommands([](const CLI::App*) { return true; }).empty();
  if (words.empty() || (!extras && !lacks_command)) return in_our_words(error.what());
  if (words.front().starts_with('-')) {
    return unknown("option", words.front(), options_of(*last));
  }
  if (lacks_command) {
    const std::vector<std::string> all = commands_of(app);
    const bool is_elsewhere =
        last != &app && std::find(all.begin(), all.end(), words.front()) != all.end();
    if (is_elsewhere) {
      return "unknown command '" + words.front() + "': it stands alone, as `gstore " +
             words.front() + '`';
    }
    return unknown_command(words.front(), *last);
  }
  constexpr std::size_t kListedMax = 5;
  std::string list;
  for (std::size_t i = 0; i < std::min(words.size(), kListedMax); ++i) {
    list += ' ' + shown(words[i]);
  }
  if (words.size() > kListedMax) list += " ..";
  return "too many arguments:" + list + how_to_name(*last, arguments);
}

// That is no option and not the value of -d.
inline std::string first_word(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word(argv[i]);
    if (word == "-d" || word == "--directory") {
      ++i;
    } else if (!word.starts_with('-')) {
      return std::string(word);
    }
  }
  return {};
}

// "gstore blob put"
inline std::string chosen_name(const CLI::App& app) {
  std::string name = app.get_name();
  for (const CLI::App* sub = &app; !sub->get_subcommands().empty();) {
    sub = sub->get_subcommands().front();
    name += ' ' + sub->get_name();
  }
  return name;
}

// What is wrong with a command line that CLI11 refused with this error, and the command whose help
// says more.
struct UsageProblem {
  std::string text;
  std::string command;
};
inline UsageProblem usage_problem(const CLI::ParseError& error, const CLI::App& app,
                                  const Arguments& arguments, int argc, const char* const* argv) {
  const std::string word = first_word(argc, argv);
  const std::vector<std::string> known = commands_of(app);
  // CLI11 passes over a word that is no command when one comes behind it.
  if (!word.empty() && std::find(known.begin(), known.end(), word) == known.end()) {
    return {unknown_command(word, app), app.get_name()};
  }
  return {problem_of(error, app, arguments), chosen_name(app)};
}

}  // namespace gs::cli
