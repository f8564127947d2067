// Marks as they hold on to characters, in the order in which they count.
#pragma once

#include <vector>

#include "gs/core/merge/typed_operations.h"

namespace gs::merge {

// A side of a character; of none: the beginning of all, or the end.
struct MarkSide {
  crdt::Unit unit = crdt::kNoUnit;
  bool is_after = false;
};

struct AnchoredMark {
  MarkSide begin;
  MarkSide end;
  LocalStamp stamp;
  std::uint32_t number = 0;  // in the order of the log, in which one transaction's are in theirs
  crdt::TextMark said;
};

struct AnchoredMarks {
  std::unique_ptr<TypedOperations> operations;
  std::unique_ptr<OrderedText> text;  // null: there are no marks
  std::vector<AnchoredMark> marks;    // ascending by stamp: later ones count more
};

// Borrows the field. Errors: damaged.
Result<AnchoredMarks> anchor_marks(const TypedField& field, const WriterOrder& order);

}  // namespace gs::merge
