#include "gs/engine/live/answer.h"

namespace gs::engine {

Error read_otherwise() {
  return Error(Code::invalid,
               "live query: a record is read otherwise than before although it did not change. A "
               "conversion of its schema must depend on its arguments only, and stay within its "
               "bounds; then watch the query anew");
}

Result<std::optional<Found>> find_live_record(const QueryContext& context, const Id& id) {
  Found found;
  const Moment& moment = context.moment;
  const auto lookup = moment.version->find(id, moment.at, found);
  if (lookup == state::Version::Lookup::damaged) return context.db->state_damage(*moment.version);
  const bool is_there = lookup == state::Version::Lookup::found &&
                        found.entry.kind() != state::Entry::Kind::tombstone;
  return is_there ? std::optional<Found>(found) : std::nullopt;
}

}  // namespace gs::engine
