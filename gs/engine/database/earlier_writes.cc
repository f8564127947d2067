#include "gs/engine/database/earlier_writes.h"

#include <algorithm>
#include <map>

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

}  // namespace

EarlierWrites::EarlierWrites(const Catalog* catalog, const Current& current)
    : catalog_(catalog), current_(current) {
  if (catalog == nullptr || current.record == nullptr) return;
  const rules::Rules* const rules = catalog->find(current.shape->collection());
  if (rules != nullptr && rules->may_lift()) rules_ = rules;
}

void EarlierWrites::each_by_hidden(std::string_view name, const ValueView& value,
                                   const Tell& tell) {
  for (const FieldRule& field : rules_->fields()) {
    if (field.name != name && is_name_of(field, name)) tell_one(field, name, value, tell);
  }
}

std::string EarlierWrites::converted(std::string_view name, const ValueView& value) {
  const FieldRule* const field = rules_ == nullptr ? nullptr : rules_->find(name);
  if (field == nullptr || !field->convert) return {};
  return read_by(*field, name, value);
}

void EarlierWrites::each_by_shown(const merge::FieldWrite& write, const Tell& tell) {
  std::map<std::string_view, merge::LocalStamp> present;
  merge::each_field_write({&current_.shape, current_.record, current_.image, current_.base},
                          [&](const auto& one) { present.emplace(one.field, one.stamp); });
  for (const FieldRule& field : rules_->fields()) {
    if (field.name == write.field || !is_name_of(field, write.field)) continue;
    const auto own = present.find(field.name);
    if (own == present.end() || own->second == write.stamp) continue;
    const std::string shown = read(field, current_.shape, current_.record);
    const std::string value = read_by(field, write.field, write.value);
    if (!value.empty() && value != shown) tell(field.name, value, shown);
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
