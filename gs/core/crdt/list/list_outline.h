// Which slots a list has, and nothing of its history: enough for a writer to say where edits are.
//
// Positions of calls count what is shown; those of the edits that come of it count slots that are
// not deleted, as others read them (list_edits.h).
//
//   ListOutline outline(list);             // or of so many elements that were never moved
//   outline.insert(0, value);
//   outline.move(0, 3);
//   const Buffer edits = outline.edits();
//
// Not thread-safe. Pure. Values are encoded any values and are not kept but in the edits. Errors
// are invalid (no such position, no value) and too_large (list_edits.h); those of a call leave
// everything as it was, those of add() what was done before.
#pragma once

#include "gs/core/crdt/list/list.h"

namespace gs::crdt {

class ListOutline {
 public:
  explicit ListOutline(std::uint32_t length);
  explicit ListOutline(const List& list);

  std::uint32_t length() const noexcept { return slots_.shown(); }
  bool empty() const noexcept { return events_ == 0; }
  // The edits by now, when there are any.
  Buffer edits() const { return writer_.bytes(); }

  Error insert(std::uint32_t pos, Bytes value);
  Error erase(std::uint32_t pos, std::uint32_t count);
  // `to`: position once the element is out.
  Error move(std::uint32_t from, std::uint32_t to);
  Error set(std::uint32_t pos, Bytes value);
  // Edits whose positions count what is shown, one after the other.
  Error add(const ListEditsView& edits);

 private:
  Error check_room(std::uint64_t events, std::size_t runs, std::size_t value_bytes) const;
  Error add_run(const ListRun& run, Bytes& values);

  Slots slots_;
  std::uint32_t next_slot_ = 0;
  std::uint32_t events_ = 0;
  ListEditsWriter writer_;
};

}  // namespace gs::crdt
