// Which edits make another text of a text: for writers who give the whole of it.
//
// The fewest deletions and insertions of code points, as long as they are few; beyond the bounds of
// the search (myers.h), what lies between the first and the last difference is replaced as one
// piece. One or two letters that happen to be alike between two changes are changed with them: a
// word that is replaced stays in one piece beside what others type. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gs/core/crdt/text/types.h"

namespace gs::crdt {

// To be done in order; `text` is inserted by the insertions, one behind the other.
struct Difference {
  std::vector<EditRun> runs;
  std::string text;
};

// Both are UTF-8.
Difference difference(std::string_view from, std::string_view to);

}  // namespace gs::crdt
