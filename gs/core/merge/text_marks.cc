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

std::uint32_t position_of(const OrderedText& text, const MarkSide& side, std::uint32_t of_none) {
  if (side.unit == crdt::kNoUnit) return of_none;
  bool is_there = false;
  const std::uint32_t position = text.position_of(side.unit, is_there);
  return position + (side.is_after && is_there ? 1 : 0);
}

void sort_by_stamp(std::vector<AnchoredMark>& marks, const WriterOrder& order) {
  std::sort(marks.begin(), marks.end(), [&](const AnchoredMark& a, const AnchoredMark& b) {
    if (a.stamp.hlc != b.stamp.hlc) return a.stamp.hlc < b.stamp.hlc;
    if (a.stamp.writer != b.stamp.writer) return order.before(a.stamp.writer, b.stamp.writer);
    return a.number < b.number;
  });
}

}  // namespace

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
  return made;
}

Result<TextMarks> marks_of(const TypedField& field, const WriterOrder& order) {
  TextMarks made;
  GS_TRY(const AnchoredMarks anchored, anchor_marks(field, order));
  if (anchored.text == nullptr) return made;
  const OrderedText& text = *anchored.text;
  std::vector<MarkSpan> spans;
  spans.reserve(anchored.marks.size());
  for (const AnchoredMark& one : anchored.marks) {
    spans.push_back({position_of(text, one.begin, 0),
                     position_of(text, one.end, anchored.text->text().length()), one.said.key,
                     one.said.value});
  }
  made.spans = crdt::cover_marks(spans, &made.work);
  made.work += anchored.text->tracker().tree().work();
  return made;
}

}  // namespace gs::merge
