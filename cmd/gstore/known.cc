// What to say of names that nothing has.
#include "cmd/gstore/known.h"

#include <algorithm>

#include "gs/base/nearest.h"

namespace gs::cli {

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kListedMax = 10;
  std::string list;
  for (std::size_t i = 0; i < std::min(names.size(), kListedMax); ++i) {
    list += (i == 0 ? "'" : ", '") + names[i] + '\'';
  }
  return names.size() > kListedMax ? list + ", .." : list;
}

std::string meant_collection(const Session& session, const Storage& storage) {
  const std::string& wanted = session.arguments.collection;
  const std::vector<std::string> known = storage.collections();
  const bool right = std::find(known.begin(), known.end(), wanted) != known.end();
  if (wanted.empty() || right) return {};
  const auto meant = nearest(wanted, known);
  return meant ? "Did you mean the collection '" + *meant + "'? " : "";
}

Error check_known_collection(const Session& session, const Storage& storage) {
  const std::string& wanted = session.arguments.collection;
  if (wanted.empty()) return {};
  const std::vector<std::string> known = storage.collections();
  if (std::find(known.begin(), known.end(), wanted) != known.end()) return {};
  const std::string what = "no collection '" + wanted + "' in ";
  if (!session.damage.empty()) {
    return Error(Code::damaged,
                 what + "what can be read of this storage; it may lie " + in_damage(session));
  }
  return Error(Code::not_found,
               what + "this storage. " + meant_collection(session, storage) +
                   (known.empty() ? "It has none yet; `gstore insert` and `gstore import` make them"
                                  : "There are " + listed(known)));
}

}  // namespace gs::cli
