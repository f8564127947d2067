#include "gs/core/merge/field_writes.h"

namespace gs::merge {

using record::RecordView;
using record::ValueView;

std::optional<ValueView> value_of_field(const RecordView& record, std::uint32_t field) {
  const record::Shape& shape = record.shape();
  if (shape.self_describing()) return record.field(shape.key_fields()).member(field);
  if (!record.present(field)) return std::nullopt;
  return record.field(field);
}

namespace {

// The latest hidden write of this kind of each field that has one. They ascend by field, then by
// stamp.
std::vector<std::pair<std::uint32_t, LocalStamp>> latest_of(const ImageView& image,
                                                            HiddenKind kind) {
  std::vector<std::pair<std::uint32_t, LocalStamp>> all;
  HiddenView hidden = image.first_hidden();
  for (std::uint32_t i = 0; i < image.hidden_count(); ++i, hidden = hidden.next()) {
    if (hidden.kind() != kind) continue;
    if (all.empty() || all.back().first != hidden.field()) all.emplace_back();
    const bool is_text = kind == HiddenKind::text;
    all.back() = {hidden.field(), is_text ? TextLog(hidden.content()).latest() : hidden.stamp()};
  }
  return all;
}

}  // namespace

void each_field_write(const Stored& stored, const std::function<void(const FieldWrite&)>& visit) {
  const RecordView record(stored.shape->get(), stored.record);
  const record::Shape& shape = record.shape();
  const StampException* exception = nullptr;
  const StampException* end = nullptr;
  bool is_base_covered = false;
  std::vector<std::pair<std::uint32_t, LocalStamp>> additions;
  std::vector<std::pair<std::uint32_t, LocalStamp>> changes;
  std::vector<std::pair<std::uint32_t, LocalStamp>> edits;
  if (stored.image != nullptr) {
    const ImageView image(stored.image);
    exception = image.exceptions();
    end = exception + image.exception_count();
    is_base_covered = (image.base_flags() & kCovered) != 0;
    additions = latest_of(image, HiddenKind::total);
    changes = latest_of(image, HiddenKind::elements);
    edits = latest_of(image, HiddenKind::text);
  }
  auto addition = additions.begin();
  auto change = changes.begin();
  auto edit = edits.begin();
  const auto first = static_cast<std::uint32_t>(shape.self_describing() ? 0 : shape.key_fields());
  for (std::uint32_t field = first; field < field_numbers_end(record); ++field) {
    FieldWrite one{
        name_of_field(record, field), {}, stored.base, Rule::latest, is_base_covered, {}};
    if (addition != additions.end() && addition->first == field) one.added = addition++->second;
    for (auto* const at : {&change, &edit}) {
      const auto end_of = at == &change ? changes.end() : edits.end();
      if (*at == end_of || (*at)->first != field) continue;
      const LocalStamp stamp = (*at)++->second;
      if (one.added.hlc < stamp.hlc) one.added = stamp;
    }
    while (exception != end && exception->field() < field) ++exception;
    if (exception != end && exception->field() == field) {
      one.stamp = exception->stamp();
      one.rule = static_cast<Rule>(exception->rule());
      one.is_covered = (exception->flags() & kCovered) != 0;
    }
    const auto value = value_of_field(record, field);
    if (!value) continue;
    one.value = *value;
    visit(one);
  }
}

}  // namespace gs::merge
