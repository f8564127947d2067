// Lines by which two texts are laid side by side when they differ in more places than a search
// follows (myers.h): those that each of them has once, as far as they are in one order.
//
// Pure. O(n log n) comparisons.
// Source: Bram Cohen, "patience diff".
#pragma once

#include <vector>

#include "gs/core/crdt/text/cut_text.h"

namespace gs::crdt {

struct Anchor {
  int before = 0;
  int after = 0;
};

// Both ascend.
std::vector<Anchor> anchors(const CutText& before, const CutText& after);

}  // namespace gs::crdt
