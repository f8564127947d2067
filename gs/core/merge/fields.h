// What the files of this module share about the fields of a write, in its order.
#pragma once

#include "gs/core/merge/merged_record.h"

namespace gs::merge {

inline constexpr auto kAdded = static_cast<std::uint8_t>(Rule::added);
inline constexpr auto kIncluded = static_cast<std::uint8_t>(Rule::included);
inline constexpr auto kExcluded = static_cast<std::uint8_t>(Rule::excluded);
inline constexpr auto kChanged = static_cast<std::uint8_t>(Rule::changed);
inline constexpr auto kText = static_cast<std::uint8_t>(Rule::text);
inline constexpr auto kList = static_cast<std::uint8_t>(Rule::list);
inline constexpr auto kTree = static_cast<std::uint8_t>(Rule::tree);

inline constexpr auto kMembers = static_cast<std::uint8_t>(Rule::members);
inline constexpr auto kWhole = static_cast<std::uint8_t>(Rule::whole);

// Whether a write with it is no value, but stands beside values.
inline bool stands_beside(std::uint8_t rule) noexcept { return rule >= kAdded && rule != kWhole; }

inline bool changes_elements(std::uint8_t rule) noexcept {
  return rule >= kIncluded && rule <= kChanged;
}

// Of a text, a list or a tree, which are kept in a log of edits.
inline bool is_edits(std::uint8_t rule) noexcept { return rule >= kText && rule <= kTree; }

// The rule of such writes as an image has them.
constexpr Rule rule_of(HiddenKind kind) noexcept { return static_cast<Rule>(kind); }
// What a value has to be to be edited.
constexpr Type type_edited(std::uint8_t rule) noexcept {
  return rule == kText ? Type::string : Type::array;
}

inline record::Part part_of(const record::RecordView& record, std::size_t field) {
  if (!record.present(field)) return {};
  const record::ValueView value = record.field(field);
  if (value.is_null()) return {record::Part::null, Type::null, {}};
  return {record::Part::value, value.type, value.content};
}

inline record::Part part_of(const record::ValueView& member) {
  if (member.type == record::kAbsentMember) return {};
  if (member.is_null()) return {record::Part::null, Type::null, {}};
  return {record::Part::value, member.type, member.content};
}

// Calls `visit(name, declared type, part)` for all fields or members in order, without the key.
template <typename Visit>
void each_field(const record::RecordView& record, const Visit& visit) {
  const record::Shape& shape = record.shape();
  const std::size_t first = shape.key_fields();
  if (!shape.self_describing()) {
    for (std::size_t i = first; i < shape.field_count(); ++i) {
      visit(std::string_view(shape.fields()[i].name), shape.fields()[i].type, part_of(record, i));
    }
    return;
  }
  const record::ValueView object = record.field(first);
  const std::uint32_t count = object.count();
  for (std::uint32_t i = 0; i < count; ++i) {
    const record::ValueView member = object.member(i);
    visit(object.member_name(i), member.type == record::kAbsentMember ? Type::null : member.type,
          part_of(member));
  }
}

// The number of the first one, as merge::Seen counts them.
inline std::uint32_t first_field(const record::Shape& shape) noexcept {
  return shape.self_describing() ? 0 : static_cast<std::uint32_t>(shape.key_fields());
}

}  // namespace gs::merge
