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
    while (!batch_.empty()) {
      const state::Met& met = batch_.front();
      batch_ = batch_.subspan(1);
      ++examined_;
      look(met);
      if (stops_.gave_up()) return nullptr;
      if (matcher_ && !matcher_->matches(view_)) continue;
      ++matched_;
      return &met;
    }
    batch_ = scan_ ? scan_->take() : walk_->take();
    if (batch_.empty()) return nullptr;
  }
}

}  // namespace gs::engine
