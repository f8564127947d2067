// What words of a command line come to: checks of single ones, and arguments that take more than
// one option of CLI11 can say, such as a COLLECTION that may be left out.
//
// For the sources of this folder alone, which include CLI11 and may throw: what is wrong with a
// word is told to CLI11 as its own error, inside of its parse.
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cmd/gstore/arguments.h"
#include "cmd/gstore/support/argument_checks.h"
#include "cmd/gstore/support/words.h"

namespace gs::cli {

// CLI11 takes a check as a function from the text to what is wrong with it, empty for nothing. Its
// own ones quote the text whatever its length, and read 010 as eight.
using Check = std::function<std::string(std::string&)>;

inline CLI::Validator validator(Check check) { return {std::move(check), ""}; }

// Decimal digits only; leaves a text that CLI11 reads as the same number.
inline CLI::Validator whole_number(std::uint64_t least, std::uint64_t most) {
  return validator([least, most](std::string& text) -> std::string {
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [after, status] = std::from_chars(text.data(), end, value);
    if (status != std::errc() || after != end || value < least || value > most) {
      return shown(text) + " is not a whole number from " + with_commas(least) + " to " +
             with_commas(most);
    }
    text = std::to_string(value);
    return {};
  });
}
inline CLI::Validator whole_number(std::uint64_t least) {
  return whole_number(least, ~std::uint64_t{0});
}

inline CLI::Validator one_of(std::vector<std::string> words) {
  return validator([words = std::move(words)](std::string& text) -> std::string {
    if (std::find(words.begin(), words.end(), text) != words.end()) return {};
    std::string list;
    for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
    return shown(text) + " is unknown; known: " + list;
  });
}

// The arguments as they are taken, and words of which it is not known yet what they are.
class ArgumentWords {
 protected:
  // CLI11 splits what looks like an array where it expects several words.
  static constexpr char kWhole = '\x01';
  static std::vector<std::string> unsplit(int argc, const char* const* argv) {
    std::vector<std::string> words(argv, argv + argc);
    const auto has = [&](const char* word) {
      return std::find(words.begin(), words.end(), word) != words.end();
    };
    if (!has("elements") && !has("list") && !has("tree")) return words;
    for (std::string& word : words) {
      if (word.starts_with('[')) word.insert(word.begin(), kWhole);
    }
    return words;
  }

  void take_position() {
    a_.at_end = position_ == "end";
    if (!a_.at_end) a_.position = take_count("POS", position_);
  }
  void take_splice() {
    take_position();
    a_.deleted = take_count("DELETE", deleted_);
  }
  void take_stretch() {
    a_.position = take_count("FROM", position_);
    a_.at_end = move_to_ == "end";
    if (!a_.at_end) a_.move_to = take_count("TO", move_to_);
  }
  void take_list_edit() {
    a_.at_end = position_ == "end";
    if (!a_.at_end) a_.position = take_count("POS", position_);
    if (!deleted_.empty()) a_.deleted = take_count("COUNT", deleted_);
    if (!move_to_.empty()) a_.move_to = take_count("TO", move_to_);
    take_whole();
  }
  void take_whole_value() { a_.node_value.erase(0, a_.node_value.find_first_not_of(kWhole)); }
  void take_whole() {
    for (std::string& element : a_.elements) element.erase(0, element.find_first_not_of(kWhole));
  }
  static std::uint64_t take_count(const char* name, const std::string& word) {
    std::uint64_t count = 0;
    const char* const end = word.data() + word.size();
    const auto [after, status] = std::from_chars(word.data(), end, count);
    if (status == std::errc() && after == end) return count;
    throw CLI::ValidationError(name, shown(word) + " is no count");  // NOLINT: below
  }

  // CLI11 reads 010 as eight, and 1e3 not at all.
  void take_addition() {
    const char* const end = addition_.data() + addition_.size();
    const auto [after, status] = std::from_chars(addition_.data(), end, a_.addition);
    if (status == std::errc() && after == end) return;
    throw CLI::ValidationError("N", shown(addition_) + " is no whole number");  // NOLINT: as below
  }

  // The last of one or two words; one before it stays in first_.
  std::string take_last(const char* name) {
    if (!first_) throw CLI::RequiredError(name);  // NOLINT: how CLI11 is told, inside its own parse
    std::string last = second_ ? *second_ : *first_;
    if (!second_) first_.reset();
    return last;
  }

