// Which event knew which: the events of one text, who made them, and what they stand on.
//
// A run is a stretch of places in which each event was made by the same writer, with the next seq,
// knowing exactly the event before it; only the first event of a run has parents worth keeping. So
// a text written by one person is one run however long it is.
//
// A version is a list of events that are not ancestors of each other, ascending: the text that has
// these and all their ancestors. An event is critical when every other event is an ancestor or a
// descendant of it: behind it, edits apply as they are.
// 16 bytes a run and 4 for finding it by its writer. Not thread-safe. Pure.
// Source: Gentle and Kleppmann, "Collaborative Text Editing with Eg-walker", EuroSys 2025.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "gs/core/crdt/text/types.h"

namespace gs::crdt {

using Version = std::vector<Place>;
using VersionView = std::span<const Place>;

class EventGraph {
 public:
  Place size() const noexcept { return size_; }
  std::size_t run_count() const noexcept { return runs_.size(); }
  std::size_t memory_bytes() const noexcept;

  // Events on which no other stands yet.
  const Version& frontier() const noexcept { return frontier_; }
  bool is_frontier(VersionView version) const noexcept;

  // Adds `count` events in a chain, the first one on `parents`. The caller has checked that
  // parents are a version of this graph, that no id is known yet and that limits hold.
  void add(EventId first, std::uint32_t count, VersionView parents);

  // The same on the whole frontier.
  void add_on_frontier(EventId first, std::uint32_t count);

  // The same when the writer made the last event, on which all others stand, and has no newer one;
  // else false, and nothing is added.
  bool add_to_last(std::uint32_t writer, std::uint32_t count) {
    if (critical_.empty() || critical_.back().end != size_) return false;
    const Run& run = runs_.back();
    if (run.writer != writer || by_writer_[writer].back() != runs_.size() - 1) return false;
    if (std::uint64_t{run.seq} + (size_ - run.place) + count > kSeqMax) return false;
    size_ += count;
    critical_.back().end = size_;
    frontier_[0] = size_ - 1;
    return true;
  }

  // Who made the event.
  EventId id_of(Place place) const noexcept;
  std::uint32_t writer_of(Place place) const noexcept { return runs_[find_run(place)].writer; }
  // kNoPlace: not known. `follow`: how many events from `id` on are known at places in a row.
  Place find(EventId id, std::uint32_t* follow = nullptr) const noexcept;
  // How many of `count` events from `first` on are known before one that is not; `last`: the place
  // of the last one of them, if there is one.
  std::uint32_t count_known(EventId first, std::uint32_t count, Place& last) const noexcept;
  // Whether any of `count` seqs from `first` on is known.
  bool knows_any(EventId first, std::uint32_t count) const noexcept;
  // One more than the greatest known seq of the writer.
  std::uint32_t next_seq(std::uint32_t writer) const noexcept;

  // The run that holds `place`, cut to begin there.
  struct Piece {
    PlaceSpan places{};
    EventId first{};
  };
  Piece piece(Place place) const noexcept;
  // What the event stands on; `one` is room for the answer.
  VersionView parents(Place place, Place& one) const noexcept;

  bool contains(VersionView version, Place place) const;
  // Whether no member is an ancestor of another, and they ascend.
  bool is_version(VersionView places) const;
  // Places that only one of two versions has, each list descending.
  void compare(VersionView a, VersionView b, std::vector<PlaceSpan>& only_a,
               std::vector<PlaceSpan>& only_b) const;

  // The last critical event at or before `at` (kNoPlace as an argument: of no event at all); the
  // answer kNoPlace: none, the base is the empty text.
  Place critical_before(Place at) const noexcept;

 private:
  struct Run {
    Place place;
    std::uint32_t writer;
    std::uint32_t seq;
    std::uint32_t parent;  // a place, kNoPlace for none, else kMany | index into lists_
  };
  static constexpr std::uint32_t kMany = std::uint32_t{1} << 31;

  enum class Side : std::uint8_t { a, b, both };
  // An event of which is known to which side it belongs, and not yet what stands below it.
  struct Open {
    Place place;
    Side side;
    bool operator<(const Open& other) const noexcept { return place < other.place; }
  };
  // The greatest place first, with the count of those that still may tell the sides apart.
  struct OpenEvents {
    std::vector<Open> heap;
    std::size_t apart = 0;
    void push(VersionView places, Side side);
    Open pop();
  };

  std::size_t find_run(Place place) const noexcept;
  Place run_end(std::size_t index) const noexcept {
    return index + 1 < runs_.size() ? runs_[index + 1].place : size_;
  }
  VersionView run_parents(const Run& run) const noexcept;
  std::uint32_t keep_parents(VersionView parents);
  void add_run(EventId first, VersionView parents);
  bool goes_on(EventId first) const noexcept;
  void move_frontier(VersionView parents, Place last);
  void update_critical(VersionView parents, bool whole, PlaceSpan added);

  std::vector<Run> runs_;
  std::vector<Place> lists_;                           // count, then so many places
  std::vector<std::vector<std::uint32_t>> by_writer_;  // run numbers, ascending by seq
  std::vector<PlaceSpan> critical_;
  Version frontier_;
  mutable OpenEvents open_;  // kept for its room
  Place size_ = 0;
};

}  // namespace gs::crdt
