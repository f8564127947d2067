#include "gs/core/crdt/text/pieces.h"

namespace gs::crdt {

namespace {

constexpr int kIslandMax = 2;  // units that are changed with what is around them

}  // namespace

std::vector<Piece> joined_pieces(const std::vector<Piece>& pieces) {
  std::vector<Piece> joined;
  for (const Piece& piece : pieces) {
    if (piece.kept != 0 || joined.empty()) {
      const bool is_open = !joined.empty() && joined.back().deleted + joined.back().inserted == 0;
      if (!is_open) joined.emplace_back();
      joined.back().kept += piece.kept;
    }
    joined.back().deleted += piece.deleted;
    joined.back().inserted += piece.inserted;
  }
  return joined;
}

std::vector<Piece> without_islands(const std::vector<Piece>& pieces) {
  std::vector<Piece> joined;
  for (const Piece& piece : pieces) {
    const int changed = piece.deleted + piece.inserted;
    const bool is_island = !joined.empty() && changed > piece.kept && piece.kept <= kIslandMax &&
                           joined.back().deleted + joined.back().inserted > piece.kept;
    if (!is_island) {
      joined.push_back(piece);
      continue;
    }
    joined.back().deleted += piece.kept + piece.deleted;
    joined.back().inserted += piece.kept + piece.inserted;
  }
  return joined;
}

}  // namespace gs::crdt
