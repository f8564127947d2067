// How two versions differ: the steps from one to the other, in order of positions.
//
// Pure. Not thread-safe with whoever changes what it is given.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "gs/core/crdt/text/tracker.h"

namespace gs::crdt {

// One step from a version to another: at pos of the text so far, units were taken out and put in.
struct Step {
  std::uint32_t pos = 0;
  std::uint32_t deleted = 0;
  std::uint32_t inserted = 0;
  std::uint32_t ordinal = 0;  // of the first unit put in: how many were ever inserted before it
  friend bool operator==(const Step&, const Step&) = default;
};

// `tracker` has all events applied that either version has, and stands on an ancestor of both. Both
// versions end up prepared in it, one after the other.
std::optional<std::vector<Step>> compare_versions(const Known& known, Tracker& tracker,
                                                  VersionView from, VersionView to);

// Events that are to count as if they had never been, ascending.
struct OmittedEvents {
  std::span<const PlaceSpan> all;
  // Of these, what brought back units that others of these had deleted: as copies, which stand for
  // them. Whoever deleted a copy has deleted what it is a copy of.
  std::span<const PlaceSpan> restoring;
  // Whether a unit may be a copy of the other one.
  std::function<bool(Unit, Unit)> is_same;
};

// Calls visit(first, count, is_there, will_be) for all units in their order, in runs: whether they
// are in the text, and would be without these events. `tracker` as below.
using VisitUnits =
    std::function<void(Unit first, std::uint32_t count, bool is_there, bool will_be)>;
void each_without(const Known& known, Tracker& tracker, const OmittedEvents& omitted,
                  const VisitUnits& visit);

// The steps from the text as it is to what it would be without these events: without what they
// inserted, with what they deleted and nobody else. `tracker` stands on the beginning, has all
// events applied and all prepared; it is of no use afterwards.
std::vector<Step> steps_without(const Known& known, Tracker& tracker, const OmittedEvents& omitted);

}  // namespace gs::crdt
