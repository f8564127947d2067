// What was done to each element of a list, edit by edit, and what the list would show of it if some
// operations had never been.
//
// By the rules of lists (gs/core/crdt/list) what an undo brings back is another element, as one
// that was deleted cannot be named any more. Here it is a copy of the one that it brings back:
// what somebody does to a copy, is done to that.
//
// O(log n) for each edit that there ever was. Pure. Errors: damaged (a log that contradicts
// itself).
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "gs/core/crdt/text/versions.h"
#include "gs/core/merge/edited_value.h"
#include "gs/core/merge/taken_edits.h"
#include "gs/core/merge/taken_text.h"

namespace gs::merge {

class ListPast {
 public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};  // no slot; of operations: the value's

  // Borrows the field.
  static Result<ListPast> read(const TypedField& field, const WriterOrder& order);

  // Of the operations.
  const std::vector<LocalStamp>& stamps() const noexcept { return stamps_; }

  // Which element each is a copy of that `restoring` operations inserted: of one that an operation
  // of `deleting` deleted, that has the same value and was nearest. And which elements stay
  // although an operation of `undone` inserted them.
  void find_copies(const OperationSet& restoring, const OperationSet& deleting,
                   const OperationSet& undone);

  // Elements in the order in which the list shows them.
  std::vector<std::uint32_t> shown() const;
  std::uint32_t original_of(std::uint32_t element) const { return elements_[element].original; }
  // One of its copies, or itself, that the list shows; kNone: none.
  std::uint32_t shown_copy(std::uint32_t original) const;
  // Elements that are no copies, to which these operations did something.
  std::vector<std::uint32_t> touched_by(const OperationSet& operations) const;

  struct State {
    bool is_shown = false;
    std::uint32_t rank = 0;  // of where it stands, among all places that there ever were
    Bytes value;
    // Operations, or kNone.
    std::uint32_t inserted = kNone;
    std::uint32_t placed = kNone;
    std::uint32_t valued = kNone;
    std::uint32_t erased = kNone;
  };
  // Of an element that is no copy, without these operations.
  State state(std::uint32_t original, const OperationSet& omitted) const;

  // What operations did to an element and its copies beside inserting it.
  struct Uses {
    bool is_moved = false;
    bool is_set = false;
    bool is_erased = false;
    std::uint32_t last_change = kNone;  // the last move or set
  };
  Uses uses(std::uint32_t original, const OperationSet& operations, bool in) const;

 private:
  struct Slot {
    std::uint32_t element = kNone;
    std::uint32_t by = kNone;  // the operation that made it
    std::uint32_t from =
        kNone;  // a move's: the slot that it left; a copy's: that of what it copies
    std::uint32_t rank = 0;
    crdt::Place place = 0;
    std::vector<std::uint32_t> erased;  // by which operations; not by moves
  };
  struct Given {
    std::uint32_t by = kNone;
    crdt::Place place = 0;
    Bytes value;
  };
  struct Element {
    std::vector<std::uint32_t> slots;  // the first one: as it was inserted
    std::vector<Given> values;         // the same
    std::uint32_t original = kNone;
    std::vector<std::uint32_t> copies;  // itself among them
    bool stays = false;  // although it was undone, as others had done something to it
  };
  class Reader;

  bool is_later(std::uint32_t a, crdt::Place a_place, std::uint32_t b, crdt::Place b_place) const;
  bool is_shown(std::uint32_t element) const;
  std::uint32_t slot_that_counts(std::uint32_t element) const;
  std::uint32_t slot_without(std::uint32_t slot, const OperationSet& omitted) const;

  using DeletedSlots = std::map<std::string_view, std::map<std::uint32_t, std::uint32_t>>;
  DeletedSlots deleted_by(const OperationSet& deleting) const;
  void copy_all(std::uint32_t operation, std::vector<std::uint32_t> copies, DeletedSlots& deleted);
  void join(std::uint32_t copy, std::uint32_t slot);

  std::vector<LocalStamp> stamps_;
  std::vector<Digest> keys_;  // of their writers
  std::vector<Slot> slots_;
  std::vector<Element> elements_;
};

}  // namespace gs::merge
