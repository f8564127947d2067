#include "gs/engine/database/logged_erasures.h"

namespace gs::engine {

std::vector<LoggedErasure> erasures_for(const KnownChanges& known,
                                        std::span<const graph::ChangeNumber> heads) {
  std::vector<LoggedErasure> all;
  for (const auto& [id, stamp] : known.erasures()) {
    all.push_back({id, stamp, known.may_have_seen(stamp.writer, stamp.hlc, heads)});
  }
  return all;
}

Erasures numbered(std::span<const LoggedErasure> erasures, const state::Tables& tables) {
  Erasures all;
  for (const LoggedErasure& one : erasures) {
    const LocalStamp stamp{one.stamp.hlc, tables.find_writer(one.stamp.writer)};
    all.add(one.id, {stamp, one.is_applied}, tables);
  }
  return all;
}

}  // namespace gs::engine
