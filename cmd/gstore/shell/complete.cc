#include "cmd/gstore/shell/complete.h"

#include <algorithm>
#include <cctype>

namespace gs::cli::shell {
namespace {

constexpr std::string_view kCalls[] = {
    "add",       "addElements",  "branch",         "checkout",   "collection", "collections",
    "count",     "delete",       "erase",          "explain",    "find",       "get",
    "has",       "history",      "insert",         "listDelete", "listInsert", "listMove",
    "listSet",   "mark",         "merge",          "patch",      "proof",      "put",
    "redo",      "remove",       "removeElements", "revert",     "schema",     "set",
    "splice",    "stats",        "swap",           "tag",        "textCursor", "textDelta",
    "textMarks", "textPosition", "treeCreate",     "treeDelete", "treeMove",   "treeSet",
    "undo",      "unmark",       "update",         "verify",     "versions"};
constexpr std::string_view kCollectionCalls[] = {"add",
                                                 "addElements",
                                                 "all",
                                                 "count",
                                                 "delete",
                                                 "erase",
                                                 "explain",
                                                 "find",
                                                 "first",
                                                 "get",
                                                 "has",
                                                 "history",
                                                 "insert",
                                                 "listDelete",
                                                 "listInsert",
                                                 "listMove",
                                                 "listSet",
                                                 "mark",
                                                 "name",
                                                 "patch",
                                                 "proof",
                                                 "put",
                                                 "removeElements",
                                                 "set",
                                                 "splice",
                                                 "swap",
                                                 "textCursor",
                                                 "textDelta",
                                                 "textMarks",
                                                 "textPosition",
                                                 "treeCreate",
                                                 "treeDelete",
                                                 "treeMove",
                                                 "treeSet",
                                                 "unmark",
                                                 "update"};
constexpr std::string_view kQueryCalls[] = {"after", "all",    "at",      "count", "explain",
                                            "first", "group",  "include", "limit", "offset",
                                            "page",  "select", "sort",    "where"};
constexpr std::string_view kGlobals[] = {"await", "console", "db", "Id", "print"};

bool is_name_part(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// The name at the end.
std::string_view last_name(std::string_view line) {
  std::size_t begin = line.size();
  while (begin > 0 && is_name_part(line[begin - 1])) --begin;
  return line.substr(begin);
}

class Finder {
 public:
  explicit Finder(std::string_view typed) : typed_(typed) { made_.typed = typed.size(); }

  void offer(std::string_view word) {
    if (word.starts_with(typed_)) made_.candidates.emplace_back(word);
  }
  template <typename Words>
  void offer_all(const Words& words) {
    for (const auto& word : words) offer(word);
  }
  Completion take() {
    std::sort(made_.candidates.begin(), made_.candidates.end());
    const auto end = std::unique(made_.candidates.begin(), made_.candidates.end());
    made_.candidates.erase(end, made_.candidates.end());
    return std::move(made_);
  }

 private:
  std::string_view typed_;
  Completion made_;
};

Completion complete_dot(std::string_view line) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) {
    Finder finder(line);
    finder.offer_all(kDotCommands);
    return finder.take();
  }
  const std::string_view command = line.substr(0, space);
  Finder finder(line.substr(line.rfind(' ') + 1));
  if (command == ".mode") finder.offer_all(kModes);
  if (command == ".timing") finder.offer_all(std::initializer_list<std::string_view>{"off", "on"});
  return finder.take();
}

// The collection that the line is about: that of the last db.NAME in it.
const std::vector<std::string>* fields_in(std::string_view line, const KnownNames& names) {
  constexpr std::string_view kPrefix = "db.";
  for (std::size_t at = line.rfind(kPrefix); at != std::string_view::npos;
       at = at == 0 ? std::string_view::npos : line.rfind(kPrefix, at - 1)) {
    const std::string_view rest = line.substr(at + kPrefix.size());
    std::size_t end = 0;
    while (end < rest.size() && is_name_part(rest[end])) ++end;
    const auto found = names.find(rest.substr(0, end));
    if (found != names.end() && end < rest.size()) return &found->second;
  }
  return nullptr;
}

Completion complete_member(std::string_view before, std::string_view typed,
                           const KnownNames& names) {
  Finder finder(typed);
  const std::string_view owner = last_name(before);
  const std::string_view around = before.substr(0, before.size() - owner.size());
  if (owner == "db" && !around.ends_with('.')) {
    finder.offer_all(kCalls);
    for (const auto& [name, fields] : names) finder.offer(name);
  } else if (around.ends_with("db.") && !owner.empty()) {
    finder.offer_all(kCollectionCalls);
  } else if (before.ends_with(')')) {
    finder.offer_all(kQueryCalls);
  }
  return finder.take();
}

}  // namespace

Completion complete(std::string_view line, const KnownNames& names) {
  if (line.starts_with('.') && !line.starts_with(".explain ")) return complete_dot(line);
  const std::string_view typed = last_name(line);
  const std::string_view before = line.substr(0, line.size() - typed.size());
  if (before.ends_with('.')) {
    return complete_member(before.substr(0, before.size() - 1), typed, names);
  }
  Finder finder(typed);
  if (const auto* const fields = fields_in(before, names)) {
    finder.offer_all(*fields);
  } else if (!typed.empty()) {
    finder.offer_all(kGlobals);
  }
  return finder.take();
}

std::string common_beginning(const std::vector<std::string>& candidates) {
  if (candidates.empty()) return {};
  std::string common = candidates.front();
  for (const std::string& candidate : candidates) {
    const auto end =
        std::mismatch(common.begin(), common.end(), candidate.begin(), candidate.end());
    common.erase(end.first, common.end());
  }
  // Half a character would be none.
  while (!common.empty() && common.size() < candidates.front().size() &&
         (static_cast<unsigned char>(candidates.front()[common.size()]) & 0xC0) == 0x80) {
    common.pop_back();
  }
  return common;
}

}  // namespace gs::cli::shell
