// Erasures that rows of the state do not tell of: those that were made on other branches, or of
// records that only other branches have. An erasure is of the storage: whatever branch it was made
// on, what did not see it is gone on each.
//
// One thread. Memory: about 80 bytes for each record.
#pragma once

#include <map>

#include "gs/engine/database/merging.h"

namespace gs::engine {

struct Erasure {
  LocalStamp stamp;
  bool is_applied = false;  // the state has the change that it is in; else it was only noted
};

class Erasures {
 public:
  bool empty() const noexcept { return all_.empty(); }
  const Erasure* find(const Id& id) const {
    if (all_.empty()) return nullptr;
    const auto at = all_.find(id);
    return at == all_.end() ? nullptr : &at->second;
  }
  // The one with the greatest stamp counts.
  void add(const Id& id, const Erasure& erasure, const state::Tables& tables) {
    const auto [at, is_new] = all_.try_emplace(id, erasure);
    if (is_new) return;
    if (at->second.stamp == erasure.stamp) {
      at->second.is_applied = at->second.is_applied || erasure.is_applied;
    } else if (is_later(erasure.stamp, at->second.stamp, tables)) {
      at->second = erasure;
    }
  }
  static bool is_later(const LocalStamp& a, const LocalStamp& b, const state::Tables& tables) {
    return a.hlc != b.hlc
               ? a.hlc > b.hlc
               : a.writer != b.writer && tables.writer(b.writer) < tables.writer(a.writer);
  }

 private:
  std::map<Id, Erasure> all_;
};

}  // namespace gs::engine
