// Values inside a record, read in place.
#include "gs/base/endian.h"
#include "gs/core/record/record.h"

namespace gs::record {
namespace {

// The part of a container's content with this index, counting members' names and values singly.
Bytes part(Bytes content, std::uint32_t parts, std::uint32_t index) noexcept {
  const std::uint8_t* ends = content.data() + 4;
  const std::uint32_t begin = index == 0 ? 0 : load_u32(ends + 4 * (std::size_t{index} - 1));
  const std::uint32_t end = load_u32(ends + 4 * std::size_t{index});
  return content.subspan(4 + 4 * std::size_t{parts} + begin, end - begin);
}

ValueView tagged(Bytes bytes) noexcept { return {static_cast<Type>(bytes[0]), bytes.subspan(1)}; }

Big to_big(Bytes content) { return {content[0] != 0, Buffer(content.begin() + 1, content.end())}; }

Array to_array(const ValueView& view) {
  Array array;
  const std::uint32_t count = view.count();
  array.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) array.push_back(view.element(i).to_value());
  return array;
}

Object to_object(const ValueView& view) {
  Object object;
  const std::uint32_t count = view.count();
  object.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const ValueView value = view.member(i);
    if (value.type == Type::any) continue;  // absent, see record.h
    object.emplace_back(std::string(view.member_name(i)), value.to_value());
  }
  return object;
}

}  // namespace

double ValueView::number() const noexcept { return load<double>(content.data()); }

std::int64_t ValueView::integer() const noexcept { return load<std::int64_t>(content.data()); }

Id ValueView::id() const noexcept {
  Id id;
  std::memcpy(id.bytes.data(), content.data(), id.bytes.size());
  return id;
}

std::string_view ValueView::text() const noexcept { return as_text(content); }

BlobRef ValueView::blob() const noexcept {
  BlobRef blob;
  std::memcpy(blob.digest.bytes.data(), content.data(), blob.digest.bytes.size());
  blob.size = load_u64(content.data() + blob.digest.bytes.size());
  return blob;
}

std::uint32_t ValueView::count() const noexcept { return load_u32(content.data()); }

ValueView ValueView::element(std::uint32_t index) const noexcept {
  return index < count() ? tagged(part(content, count(), index)) : ValueView();
}

std::string_view ValueView::member_name(std::uint32_t index) const noexcept {
  return index < count() ? as_text(part(content, 2 * count(), 2 * index)) : std::string_view();
}

ValueView ValueView::member(std::uint32_t index) const noexcept {
  return index < count() ? tagged(part(content, 2 * count(), 2 * index + 1)) : ValueView();
}

Value ValueView::to_value() const {
  switch (type) {
    case Type::boolean:
      return Value(boolean());
    case Type::number:
      return Value(number());
    case Type::integer:
      return Value::integer(integer());
    case Type::date:
      return Value(Date{integer()});
    case Type::id:
      return Value(id());
    case Type::string:
      return Value(text());
    case Type::bytes:
      return Value(Buffer(content.begin(), content.end()));
    case Type::big:
      return Value(to_big(content));
    case Type::array:
      return Value(to_array(*this));
    case Type::object:
      return Value(to_object(*this));
    case Type::set:
      return Value(Set{to_array(*this)});
    case Type::blob:
      return Value(blob());
    case Type::null:
    case Type::any:
      break;
  }
  return {};
}

}  // namespace gs::record
