// Marks as they hold on to characters, in the order in which they count.
#pragma once

#include <vector>

#include "gs/core/crdt/text/mark_spans.h"
#include "gs/core/merge/typed_behind.h"

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
  TypedBehind behind;                 // of the sides that are behind a character
};

// A text in which marks are looked for: that of now, or another one of the same characters.
class MarkedText {
 public:
  struct Range {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
  };
  virtual ~MarkedText() = default;
  // How many characters it has, and how many before a side.
  virtual std::uint32_t length() const = 0;
  virtual std::uint32_t position(const MarkSide& side) const = 0;
  // Where those of these that are in it are, as they come.
  virtual void find(std::span<const TypedBehind::Stretch> stretches,
                    std::vector<Range>& out) const = 0;
};

// Adds the stretches of the text that a mark covers.
void add_spans(const AnchoredMarks& anchored, const AnchoredMark& mark, const MarkedText& text,
               std::vector<crdt::MarkSpan>& out);

// Borrows the field. Errors: damaged.
Result<AnchoredMarks> anchor_marks(const TypedField& field, const WriterOrder& order);

}  // namespace gs::merge
