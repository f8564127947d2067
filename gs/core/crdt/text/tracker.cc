#include "gs/core/crdt/text/tracker.h"

#include <algorithm>

#include "gs/base/endian.h"

namespace gs::crdt {

Tracker::Tracker(Place base) : base_(base), end_(base == kNoPlace ? 0 : base + 1) {
  if (base != kNoPlace) prepared_.push_back(base);
}

void Tracker::prepare(const Known& known, VersionView version) {
  if (std::equal(version.begin(), version.end(), prepared_.begin(), prepared_.end())) return;
  known.graph.compare(prepared_, version, retreat_, advance_);
  for (const PlaceSpan& places : retreat_) toggle(known, places, false);
  std::reverse(advance_.begin(), advance_.end());
  for (const PlaceSpan& places : advance_) toggle(known, places, true);
  prepared_.assign(version.begin(), version.end());
}

// Backwards what is taken away, forwards what is added: an insertion outlives its deletion.
void Tracker::toggle(const Known& known, PlaceSpan places, bool advance) {
  const std::uint32_t step = advance ? 1 : ~std::uint32_t{0};
  while (places.begin < places.end) {
    const LogPiece piece = advance ? known.log.piece(places.begin, places.end)
                                   : known.log.piece_before(places.end, places.begin);
    if (piece.run.edit == Edit::insert) {
      toggle_units(piece.place, piece.run.count, step);
    } else {  // of touches there are no targets
      targets_.visit(piece.place, piece.run.count, [&](const Target& target) {
        toggle_units(target.lowest(), target.count, step);
      });
    }
    if (advance) {
      places.begin += piece.run.count;
    } else {
      places.end -= piece.run.count;
    }
  }
}

void Tracker::toggle_units(Unit first, std::uint32_t count, std::uint32_t step) {
  while (count > 0) {
    auto [at, offset] = tree_.find_unit(first);
    const std::uint32_t part = std::min(count, tree_.span(at).count - offset);
    tree_.isolate(at, offset, part);
    const UnitSpan& span = tree_.span(at);
    tree_.set(at, span.state + step, span.gone);
    first += part;
    count -= part;
  }
}

void Tracker::restore(const Known& known, PlaceSpan places) {
  while (places.begin < places.end) {
    const LogPiece piece = known.log.piece(places.begin, places.end);
    if (piece.run.edit != Edit::insert) {
      targets_.visit(piece.place, piece.run.count, [&](const Target& target) {
        toggle_units(target.lowest(), target.count, ~std::uint32_t{0});
      });
    }
    places.begin += piece.run.count;
  }
}

void Tracker::apply(const Known& known, Place end, std::vector<Effect>* effects, Targets* late) {
  while (end_ < end) {
    const EventGraph::Piece events = known.graph.piece(end_);
    Place one = 0;
    prepare(known, known.graph.parents(end_, one));
    const Place stop = std::min(end, events.places.end);
    while (end_ < stop) {
      const LogPiece piece = known.log.piece(end_, stop);
      apply_run(known, piece,
                {events.first.writer, events.first.seq + (end_ - events.places.begin)}, effects,
                late);
      end_ += piece.run.count;
    }
    prepared_.assign(1, end_ - 1);
  }
}

void Tracker::apply_run(const Known& known, const LogPiece& piece, EventId id,
                        std::vector<Effect>* effects, Targets* late) {
  if (piece.run.edit == Edit::insert) {
    apply_insert(known, piece, id, effects);
  } else if (piece.run.edit == Edit::touch) {
    if (effects != nullptr) apply_touch(piece, effects, late);
  } else {
    apply_erase(piece, effects, late);
  }
}

void Tracker::apply_insert(const Known& known, const LogPiece& piece, EventId id,
                           std::vector<Effect>* effects) {
  UnitSpan mine{.first = piece.place, .count = piece.run.count, .state = 1};
  mine.writer_begin = load_u64_be(known.writers[id.writer].bytes.data());
  SpanTree::Cursor at{};
  if (piece.run.pos > 0) {
    const auto [found, offset] = tree_.find_prepared(piece.run.pos - 1);
    mine.left = tree_.span(found).first + offset;
    at = found;
    tree_.cut(at, offset + 1);
  } else {
    at = tree_.begin();
  }
  // Units that the writer did not know are between left and right.
  SpanTree::Cursor right = at;
  bool more = tree_.settle(right);
  std::uint64_t steps = 1;
  while (more && tree_.span(right).state == 0) {
    ++right.slot;
    ++steps;
    more = tree_.settle(right);
  }
  if (more) mine.right = tree_.span(right).first;
  tree_.add_work(steps);
  if (steps > 1) at = integrate(known, at, mine, id);
  tree_.insert(at, mine);
  if (effects == nullptr) return;
  // It may have become the end of the span before.
  const std::uint32_t before = tree_.span(at).count - piece.run.count;
  effects->push_back({Edit::insert, tree_.present_before(at) + before, piece.run.count,
                      piece.ordinal, piece.place});
}

SpanTree::Cursor Tracker::integrate(const Known& known, SpanTree::Cursor at, const UnitSpan& mine,
                                    EventId id) const {
  const auto comes_first = [&](const UnitSpan& other) {
    if (mine.writer_begin != other.writer_begin) return mine.writer_begin < other.writer_begin;
    const EventId theirs = known.graph.id_of(other.first);
    if (theirs.writer == id.writer) return id.seq < theirs.seq;
    return known.writers[id.writer] < known.writers[theirs.writer];
  };
  bool scanning = false;
  std::uint64_t steps = 0;
  for (SpanTree::Cursor scan = at; tree_.settle(scan); ++scan.slot) {
    const UnitSpan& other = tree_.span(scan);
    ++steps;
    if (other.state != 0) break;
    const int left = tree_.compare(other.left, mine.left, true);
    if (left < 0) break;
    if (left == 0) {
      const int right = tree_.compare(other.right, mine.right, false);
      if (right == 0 && comes_first(other)) break;
      scanning = right < 0;
    }
    if (!scanning) at = {scan.leaf, scan.slot + 1};
  }
  tree_.add_work(steps);
  return at;
}

void Tracker::apply_erase(const LogPiece& piece, std::vector<Effect>* effects, Targets* late) {
  const bool back = piece.run.edit == Edit::erase_back;
  Place place = piece.place;
  std::uint32_t pos = piece.run.pos;
  for (std::uint32_t left = piece.run.count; left > 0;) {
    auto [at, offset] = tree_.find_prepared(pos);
    const std::uint32_t there = back ? offset + 1 : tree_.span(at).count - offset;
    const std::uint32_t part = std::min(left, there);
    tree_.isolate(at, back ? offset + 1 - part : offset, part);
    const UnitSpan span = tree_.span(at);
    const bool down = back && part > 1;
    const Target target{place, down ? span.first + part - 1 : span.first, part, down};
    targets_.add(target);
    if (span.gone && late != nullptr) late->add(target);
    if (!span.gone && effects != nullptr) {
      const Edit edit = down ? Edit::erase_back : Edit::erase;
      effects->push_back({edit, tree_.present_before(at), part, 0, place});
    }
    tree_.set(at, span.state + 1, true);
    tree_.join_before(at);
    place += part;
    left -= part;
    if (back) pos -= part;
  }
}

void Tracker::apply_touch(const LogPiece& piece, std::vector<Effect>* effects,
                          Targets* late) const {
  for (std::uint32_t done = 0; done < piece.run.count;) {
    const auto [at, offset] = tree_.find_prepared(piece.run.pos + done);
    const UnitSpan& span = tree_.span(at);
    const std::uint32_t part = std::min(piece.run.count - done, span.count - offset);
    const Place place = piece.place + done;
    if (!span.gone) {
      effects->push_back({Edit::touch, tree_.present_before(at) + offset, part, 0, place});
    } else if (late != nullptr) {
      late->add({place, span.first + offset, part, false});
    }
    done += part;
  }
}

}  // namespace gs::crdt
