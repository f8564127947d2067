// Which edits make another list of a list: for writers who give the whole of it.
//
// The fewest deletions and insertions of elements, as long as they are few (myers.h). An element
// that goes at one place and comes at another is moved, so that two writers who move it at once do
// not have it twice. One that is replaced is deleted, and another one inserted: a set would be lost
// where somebody else deletes the element. Pure.
#pragma once

#include <span>

#include "gs/core/crdt/list/list_outline.h"

namespace gs::crdt {

// Beyond so many moves, elements are deleted and inserted.
inline constexpr std::size_t kFoundMovesMax = 512;

// Edits a list that shows `had` until it shows `wants`. Errors: too_large (list_outline.h), with
// some of the edits done.
Error edit_to(ListOutline& outline, std::span<const Bytes> had, std::span<const Bytes> wants);

}  // namespace gs::crdt
