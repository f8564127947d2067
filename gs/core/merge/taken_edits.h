// Which operations on a list or tree are taken back, for list_past.h, taken_list.h and
// taken_tree.h.
//
// Two versions are compared that nobody had: both without what its own writer undid since, with
// what undid it; and the second one without what is taken back, too. What differs between them is
// what is taken back, element by element. So whatever else stands in the list stays, and an element
// that somebody removed, or moved, or set since is the same in both.
#pragma once

#include <algorithm>
#include <functional>
#include <set>
#include <vector>

#include "gs/core/merge/edits_log.h"

namespace gs::merge {

// Of operations, by their numbers in a log.
using OperationSet = std::vector<bool>;

struct WhatIsTaken {
  std::function<bool(const LocalStamp&)> is_ours;    // taken back
  std::function<bool(const LocalStamp&)> is_undone;  // left out of both versions; none of ours
  std::function<bool(const LocalStamp&)> restores;   // an undo or a redo
  // It was undone, and is done again. So the first version is without it.
  bool is_again = false;
  // Reverts of it are among what restores.
  bool was_reverted = false;
};

// The same for the operations of one log.
struct TakenOperations {
  TakenOperations(const std::vector<LocalStamp>& stamps, const WhatIsTaken& what) {
    for (const LocalStamp& stamp : stamps) {
      ours.push_back(what.is_ours(stamp));
      undone.push_back(!ours.back() && what.is_undone(stamp));
      restoring.push_back(undone.back() && what.restores(stamp));
      deleting.push_back(undone.back() || (what.was_reverted && ours.back()));
      before.push_back(undone.back() || (what.is_again && ours.back()));
      after.push_back(undone.back() || (!what.is_again && ours.back()));
    }
  }

  OperationSet ours;
  OperationSet undone;
  OperationSet restoring;
  OperationSet deleting;  // what these deleted, `restoring` ones brought back
  OperationSet before;    // left out of the version with what is taken back ...
  OperationSet after;     // ... and of that without
};

inline bool is_same_value(Bytes a, Bytes b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

// Who did something to what stays therefore, each stamp once, ascending.
class KeptBy {
 public:
  void add(const LocalStamp& stamp) { all_.insert({stamp.hlc, stamp.writer}); }
  std::vector<LocalStamp> stamps() const {
    std::vector<LocalStamp> stamps;
    for (const auto& [hlc, writer] : all_) stamps.push_back({hlc, writer});
    return stamps;
  }

 private:
  std::set<std::pair<std::uint64_t, std::uint32_t>> all_;
};

}  // namespace gs::merge
