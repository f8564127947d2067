#include "gs/core/merge/field_writes.h"

#include <map>

#include "gs/core/merge/edits_log.h"
#include "gs/core/record/content.h"

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

// The latest of what stands beside the value of each field, whatever it is.
class LatestBeside {
 public:
  void look(const ImageView& image) {
    HiddenView hidden = image.first_hidden();
    for (std::uint32_t i = 0; i < image.hidden_count(); ++i, hidden = hidden.next()) {
      const HiddenKind kind = hidden.kind();
      if (is_edits(kind)) {
        note(hidden, EditsLog(hidden.content()).latest());
      } else if (kind == HiddenKind::total || kind == HiddenKind::elements ||
                 kind == HiddenKind::members) {
        note(hidden, hidden.stamp());
      }
    }
  }
  // hlc 0: nothing.
  LocalStamp of(std::uint32_t field) const {
    const auto found = all_.find(field);
    return found == all_.end() ? LocalStamp{} : found->second.second;
  }

 private:
  // Those of one kind ascend by stamp.
  void note(const HiddenView& hidden, const LocalStamp& stamp) {
    auto& [kind, latest] = all_[hidden.field()];
    const bool is_of_same = kind == hidden.kind() && latest.hlc <= stamp.hlc;
    if (is_of_same || latest.hlc < stamp.hlc) latest = stamp;
    kind = hidden.kind();
  }

  std::map<std::uint32_t, std::pair<HiddenKind, LocalStamp>> all_;
};

}  // namespace

void each_field_write(const Stored& stored, const std::function<void(const FieldWrite&)>& visit) {
  const RecordView record(stored.shape->get(), stored.record);
  const record::Shape& shape = record.shape();
  const StampException* exception = nullptr;
  const StampException* end = nullptr;
  bool is_base_covered = false;
  LatestBeside beside;
  if (stored.image != nullptr) {
    const ImageView image(stored.image);
    exception = image.exceptions();
    end = exception + image.exception_count();
    is_base_covered = (image.base_flags() & kCovered) != 0;
    beside.look(image);
  }
  const auto first = static_cast<std::uint32_t>(shape.self_describing() ? 0 : shape.key_fields());
  for (std::uint32_t field = first; field < field_numbers_end(record); ++field) {
    FieldWrite one{name_of_field(record, field),
                   {},
                   stored.base,
                   Rule::latest,
                   is_base_covered,
                   beside.of(field)};
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

void each_field_of(
    const RecordView& record,
    const std::function<void(std::string_view, const std::optional<ValueView>&)>& visit) {
  const record::Shape& shape = record.shape();
  const auto first = static_cast<std::uint32_t>(shape.self_describing() ? 0 : shape.key_fields());
  for (std::uint32_t field = first; field < field_numbers_end(record); ++field) {
    std::optional<ValueView> value = value_of_field(record, field);
    if (value && value->type == record::kAbsentMember) value.reset();
    visit(name_of_field(record, field), value);
  }
}

void each_object_write(const Stored& stored, std::string_view field,
                       const std::function<void(Bytes object, const LocalStamp& stamp)>& visit) {
  const RecordView record(stored.shape->get(), stored.record);
  bool is_in_parts = false;
  const std::uint32_t end = field_numbers_end(record);
  if (stored.image != nullptr) {
    const ImageView image(stored.image);
    HiddenView hidden = image.first_hidden();
    for (std::uint32_t i = 0; i < image.hidden_count(); ++i, hidden = hidden.next()) {
      const HiddenKind kind = hidden.kind();
      const bool is_part =
          kind == HiddenKind::value || kind == HiddenKind::summand || kind == HiddenKind::members;
      if (!is_part || hidden.field() >= end || name_of_field(record, hidden.field()) != field ||
          static_cast<Type>(hidden.type()) != Type::object) {
        continue;
      }
      is_in_parts = is_in_parts || kind != HiddenKind::value;
      visit(hidden.content(), hidden.stamp());
    }
  }
  if (is_in_parts) return;
  each_field_write(stored, [&](const FieldWrite& one) {
    if (one.field == field && one.value.type == Type::object) visit(one.value.content, one.stamp);
  });
}

}  // namespace gs::merge
