// Whose write each field of a record shows. Pure; of a record as it is kept.
#pragma once

#include <functional>
#include <optional>

#include "gs/core/merge/merged_record.h"

namespace gs::merge {

struct FieldWrite {
  std::string_view field;
  record::ValueView value;
  LocalStamp stamp;
  Rule rule = Rule::latest;
  bool is_covered = false;  // seen by a removal of the record
  LocalStamp added;         // of the latest addition, change or edit; hlc 0: none
};

// Of the fields that are there, in their order, without the key.
void each_field_write(const Stored& stored, const std::function<void(const FieldWrite&)>& visit);

// Of a field as images count it; nothing for an absent one.
std::optional<record::ValueView> value_of_field(const record::RecordView& record,
                                                std::uint32_t field);

// Calls `visit(name, value)` for the fields of a write in their order, without the key; no value:
// it removes the field.
void each_field_of(
    const record::RecordView& record,
    const std::function<void(std::string_view, const std::optional<record::ValueView>&)>& visit);

// Of a field that shows an object: the objects that it is made of, the value and what writes have
// given since, with their stamps. As they are stored.
void each_object_write(const Stored& stored, std::string_view field,
                       const std::function<void(Bytes object, const LocalStamp& stamp)>& visit);

}  // namespace gs::merge
