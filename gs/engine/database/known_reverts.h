// Which reverts of a change there are, and which of them stand: those that nobody took back since,
// by undo or by another revert.
//
// What such a one took back is not taken back once more, whoever asks for it: a number would be
// added to twice, and what was deleted would come back twice.
//
// Pure.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "gs/engine/database/undo_stack.h"

namespace gs::engine {

class KnownReverts {
 public:
  struct One {
    Digest in;  // the change that it is in
    graph::Stamp stamp;
    bool stands = false;
  };

  // A transaction that takes something back, from the newest one of the log back: so whatever took
  // it back itself came before.
  void look(const DoneIn& one) {
    const graph::Hlc hlc = one.done.hlc;
    const bool stands =
        taken_back_.count({one.change, 0}) == 0 && taken_back_.count({one.change, hlc}) == 0;
    const graph::Revert& reverts = *one.done.reverts;
    if (stands) taken_back_.insert({reverts.change, reverts.hlc});
    if (reverts.why != graph::Why::revert || reverts.hlc != 0) return;
    by_change_[reverts.change].push_back({one.change, {hlc, one.chain}, stands});
  }

  const std::vector<One>& of(const Digest& change) const {
    static const std::vector<One> none;
    const auto at = by_change_.find(change);
    return at == by_change_.end() ? none : at->second;
  }
  bool is_reverted(const Digest& change) const {
    const std::vector<One>& all = of(change);
    return std::any_of(all.begin(), all.end(), [](const One& one) { return one.stands; });
  }

 private:
  std::set<std::pair<Digest, graph::Hlc>> taken_back_;  // hlc 0: all of a change
  std::map<Digest, std::vector<One>> by_change_;        // by what they take back
};

}  // namespace gs::engine
