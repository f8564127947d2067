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

void each_field_write(const Stored& stored, const std::function<void(const FieldWrite&)>& visit) {
  const RecordView record(stored.shape->get(), stored.record);
  const record::Shape& shape = record.shape();
  const StampException* exception = nullptr;
  const StampException* end = nullptr;
  bool is_base_covered = false;
  if (stored.image != nullptr) {
    const ImageView image(stored.image);
    exception = image.exceptions();
    end = exception + image.exception_count();
    is_base_covered = (image.base_flags() & kCovered) != 0;
  }
  const auto first = static_cast<std::uint32_t>(shape.self_describing() ? 0 : shape.key_fields());
  for (std::uint32_t field = first; field < field_numbers_end(record); ++field) {
    FieldWrite one{name_of_field(record, field), {}, stored.base, Rule::latest, is_base_covered};
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
