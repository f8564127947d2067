#include "gs/core/crdt/text/edit_log.h"

#include <algorithm>

namespace gs::crdt {

EditRun EditLog::edit_run(std::size_t index) const noexcept {
  const Run& run = runs_[index];
  const Place end = index + 1 < runs_.size() ? runs_[index + 1].place : size_;
  return {static_cast<Edit>(run.edit), run.pos, end - run.place};
}

void EditLog::append_other(EditRun run) {
  const std::uint32_t count = run.count;
  const std::uint32_t ordinal = inserted_;
  if (run.edit == Edit::insert) inserted_ += count;
  if (join_run(last_, run)) runs_.back().edit = static_cast<std::uint8_t>(last_.edit) & 3u;
  size_ += count;
  if (run.count == 0) return;
  runs_.push_back({size_ - run.count, run.pos, ordinal & (kEventsMax - 1),
                   static_cast<std::uint8_t>(run.edit) & 3u});
  last_ = run;
}

std::size_t EditLog::find(Place place) const noexcept {
  if (runs_.back().place <= place) return runs_.size() - 1;
  const auto after = std::upper_bound(runs_.begin(), runs_.end(), place,
                                      [](Place at, const Run& run) { return at < run.place; });
  return static_cast<std::size_t>(after - runs_.begin()) - 1;
}

LogPiece EditLog::cut(std::size_t index, Place begin, Place end) const noexcept {
  const Run& run = runs_[index];
  const std::uint32_t skip = begin - run.place;
  LogPiece piece{edit_run(index), begin, run.ordinal};
  if (skip > 0) piece.run = run_from(piece.run, skip);
  if (piece.run.edit == Edit::insert) piece.ordinal += skip;
  piece.run.count = std::min(piece.run.count, end - begin);
  if (piece.run.count == 1 && piece.run.edit == Edit::erase_back) piece.run.edit = Edit::erase;
  return piece;
}

LogPiece EditLog::piece(Place place, Place end) const noexcept {
  return cut(find(place), place, end);
}

LogPiece EditLog::piece_before(Place end, Place begin) const noexcept {
  const std::size_t index = find(end - 1);
  return cut(index, std::max(begin, runs_[index].place), end);
}

}  // namespace gs::crdt
