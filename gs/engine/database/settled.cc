#include "gs/engine/database/settled.h"

namespace gs::engine {

Error check_reach(const Settled& settled, const Ancestors& version) {
  if (settled.base == nullptr || version.have_first(settled.base->changes())) return {};
  return history_dropped(settled.base->statement());
}

}  // namespace gs::engine
