// Taking back what was done to a list: edits upon the list as it is now, element by element.
//
// What was inserted goes, unless somebody else moved or set it. What was deleted comes back where
// it was, unless somebody else deleted it as well. What was moved goes back where it was, beside
// what others did there, and what was set gets the value that it had, unless somebody did the same
// to it since. Nothing else moves. Pure.
#pragma once

#include "gs/core/merge/taken_edits.h"
#include "gs/core/merge/taken_text.h"

namespace gs::merge {

struct TakenList {
  Buffer edits;  // whose positions count what is shown, one after the other; empty: none
  std::vector<LocalStamp> kept;
};
// Errors: damaged (the log says what cannot be), too_large.
Result<TakenList> take_back_list(const TypedField& field, const WriterOrder& order,
                                 const WhatIsTaken& what);

}  // namespace gs::merge
