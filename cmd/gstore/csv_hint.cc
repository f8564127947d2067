// Reads the message of the engine about a record: a line for each field that does not fit.
#include "cmd/gstore/csv_hint.h"

#include <algorithm>

namespace gs::cli {
namespace {

// Of what the schema takes, and the type of a column that becomes it.
struct Wanted {
  std::string_view expected;
  std::string_view type;
};
constexpr Wanted kWanted[] = {
    {"number", "number"}, {"bigint", "integer"}, {"boolean", "boolean"},
    {"array", "json"},    {"object", "json"},    {"map", "json"},
    {"tuple", "json"},    {"set", "json"},       {"object, array, set or date", "json"},
};

bool has_type(const Arguments& arguments, std::string_view column) {
  return std::any_of(arguments.types.begin(), arguments.types.end(), [&](const std::string& each) {
    return std::string_view(each).substr(0, each.rfind(':')) == column;
  });
}

// `line`: "  open: expected boolean, got string "true"". Empty: it is about something else.
std::string option_for(const Arguments& arguments, std::string_view line) {
  constexpr std::string_view kExpected = ": expected ";
  constexpr std::string_view kGot = ", got string ";
  const std::size_t expected = line.find(kExpected);
  const std::size_t got = line.find(kGot, expected);
  if (expected == std::string_view::npos || got == std::string_view::npos) return {};
  const std::string_view column = line.substr(2, expected - 2);
  const std::size_t from = expected + kExpected.size();
  const std::string_view what = line.substr(from, got - from);
  if (what.starts_with("id of ") && line.substr(got).starts_with(", got string \"\"")) {
    return has_type(arguments, column) ? "" : " --type " + std::string(column) + ":key";
  }
  const auto* const wanted =
      std::find_if(std::begin(kWanted), std::end(kWanted),
                   [&](const Wanted& each) { return each.expected == what; });
  if (wanted == std::end(kWanted) || has_type(arguments, column)) return {};
  return " --type " + std::string(column) + ':' + std::string(wanted->type);
}

}  // namespace

std::string csv_type_hint(const Arguments& arguments, std::string_view message) {
  std::string options;
  for (std::size_t at = message.find("\n  "); at != std::string_view::npos;) {
    const std::size_t end = message.find("\n  ", at + 1);
    options += option_for(arguments, message.substr(at + 1, end - at - 1));
    at = end;
  }
  if (options.empty()) return {};
  return "; a column of CSV is text unless --type says otherwise: give" + options;
}

}  // namespace gs::cli
