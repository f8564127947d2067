// Words that all parts of a collaborative text share: events, runs of edits, their limits.
//
// An event is the insertion or deletion of one unit: one Unicode code point of a text, one element
// of a list. A replica numbers the events that it knows in the order in which it learnt of them,
// without gaps: that number is local, is called a place, and is never sent. Counts and positions
// are in units. Pure values; safe from any thread.
#pragma once

#include <cstdint>

#include "globalstorage/id.h"

namespace gs::crdt {

using Writer = Digest;  // the 32 bytes by which ties are broken, equal on all replicas

// Of an event in this replica's order; every event stands behind those that it knew.
using Place = std::uint32_t;
inline constexpr Place kNoPlace = ~Place{0};

// Places and positions are u32, and the tracker needs the upper half for units of its base.
inline constexpr std::uint32_t kEventsMax = std::uint32_t{1} << 30;
inline constexpr std::uint32_t kSeqMax = 0xfffffffe;
// Of one operation and of one text, in bytes of UTF-8. Offsets of them are u32.
inline constexpr std::size_t kOperationBytesMax = std::size_t{16} << 20;
inline constexpr std::size_t kTextBytesMax = std::size_t{1} << 30;
// A version has as many heads as there are branches that nobody merged.
inline constexpr std::size_t kParentsMax = 65'536;
inline constexpr std::size_t kWritersMax = std::size_t{1} << 20;

// [begin, end)
struct PlaceSpan {
  Place begin = 0;
  Place end = 0;
  friend bool operator==(const PlaceSpan&, const PlaceSpan&) = default;
};

// An event by its global name; `writer` is the local number of the writer.
struct EventId {
  std::uint32_t writer = 0;
  std::uint32_t seq = 0;
  friend bool operator==(const EventId&, const EventId&) = default;
  friend auto operator<=>(const EventId&, const EventId&) = default;
};

// What an edit does, by the numbers of the format.
enum class Edit : std::uint8_t {
  insert = 0,      // unit i of the run goes to pos + i
  erase = 1,       // each event deletes the unit at pos, as the delete key does
  erase_back = 2,  // event i deletes the unit at pos - i, as backspace does; count > 1
  touch = 3        // event i is about the unit at pos + i, which stays: lists only
};

struct EditRun {
  Edit edit = Edit::insert;
  std::uint32_t pos = 0;  // of the first event
  std::uint32_t count = 0;
  friend bool operator==(const EditRun&, const EditRun&) = default;
};

// One step of what changed in a text, to be done in order. Deletions of what is gone already change
// nothing and are no effects; nor are events about units that are gone.
struct Effect {
  Edit edit = Edit::insert;
  std::uint32_t pos = 0;  // of the first of the units; erase_back: event i is about the last but i
  std::uint32_t count = 0;
  std::uint32_t ordinal = 0;  // of an insertion: how many units this replica had seen inserted
  Place place = 0;            // of the first event
  friend bool operator==(const Effect&, const Effect&) = default;
};

}  // namespace gs::crdt
