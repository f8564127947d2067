// Where concurrent edits go: the eg-walker, ordering insertions at one place as FugueMax does.
//
// An edit says a position in the version that its writer saw. The tracker keeps the units of the
// text since some base, in one order that all replicas find, with two states each: as in the
// *prepared* version, which is moved to what the writer of the next edit saw, and as in the text
// that has all edits applied so far. A position of the first becomes a position of the second.
//
// The base is a critical event: all applied edits knew it. Its units are one span, whatever they
// are. Events are applied once each, in the order of places. Only concurrent edits need a tracker;
// who applies edits one after the other uses none.
//
// Order of units inserted at one place: scanned from the left over what the writer did not know.
// Ties are broken by the writer's 32 bytes, then by seq, never by anything local.
// An edit costs O(log n), and one step for each span at its place whose writers did not see each
// other: n people who all insert at one place cost n * n / 2 steps.
// Not thread-safe. Pure. Misuse stops the program.
// Source: Gentle and Kleppmann, "Collaborative Text Editing with Eg-walker", EuroSys 2025; Weidner
// and Kleppmann, "The Art of the Fugue", 2023.
#pragma once

#include <span>
#include <vector>

#include "gs/core/crdt/text/edit_log.h"
#include "gs/core/crdt/text/event_graph.h"
#include "gs/core/crdt/text/targets.h"

namespace gs::crdt {

// What a tracker reads; it owns none of it.
struct Known {
  const EventGraph& graph;
  const EditLog& log;
  const std::vector<Writer>& writers;
};

class Tracker {
 public:
  // `base`: a critical event, or kNoPlace for the empty text. The prepared version is {base}.
  explicit Tracker(Place base);

  Place base() const noexcept { return base_; }
  // Events below this one were applied.
  Place end() const noexcept { return end_; }

  // Makes `version`, of applied events at or above the base, the prepared one.
  void prepare(const Known& known, VersionView version);
  // Applies the events from end() to `end`, preparing their parents; appends what changed
  // (null: the text has these events already), and to `late` what events were about that is gone.
  void apply(const Known& known, Place end, std::vector<Effect>* effects, Targets* late = nullptr);

  // Brings back in the prepared version what these events deleted and no other one. It is no
  // version of anybody then, and nothing may be prepared or applied any more.
  void restore(const Known& known, PlaceSpan places);

  // How long the prepared version and the text are beyond their base, as differences to it.
  std::uint32_t prepared_growth() const noexcept { return tree_.prepared_units() - kBaseUnits; }
  std::uint32_t present_growth() const noexcept { return tree_.present_units() - kBaseUnits; }

  const SpanTree& tree() const noexcept { return tree_; }

 private:
  void apply_run(const Known& known, const LogPiece& piece, EventId id,
                 std::vector<Effect>* effects, Targets* late);
  void apply_insert(const Known& known, const LogPiece& piece, EventId id,
                    std::vector<Effect>* effects);
  void apply_erase(const LogPiece& piece, std::vector<Effect>* effects, Targets* late);
  void apply_touch(const LogPiece& piece, std::vector<Effect>* effects, Targets* late) const;
  SpanTree::Cursor integrate(const Known& known, SpanTree::Cursor at, const UnitSpan& mine,
                             EventId id) const;
  void toggle(const Known& known, PlaceSpan places, bool advance);
  void toggle_units(Unit first, std::uint32_t count, std::uint32_t step);

  SpanTree tree_;
  Targets targets_;  // of deletions
  Version prepared_;
  Place base_;
  Place end_;
  std::vector<PlaceSpan> retreat_;  // kept for their room
  std::vector<PlaceSpan> advance_;
};

}  // namespace gs::crdt
