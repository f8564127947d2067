#include "gs/core/merge/text_marks.h"

#include <algorithm>

#include "gs/core/merge/anchored_marks.h"

namespace gs::merge {

using crdt::MarkSpan;
using crdt::TextMark;
using crdt::Tracker;
using crdt::Unit;

namespace {

Unit unit_at(const Tracker& tracker, std::uint32_t position) {
  const auto [at, offset] = tracker.tree().find_prepared(position);
  return tracker.tree().span(at).first + offset;
}

// In the version that its writer saw, which is prepared.
AnchoredMark anchor(const TextMark& mark, const Tracker& tracker) {
  AnchoredMark made;
  made.said = mark;
  if (!mark.grows_at_begin) {
    made.begin = {unit_at(tracker, mark.from), false};
  } else if (mark.from != 0) {
    made.begin = {unit_at(tracker, mark.from - 1), true};
  }
  if (!mark.grows_at_end) {
    made.end = {unit_at(tracker, mark.to() - 1), true};
  } else if (mark.to() != tracker.prepared_growth()) {
    made.end = {unit_at(tracker, mark.to()), false};
  }
  return made;
}

class TextOfNow final : public MarkedText {
 public:
  explicit TextOfNow(OrderedText& text) : text_(text), length_(text.text().length()) {}
  std::uint32_t length() const override { return length_; }
  std::uint32_t position(const MarkSide& side) const override {
    bool is_there = false;
    const std::uint32_t position = text_.position_of(side.unit, is_there);
    return position + (side.is_after && is_there ? 1 : 0);
  }
  // What one piece of an edit inserted is in one span, once all edits are done.
  void find(std::span<const TypedBehind::Stretch> stretches,
            std::vector<Range>& out) const override {
    for (const TypedBehind::Stretch& one : stretches) {
      bool is_there = false;
      const std::uint32_t position = text_.position_of(one.first, is_there);
      if (is_there) out.push_back({position, position + one.count});
    }
  }

 private:
  const OrderedText& text_;
  std::uint32_t length_;
};

// Of characters that are deleted.
TypedBehind typed_behind(const OrderedText& text, const std::vector<AnchoredMark>& marks) {
  std::vector<Unit> deleted;
  const auto add = [&](const MarkSide& side) {
    if (!side.is_after || side.unit == crdt::kNoUnit) return;
    const crdt::SpanTree& tree = text.tracker().tree();
    if (tree.span(tree.find_unit(side.unit).at).gone) deleted.push_back(side.unit);
  };
  for (const AnchoredMark& one : marks) {
    add(one.begin);
    add(one.end);
  }
  return {text, deleted};
}

using Range = MarkedText::Range;

void sort_ranges(std::vector<Range>& ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const Range& a, const Range& b) { return a.from < b.from; });
}

void sort_by_stamp(std::vector<AnchoredMark>& marks, const WriterOrder& order) {
  std::sort(marks.begin(), marks.end(), [&](const AnchoredMark& a, const AnchoredMark& b) {
    if (a.stamp.hlc != b.stamp.hlc) return a.stamp.hlc < b.stamp.hlc;
    if (a.stamp.writer != b.stamp.writer) return order.before(a.stamp.writer, b.stamp.writer);
    return a.number < b.number;
  });
}

}  // namespace

// What is between both sides, with what was typed in the place of the beginning, and without what
// was in that of the end.
void add_spans(const AnchoredMarks& anchored, const AnchoredMark& mark, const MarkedText& text,
               std::vector<MarkSpan>& out) {
  const auto position = [&](const MarkSide& side, std::uint32_t of_none) {
    return side.unit == crdt::kNoUnit ? of_none : text.position(side);
  };
  const auto behind = [&](const MarkSide& side, std::vector<Range>& ranges) {
    if (side.is_after) text.find(anchored.behind.of(side.unit), ranges);
    sort_ranges(ranges);
  };
  std::vector<Range> covered;
  std::vector<Range> left_out;
  behind(mark.begin, covered);
  behind(mark.end, left_out);
  covered.push_back({position(mark.begin, 0), position(mark.end, text.length())});
  std::size_t next = 0;
  for (Range range : covered) {
    while (next < left_out.size() && left_out[next].to <= range.from) ++next;
    for (std::size_t i = next; i < left_out.size() && left_out[i].from < range.to; ++i) {
      out.push_back({range.from, left_out[i].from, mark.said.key, mark.said.value});
      range.from = left_out[i].to;
    }
    out.push_back({range.from, range.to, mark.said.key, mark.said.value});
  }
}

Result<AnchoredMarks> anchor_marks(const TypedField& field, const WriterOrder& order) {
  AnchoredMarks made;
  GS_TRY(TypedOperations operations, TypedOperations::read(field.edits));
  made.operations = std::make_unique<TypedOperations>(std::move(operations));
  const std::vector<TypedOperations::One>& all = made.operations->all();
  if (std::none_of(all.begin(), all.end(),
                   [](const TypedOperations::One& one) { return one.edits.mark_count != 0; })) {
    return made;
  }
  const auto note = [&](std::uint32_t operation, const TextMark& mark, const Tracker& tracker) {
    AnchoredMark& one = made.marks.emplace_back(anchor(mark, tracker));
    one.stamp = all[operation].stamp;
    one.number = static_cast<std::uint32_t>(made.marks.size());
  };
  GS_TRY(OrderedText text, OrderedText::make(field, order, *made.operations, note));
  made.text = std::make_unique<OrderedText>(std::move(text));
  sort_by_stamp(made.marks, order);
  made.behind = typed_behind(*made.text, made.marks);
  return made;
}

Result<TextMarks> marks_of(const TypedField& field, const WriterOrder& order) {
  TextMarks made;
  GS_TRY(const AnchoredMarks anchored, anchor_marks(field, order));
  if (anchored.text == nullptr) return made;
  std::vector<MarkSpan> spans;
  spans.reserve(anchored.marks.size());
  const TextOfNow text(*anchored.text);
  for (const AnchoredMark& one : anchored.marks) add_spans(anchored, one, text, spans);
  made.spans = crdt::cover_marks(spans, &made.work);
  made.work += anchored.text->tracker().tree().work() + anchored.behind.work();
  return made;
}

}  // namespace gs::merge
