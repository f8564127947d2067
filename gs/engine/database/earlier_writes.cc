#include "gs/engine/database/earlier_writes.h"

#include <algorithm>

#include "gs/core/merge/field_writes.h"
#include "gs/core/record/json.h"
#include "gs/engine/catalog/lifter.h"

namespace gs::engine {

using record::RecordView;
using record::ValueView;
using rules::FieldRule;

namespace {

bool is_name_of(const FieldRule& field, std::string_view name) {
  return field.name == name ||
         std::find(field.was.begin(), field.was.end(), name) != field.was.end();
}

// Whether the record has the field under a name that is asked for before this one.
bool has_later_name(const FieldRule& field, std::string_view name, const RecordView& record) {
  if (record.find(field.name)) return true;
  const auto at = std::find(field.was.begin(), field.was.end(), name);
  return std::any_of(field.was.begin(), at,
                     [&](const std::string& later) { return record.find(later).has_value(); });
}

}  // namespace

EarlierWrites::EarlierWrites(const Catalog* catalog, const Current& current)
    : catalog_(catalog), current_(current) {
  if (catalog == nullptr || current.record == nullptr) return;
  const rules::Rules* const rules = catalog->find(current.shape->collection());
  if (rules != nullptr && rules->has_earlier()) rules_ = rules;
}

void EarlierWrites::each_by_hidden(std::string_view name, const ValueView& value,
                                   const Tell& tell) {
  for (const FieldRule& field : rules_->fields()) {
    if (field.name != name && is_name_of(field, name)) tell_one(field, name, value, tell);
  }
}

void EarlierWrites::each_by_shown(std::string_view name, const ValueView& value, const Tell& tell) {
  const RecordView record(current_.shape.get(), current_.record);
  for (const FieldRule& field : rules_->fields()) {
    const bool is_hidden =
        field.name != name && is_name_of(field, name) && has_later_name(field, name, record);
    if (is_hidden) tell_one(field, name, value, tell);
  }
}

void EarlierWrites::tell_one(const FieldRule& field, std::string_view name, const ValueView& value,
                             const Tell& tell) {
  std::string by_it = read_by(field, name, value);
  if (by_it.empty()) return;  // the conversion makes no value of it
  tell(field.name, std::move(by_it), read(field, current_.shape, current_.record));
}

std::string EarlierWrites::read_by(const FieldRule& field, std::string_view name,
                                   const ValueView& value) {
  std::vector<record::FieldView> fields = {{name, value}};
  merge::each_field_write({&current_.shape, current_.record, current_.image, current_.base},
                          [&](const merge::FieldWrite& one) {
                            if (!is_name_of(field, one.field))
                              fields.push_back({one.field, one.value});
                          });
  const auto made =
      encoder_.encode_views(current_.shape->collection(), fields, {}, record::kMergedBytesMax);
  if (!made.ok()) return {};
  return read(field, made->shape, made->bytes.data());
}

std::string EarlierWrites::read(const FieldRule& field, const record::ShapePtr& shape,
                                const std::uint8_t* record) const {
  const LiftedRecord lifted(catalog_, shape, record);
  const auto value = lifted.view().find(field.name);
  std::string text;
  if (value) record::append_json(*value, text);
  return text;
}

}  // namespace gs::engine