  // A word here, -c of the commands that name a record: whoever takes one for the other is right.
  void take_collection() {
    if (!first_) return;
    if (!a_.collection.empty() && a_.collection != *first_) {
      throw CLI::ValidationError(  // NOLINT: as above
          "--collection", shown(a_.collection) + " and the COLLECTION " + shown(*first_) +
                              " are two; give one of them");
    }
    a_.collection = *first_;
  }

  void take_directory() {
    if (!first_) return;
    if (app_.get_option("--directory")->count() != 0 && a_.directory != *first_) {
      throw CLI::ValidationError(  // NOLINT: as above
          "--directory",
          shown(a_.directory) + " and the DIR " + shown(*first_) + " are two; give one of them");
    }
    a_.directory = *first_;
    if (std::string problem = check_directory(a_.directory); !problem.empty()) {
      throw CLI::ValidationError("DIR", problem);  // NOLINT: as above
    }
  }

  // One word alone is the COLLECTION, unless it begins as a filter or -c has named one.
  void take_query() {
    if (first_ && !second_ && (!a_.collection.empty() || first_->starts_with('{'))) {
      second_ = std::move(first_);
      first_.reset();
    }
    if (second_) {
      refuse_empty("FILTER", *second_, "give '{}' for all records");
      a_.filter = *second_;
    }
    take_collection_or_all();
  }

  // COLLECTION of a command that takes all when it is left out.
  void take_collection_or_all() {
    const CLI::Option* const named = app_.get_subcommands().front()->get_option("--collection");
    constexpr const char* kInstead = "leave it out for all collections";
    if (first_) refuse_empty("COLLECTION", *first_, kInstead);
    if (named->count() != 0) refuse_empty("--collection", a_.collection, kInstead);
    take_collection();
  }

  // What the shell makes of a variable that is not set would stand for everything.
  static void refuse_empty(const char* name, const std::string& word, const char* instead) {
    if (!word.empty()) return;
    throw CLI::ValidationError(name, std::string("is empty; ") + instead);  // NOLINT: as above
  }

  void check_upstream() const {
    const bool has_rows = first_ || !a_.collection.empty() || !a_.format.empty() ||
                          !a_.key_field.empty() || !a_.types.empty() || !a_.delimiter.empty() ||
                          a_.batch_rows != 0 || a_.first_row != 1;
    if (!has_rows) return;
    throw CLI::ValidationError(  // NOLINT: as above
        "--upstream",
        "takes all of its directory, so COLLECTION, FILE and what is about rows are left out");
  }
  void take_import() {
    if (!a_.upstream.empty()) return check_upstream();
    if (a_.decrypt || a_.dry_run) {
      throw CLI::ValidationError("--decrypt and --dry-run", "are of --upstream DIR");  // NOLINT
    }
    a_.file = take_last("FILE");
    take_collection();
    if (!first_ && a_.collection.empty()) {
      const char* const what = "COLLECTION and FILE are required";
      throw CLI::RequiredError(what, CLI::ExitCodes::RequiredError);  // NOLINT: as above
    }
    if (std::string problem = check_file(a_.file); !problem.empty()) {
      throw CLI::ValidationError("FILE", problem);  // NOLINT: as above
    }
    check_types();
  }

  // Standard input can be read once.
  void check_one_stdin() const {
    if (a_.expected != "-" || a_.changes != "-") return;
    const char* const what = "both from standard input; give one of them as text or @FILE";
    throw CLI::ValidationError("--if and --set", what);  // NOLINT: as above
  }

  void check_types() const {
    std::vector<std::string> names;
    for (const std::string& type : a_.types) names.push_back(type.substr(0, type.rfind(':')));
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice == names.end()) return;
    throw CLI::ValidationError("--type", shown(*twice) + " has two types");  // NOLINT: as above
  }

  void check_columns() const {
    if (a_.columns.empty() || a_.format == "csv") return;
    throw CLI::ValidationError("--columns", "only --format csv has columns");  // NOLINT: as above
  }

  CLI::App app_{"A local-first database whose signed, hash-linked log is the database.", "gstore"};
  Arguments a_;
  std::optional<std::string> first_;   // of COLLECTION and what follows it
  std::optional<std::string> second_;  // the same
  std::string addition_;
  std::string position_;
  std::string deleted_;
  std::string move_to_;
};

}  // namespace gs::cli
