// What a search found (myers.h), as people would have done it. Pure.
#pragma once

#include <vector>

#include "gs/core/crdt/text/myers.h"

namespace gs::crdt {

// What is kept, then what is changed, with nothing in between; the last one may change nothing.
std::vector<Piece> joined_pieces(const std::vector<Piece>& pieces);
// Of such pieces: one or two units that happen to be alike between two larger changes are changed
// with them.
std::vector<Piece> without_islands(const std::vector<Piece>& pieces);

}  // namespace gs::crdt
