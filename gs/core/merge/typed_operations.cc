#include "gs/core/merge/typed_operations.h"

#include <algorithm>

namespace gs::merge {

using crdt::EditRun;
using crdt::EventId;
using crdt::Place;

namespace {

Error broken_log() {
  return Error(Code::damaged, "the edits of a text contradict each other. Run gstore verify");
}

// The event of an operation that inserts its character `number`.
std::uint32_t event_inserting(const crdt::EditsView& edits, std::uint32_t number) {
  std::uint32_t events = 0;
  crdt::ChainReader reader(edits);
  for (EditRun run; reader.next(run);) {
    if (run.edit == crdt::Edit::insert) {
      if (number < run.count) return events + number;
      number -= run.count;
    }
    events += run.count;
  }
  return events;
}

// How many characters the first events of an operation insert.
std::uint32_t inserted_before(const crdt::EditsView& edits, std::uint32_t events) {
  std::uint32_t inserted = 0;
  crdt::ChainReader reader(edits);
  for (EditRun run; events != 0 && reader.next(run);) {
    const std::uint32_t part = std::min(events, run.count);
    if (run.edit == crdt::Edit::insert) inserted += part;
    events -= part;
  }
  return inserted;
}

}  // namespace

Result<TypedOperations> TypedOperations::read(Bytes log) {
  TypedOperations read;
  const EditsLog operations(log);
  EditsLog::Cursor cursor(operations);
  for (EditsLog::Operation one; cursor.next(one);) {
    auto edits = crdt::parse_edits(one.edits);
    if (!edits.ok()) return broken_log();
    const std::size_t number = read.all_.size();
    const bool is_next =
        number == 0 ? one.parents.empty() : one.parents.size() == 1 && one.parents[0] == number - 1;
    read.is_chain_ = read.is_chain_ && is_next;
    read.all_.push_back({one.stamp, one.parents, *edits});
  }
  if (read.all_.size() != operations.size()) return broken_log();
  return read;
}

std::uint32_t TypedOperations::number_by_stamp(const InsertedPoint& point) const {
  std::uint32_t number = point.number;
  for (std::uint32_t i = 0; i < point.operation; ++i) {
    if (all_[i].stamp == all_[point.operation].stamp) number += all_[i].edits.counts.inserted;
  }
  return number;
}

std::optional<InsertedPoint> TypedOperations::with_stamp(const LocalStamp& stamp,
                                                         std::uint32_t number) const {
  for (std::uint32_t i = 0; i < all_.size(); ++i) {
    if (all_[i].stamp != stamp) continue;
    const std::uint32_t inserted = all_[i].edits.counts.inserted;
    if (number < inserted) return InsertedPoint{i, number};
    number -= inserted;
  }
  return std::nullopt;
}

Result<OrderedText> OrderedText::make(const TypedField& field, const WriterOrder& order,
                                      const TypedOperations& operations, const VisitMark& visit) {
  OrderedText made;
  made.operations_ = &operations;
  made.typed_ = std::make_unique<TypedText>(field.value);
  const EditsLog log(field.edits);
  EditsLog::Cursor cursor(log);
  for (EditsLog::Operation one; cursor.next(one);) {
    const Error error =
        made.typed_->add(order.key(one.stamp.writer), one.stamp.hlc, one.parents, one.edits);
    if (error) return broken_log();
  }
  made.of_value_ = made.text().writer_number({});
  if (visit) made.visit_marks(visit);
  made.tracker_.apply(made.known(), made.text().history().graph().size(), nullptr);
  return made;
}

// Operations are in the order of their events, and each operation's are in a row. A mark is an
// event itself, so that what its writer saw is prepared behind it.
void OrderedText::visit_marks(const VisitMark& visit) {
  for (std::uint32_t i = 0; i < operations_->all().size(); ++i) {
    const crdt::EditsView& edits = operations_->all()[i].edits;
    if (edits.mark_count == 0) continue;
    Place end = places_of(i).begin;
    crdt::ChainReader reader(edits);
    crdt::TextMark mark;
    for (EditRun run; reader.next(run, &mark);) {
      end += run.count;
      if (run.edit != crdt::Edit::touch) continue;
      tracker_.apply(known(), end, nullptr);
      visit(i, mark, tracker_);
    }
  }
}

EventId OrderedText::first_of(std::uint32_t operation) const {
  const EventId& last = typed_->last(operation);
  return {last.writer, last.seq - (operations_->all()[operation].edits.events() - 1)};
}

crdt::PlaceSpan OrderedText::places_of(std::uint32_t operation) const {
  const Place first = known().graph.find(first_of(operation));
  return {first, first + operations_->all()[operation].edits.events()};
}

OrderedText::Point OrderedText::point_at(std::uint32_t position) const {
  const auto [at, offset] = tracker_.tree().find_present(position);
  const Place place = tracker_.tree().span(at).first + offset;
  const EventId id = typed_->text().history().graph().id_of(place);
  if (id.writer == of_value_) return {std::nullopt, id.seq};
  for (std::uint32_t i = 0; i < operations_->all().size(); ++i) {
    const crdt::EditsView& edits = operations_->all()[i].edits;
    const EventId first = first_of(i);
    if (first.writer != id.writer || id.seq < first.seq) continue;
    if (id.seq - first.seq >= edits.events()) continue;
    return {i, inserted_before(edits, id.seq - first.seq)};
  }
  return {};
}

crdt::Unit OrderedText::unit_of(const Point& point) const {
  const crdt::EventGraph& graph = typed_->text().history().graph();
  if (!point.operation) return graph.find({of_value_, point.number});
  const EventId first = first_of(*point.operation);
  const crdt::EditsView& edits = operations_->all()[*point.operation].edits;
  return graph.find({first.writer, first.seq + event_inserting(edits, point.number)});
}

std::uint32_t OrderedText::position_of(crdt::Unit unit, bool& is_there) const {
  const crdt::SpanTree& tree = tracker_.tree();
  const auto [at, offset] = tree.find_unit(unit);
  is_there = !tree.span(at).gone;
  return tree.present_before(at) + (is_there ? offset : 0);
}

}  // namespace gs::merge
