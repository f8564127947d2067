#include "gs/engine/query/matches.h"

namespace gs::engine {

Matches::Matches(const QueryContext& context, const Access& access, const Id& from)
    : tables_(context.db->tables()),
      stops_(context.stops),
      lifter_(context.moment.catalog, &context.stops) {
  if (!access.is_certain) matcher_.emplace(context.query.filter);
  if (access.kind == Access::Kind::scan) {
    scan_.emplace(context.db, context.moment, context.query.collection, from, query::kNoLimit);
  } else {
    walk_.emplace(context, access, from);
  }
}

const state::Met* Matches::next() {
  for (;;) {
    if (const state::Met* const found = next_in_batch()) return found;
    if (stops_.gave_up()) return nullptr;
    batch_ = scan_ ? scan_->take() : walk_->take();
    if (batch_.empty()) return nullptr;
  }
}

// Counts in registers: a scan does nothing else for most records.
const state::Met* Matches::next_in_batch() {
  const state::Met* at = batch_.data();
  const state::Met* const end = at + batch_.size();
  const state::Met* found = nullptr;
  while (at != end && found == nullptr) {
    look(*at);
    if (stops_.gave_up()) break;
    if (!matcher_ || matcher_->matches(view_)) found = at;
    ++at;
  }
  examined_ += static_cast<std::uint64_t>(at - batch_.data());
  matched_ += found != nullptr ? 1 : 0;
  batch_ = {at, end};
  return found;
}

}  // namespace gs::engine
