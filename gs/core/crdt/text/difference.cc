#include "gs/core/crdt/text/difference.h"

#include "gs/core/crdt/text/cut_text.h"
#include "gs/core/crdt/text/measure.h"
#include "gs/core/crdt/text/pieces.h"

namespace gs::crdt {

Difference difference(std::string_view from, std::string_view to) {
  const auto [prefix, suffix] = common_ends(from, to);
  const CutText old(from.substr(prefix, from.size() - prefix - suffix), Cut::points);
  const CutText fresh(to.substr(prefix, to.size() - prefix - suffix), Cut::points);

  Difference result;
  auto pos = measure(from.substr(0, prefix)).points;
  int at = 0;
  for (const Piece& piece : without_islands(joined_pieces(difference_pieces(old, fresh)))) {
    pos += static_cast<std::uint32_t>(piece.kept);
    at += piece.kept;
    const auto deleted = static_cast<std::uint32_t>(piece.deleted);
    const auto inserted = static_cast<std::uint32_t>(piece.inserted);
    if (deleted != 0) result.runs.push_back({Edit::erase, pos, deleted});
    if (inserted == 0) continue;
    result.runs.push_back({Edit::insert, pos, inserted});
    result.text += fresh.slice(at, at + piece.inserted);
    pos += inserted;
    at += piece.inserted;
  }
  return result;
}

}  // namespace gs::crdt
