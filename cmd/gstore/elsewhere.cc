#include "cmd/gstore/elsewhere.h"

#include "cmd/gstore/support/words.h"

namespace gs::cli {
namespace {

// Each costs the changes that may write to the record.
constexpr std::size_t kBranchesMax = 16;

// But the one that is checked out; main first.
std::vector<std::string> other_branches(const Storage& storage) {
  std::vector<std::string> names;
  const auto current = storage.branch();
  const auto named = storage.named_versions();
  if (!current || !named) return names;
  if (*current != "main") names.push_back("main");
  for (const NamedVersion& one : *named) {
    if (one.kind == NamedVersion::Kind::branch && one.name != *current) names.push_back(one.name);
  }
  return names;
}

}  // namespace

std::string where_looked(const Storage& storage) {
  const auto current = storage.branch();
  if (!current || other_branches(storage).empty()) return "in this storage";
  return "on branch " + one_line(*current);
}

std::string where_else(const Session& session, const Storage& storage, const Id& id) {
  std::vector<std::string> names = other_branches(storage);
  if (names.size() > kBranchesMax) names.resize(kBranchesMax);
  for (const std::string& name : names) {
    const auto version = storage.find_version(name);
    if (!version || !storage.get(id, *version)) continue;
    const Arguments& arguments = session.arguments;
    const std::string of = arguments.collection.empty() ? "" : "-c " + arguments.collection + ' ';
    return "It is on branch '" + one_line(name) + "': look at it with `gstore get " + of +
           arguments.id + " --at " + name + "`, or go there with `gstore checkout " + name + '`';
  }
  if (const auto twins = storage.twins(); twins && !twins->empty()) {
    return "It may be on a side that does not count: see `gstore twins`";
  }
  return {};
}

}  // namespace gs::cli
