// An operation on a list that is being made: its edits so far, and what others must know with them.
//
// List::begin makes one, and the edits of List add to it. Not thread-safe. Pure.
#pragma once

#include <vector>

#include "gs/core/crdt/list/list_edits.h"

namespace gs::crdt {

class ListDraft {
 public:
  EventId first() const noexcept { return first_; }
  std::uint64_t hlc() const noexcept { return hlc_; }
  // The newest events of the list when the operation began.
  const std::vector<EventId>& parents() const noexcept { return parents_; }
  bool empty() const noexcept { return events_ == 0; }
  // The bytes of its edits, when there are any.
  Buffer edits() const { return writer_.bytes(); }

 private:
  friend class List;
  ListDraft(EventId first, std::uint64_t hlc, std::vector<EventId> parents, Place end)
      : first_(first), hlc_(hlc), parents_(std::move(parents)), end_(end) {}

  EventId first_;
  std::uint64_t hlc_;
  std::vector<EventId> parents_;
  Place end_;  // how many events the list had after the last edit
  std::uint32_t events_ = 0;
  ListEditsWriter writer_;
};

}  // namespace gs::crdt
