// What a Text was: versions by their names, older texts, differences, and edits to send.
#include <algorithm>

#include "gs/core/crdt/text/text.h"

namespace gs::crdt {

Result<std::vector<EventId>> Text::version() {
  GS_TRY_OK(ready());
  std::vector<EventId> ids;
  for (const Place place : history_.graph().frontier()) {
    ids.push_back(history_.graph().id_of(place));
  }
  return ids;
}

Result<Version> Text::places_of(std::span<const EventId> version) const {
  Version places;
  for (const EventId& id : version) {
    const Place place = history_.graph().find(id);
    if (place == kNoPlace) return Error(Code::not_found, "a version with an edit that is not here");
    places.push_back(place);
  }
  std::sort(places.begin(), places.end());
  return places;
}

Result<Changes> Text::diff(std::span<const EventId> from, std::span<const EventId> to) {
  GS_TRY_OK(ready());
  GS_TRY(const Version before, places_of(from));
  GS_TRY(const Version after, places_of(to));
  GS_TRY(const std::vector<Step> steps, history_.diff(before, after));
  return changes_of(steps);
}

Result<std::vector<PlaceSpan>> Text::places_of(std::span<const Chain> edits) const {
  std::vector<PlaceSpan> places;
  for (Chain chain : edits) {
    while (chain.count != 0) {
      std::uint32_t follow = 0;
      const Place place = history_.graph().find(chain.first, &follow);
      if (place == kNoPlace) return Error(Code::not_found, "an edit that is not here");
      const std::uint32_t part = std::min(follow, chain.count);
      places.push_back({place, place + part});
      chain = {{chain.first.writer, chain.first.seq + part}, chain.count - part};
    }
  }
  std::sort(places.begin(), places.end(),
            [](const PlaceSpan& a, const PlaceSpan& b) { return a.begin < b.begin; });
  return places;
}

Result<Changes> Text::without(std::span<const Chain> edits, std::span<const Chain> restoring) {
  GS_TRY_OK(ready());
  GS_TRY(const std::vector<PlaceSpan> all, places_of(edits));
  GS_TRY(const std::vector<PlaceSpan> copying, places_of(restoring));
  const auto is_same = [this](Unit a, Unit b) { return is_same_character(a, b); };
  return changes_of(history_.without({all, copying, is_same}));
}

bool Text::is_same_character(Unit a, Unit b) const {
  const auto character = [this](Unit unit) {
    return inserted_.slice(history_.log().piece(unit, unit + 1).ordinal, 1);
  };
  return character(a) == character(b);
}

Changes Text::changes_of(const std::vector<Step>& steps) const {
  Changes changes;
  for (const Step& step : steps) {
    const std::string_view text = inserted_.slice(step.ordinal, step.inserted);
    changes.list.push_back({step.pos, step.deleted, step.inserted,
                            static_cast<std::uint32_t>(changes.text.size()),
                            static_cast<std::uint32_t>(text.size())});
    changes.text.append(text);
  }
  return changes;
}

Result<std::string> Text::text_at(std::span<const EventId> version) {
  GS_TRY(const std::vector<EventId> now, this->version());
  GS_TRY(const Changes changes, diff(now, version));
  Rope rope;
  rope.assign(rope_.text());
  for (const Change& change : changes.list) {
    const std::uint32_t length = rope.size().points;
    if (change.pos > length || change.deleted > length - change.pos) {
      return Error(Code::damaged, "the text is shorter than its history says");
    }
    rope.erase(change.pos, change.deleted);
    rope.insert(change.pos, changes.inserted(change));
  }
  return rope.text();
}

Result<OperationParts> Text::operation(std::uint32_t writer, std::uint32_t first_seq,
                                       const IndexOf& index_of, std::uint32_t* next_seq) {
  GS_TRY_OK(ready());
  const EventGraph& graph = history_.graph();
  std::uint32_t count = 0;
  const Place place = graph.find({writer, first_seq}, &count);
  if (place == kNoPlace) return Error(Code::not_found, "the writer made no such edit");
  OperationParts parts{.first_seq = first_seq};
  Place one = 0;
  for (const Place parent : graph.parents(place, one)) {
    const EventId id = graph.id_of(parent);
    const bool own = id.writer == writer && id.seq < first_seq;
    parts.parents.push_back({own, own ? 0 : index_of(id.writer), id.seq});
  }
  std::uint32_t ordinal = 0;
  std::uint32_t inserted = 0;
  for (Place at = place; at < place + count;) {
    const LogPiece piece = history_.log().piece(at, place + count);
    if (piece.run.edit == Edit::touch) {
      return Error(Code::invalid, "edits with marks are sent in changes only");
    }
    if (at == place) ordinal = piece.ordinal;
    if (piece.run.edit == Edit::insert) inserted += piece.run.count;
    parts.runs.push_back(piece.run);
    at += piece.run.count;
  }
  parts.text = inserted_.slice(ordinal, inserted);
  if (next_seq != nullptr) *next_seq = first_seq + count;
  return parts;
}

}  // namespace gs::crdt
