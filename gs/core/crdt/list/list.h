// One list of values that many edit at once, each in a copy of their own: elements are inserted,
// deleted, moved, and given another value.
//
//   List list;
//   const auto self = list.writer_number(key);
//   ListDraft draft = *list.begin(self, hlc);         // an operation begins,
//   list.insert(draft, 0, value);                     // whose edits are there at once
//   list.move(draft, 0, 3);
//   const Buffer edits = draft.edits();               // what others need, with first(), hlc() and
//   other.apply(edits, {first, hlc, parents});        // parents() by their numbers of writers
//
// Operations may come in any order in which each comes after those that it stands on, and more than
// once, whole or in parts; all replicas that have the same operations have the same list. What
// edits at the same time come to is in docs/FORMAT.md, section "List operation": of two moves of an
// element, and of two sets, the one with the greater stamp counts; a move keeps an element that
// somebody deletes who has not seen it; a set does not.
//
// Positions of calls count what is shown. Values are encoded any values (record.h), and are not
// looked into. In memory: all values ever given, the history (history.h), slots and elements in
// runs, and something more for each element that was ever moved or set.
//
// Not thread-safe, also for reading. Pure: no clock, no files. Errors leave everything as it was:
// invalid (bytes, positions or stamps that cannot be), not_found (an operation stands on one that
// is not here yet: keep it and try again), too_large (list_edits.h, types.h).
#pragma once

#include <span>

#include "gs/core/crdt/list/base_slots.h"
#include "gs/core/crdt/list/elements.h"
#include "gs/core/crdt/list/list_draft.h"
#include "gs/core/crdt/list/stamps.h"
#include "gs/core/crdt/list/value_column.h"
#include "gs/core/crdt/text/history.h"

namespace gs::crdt {

// What an operation is beside its edits. Writers have the numbers of the list's writer_number().
struct ListOrigin {
  EventId first{};  // its first event
  std::uint64_t hlc = 0;
  std::span<const EventId> parents{};  // in any order
};

class List {
 public:
  List() = default;
  explicit List(const TrackerLimits& limits) : history_(limits) {}

  // The local number of a writer, the same for the life of this object.
  std::uint32_t writer_number(const Writer& writer) { return history_.writer_number(writer); }

  // Edits of others.
  Error apply(Bytes edits, const ListOrigin& origin);

  // An operation on the list as it is. `hlc`: greater than all that the list has seen.
  Result<ListDraft> begin(std::uint32_t writer, std::uint64_t hlc) const;
  // Edits here and now, added to the operation, which must be the newest one of the list.
  Error insert(ListDraft& draft, std::uint32_t pos, Bytes value);
  Error erase(ListDraft& draft, std::uint32_t pos, std::uint32_t count);
  // `to`: position once the element is out.
  Error move(ListDraft& draft, std::uint32_t from, std::uint32_t to);
  Error set(ListDraft& draft, std::uint32_t pos, Bytes value);

  std::uint32_t length() const noexcept { return slots_.shown(); }
  // pos < length(). Valid until the next edit.
  Bytes value(std::uint32_t pos) const noexcept { return value_in(slots_.find_shown(pos).slot); }
  // Calls visit(Bytes) for all values in their order.
  template <typename Visit>
  void values(Visit visit) const {
    slots_.visit([&](std::uint32_t first, std::uint32_t count, bool, bool shown) {
      for (std::uint32_t i = 0; shown && i < count; ++i) visit(value_in(first + i));
    });
  }

  // The newest events, by which a version is named.
  std::vector<EventId> version() const;
  // The seq that the next event of this writer takes.
  std::uint32_t next_seq(std::uint32_t writer) const noexcept {
    return history_.graph().next_seq(writer);
  }

  const History& history() const noexcept { return history_; }
  const Slots& slots() const noexcept { return slots_; }
  std::size_t memory_bytes() const noexcept;

 private:
  // Of others.
  Error resolve(std::span<const EventId> parents);
  Error read_runs(const ListEditsView& edits, std::uint32_t skip, Bytes& values);
  void do_effects();
  void do_erase(const Effect& effect);
  void do_runs(Place place, std::uint32_t slot, Bytes values);
  // Of all.
  Error check_stamp(EventId first, std::uint64_t hlc, VersionView parents) const;
  Error check_room(std::uint64_t events, std::uint64_t value_bytes) const;
  bool counts_more(Place a, Place b) const;
  void take_move(std::uint32_t element, Place place, std::uint32_t slot);
  void take_set(std::uint32_t element, Place place, Bytes value);
  Bytes value_in(std::uint32_t slot) const noexcept {
    return values_.at(elements_.value_of(elements_.element_of(slot)));
  }
  // Which slot an event of apply() was about.
  std::uint32_t slot_about(const Targets& done, Place place);
  std::uint32_t base_slot(std::uint32_t pos);
  void forget_base() noexcept;
  // Of drafts.
  Error check_draft(const ListDraft& draft, std::uint64_t events, std::size_t runs,
                    std::size_t value_bytes) const;
  Error add_local(ListDraft& draft, const EditRun& run);

  History history_;
  Stamps stamps_;
  Slots slots_;
  Elements elements_;
  ValueColumn values_;
  Targets erased_;  // by whom each slot that is not alive was deleted first; units are slots
  // Of the tracker's base, when it was needed.
  std::optional<BaseSlots> base_;
  Place base_place_ = kNoPlace;
  // Kept for their room.
  Version parents_;
  std::vector<ListRun> list_runs_;
  std::vector<EditRun> runs_;
  std::vector<Effect> effects_;
  Targets touched_;  // units are slots
  Targets late_;     // units are those of the tracker
};

}  // namespace gs::crdt
