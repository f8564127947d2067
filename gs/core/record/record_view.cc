// Fields of a record, read in place at the offsets of its shape.
#include "gs/base/endian.h"
#include "gs/core/record/record.h"

namespace gs::record {
namespace {

constexpr std::size_t kWordsOffset = 8;
constexpr std::size_t kSlotBytes[] = {0, 1, 8, 8, 8, 16};  // by type, up to id

std::uint64_t bits(const std::uint8_t* record, std::size_t field) noexcept {
  return load_u64(record + kWordsOffset + 8 * (field / 32)) >> (field % 32);
}

}  // namespace

std::size_t RecordView::size() const noexcept { return load_u32(bytes_); }

Bytes RecordView::bytes() const noexcept { return {bytes_, size()}; }

bool RecordView::present(std::size_t field) const noexcept {
  return field < shape_->field_count() && (bits(bytes_, field) & 1) != 0;
}

bool RecordView::is_null(std::size_t field) const noexcept {
  return field < shape_->field_count() && (bits(bytes_, field) >> 32 & 1) != 0;
}

ValueView RecordView::field(std::size_t field) const noexcept {
  constexpr std::uint64_t kBoth = std::uint64_t{1} << 32 | 1;
  if (field >= shape_->field_count() || (bits(bytes_, field) & kBoth) != 1) return {};
  const Place& place = shape_->place(field);
  if (!place.variable) {
    return {place.type, {bytes_ + place.slot, kSlotBytes[static_cast<std::size_t>(place.type)]}};
  }
  const std::uint8_t* ends = bytes_ + shape_->fixed_end();
  const std::uint32_t begin = place.slot == 0 ? 0 : load_u32(ends + 4 * (place.slot - 1));
  const std::uint32_t end = load_u32(ends + 4 * place.slot);
  const Bytes content{bytes_ + shape_->heap_begin() + begin, end - begin};
  if (place.type != Type::any) return {place.type, content};
  return {static_cast<Type>(content[0]), content.subspan(1)};
}

std::optional<ValueView> RecordView::find(std::string_view name) const noexcept {
  if (!shape_->self_describing()) {
    const int index = shape_->find(name);
    if (index < 0 || !present(static_cast<std::size_t>(index))) return std::nullopt;
    return field(static_cast<std::size_t>(index));
  }
  const ValueView object = field(shape_->key_fields());
  const std::uint32_t count = object.count();
  for (std::uint32_t i = 0; i < count; ++i) {
    if (object.member_name(i) != name) continue;
    const ValueView value = object.member(i);
    if (value.type == Type::any) return std::nullopt;  // absent, see record.h
    return value;
  }
  return std::nullopt;
}

std::string_view RecordView::key() const noexcept {
  return shape_->keyed() ? field(0).text() : std::string_view();
}

Object RecordView::to_object() const {
  const std::size_t first = shape_->key_fields();
  if (shape_->self_describing()) return *field(first).to_value().get<Object>();
  Object object;
  for (std::size_t i = first; i < shape_->field_count(); ++i) {
    if (present(i)) object.emplace_back(shape_->fields()[i].name, field(i).to_value());
  }
  return object;
}

}  // namespace gs::record
