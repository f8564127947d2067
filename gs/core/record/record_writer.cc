#include "gs/core/record/record_writer.h"

#include "gs/base/check.h"

namespace gs::record {
namespace {

constexpr std::uint64_t kPresent = 1;
constexpr std::uint64_t kNull = std::uint64_t{1} << 32;

}  // namespace

RecordWriter::RecordWriter(const Shape& shape, Sink& out)
    : shape_(shape), out_(out), begin_(out.used()) {
  out_.append_zeros(std::max<std::size_t>(8, shape.heap_begin()));
}

void RecordWriter::set_bits(std::uint64_t bits) noexcept {
  std::uint8_t* word = out_.at(begin_ + 8 + 8 * (field_ / 32));
  store_u64(word, load_u64(word) | bits << (field_ % 32));
}

void RecordWriter::end_field() noexcept {
  const Place& place = shape_.place(field_++);
  if (!place.variable) return;
  const std::size_t end = out_.used() - begin_ - shape_.heap_begin();
  store_u32(out_.at(begin_ + shape_.fixed_end() + 4 * place.slot), static_cast<std::uint32_t>(end));
}

void RecordWriter::absent() { end_field(); }

void RecordWriter::null() {
  set_bits(kPresent | kNull);
  end_field();
}

void RecordWriter::appended() {
  set_bits(kPresent);
  end_field();
}

void RecordWriter::put(Bytes content) {
  const Place& place = shape_.place(field_);
  if (place.variable) {
    out_.append(content);
  } else if (!content.empty()) {
    std::memcpy(out_.at(begin_ + place.slot), content.data(), content.size());
  }
  appended();
}

void RecordWriter::put(const Part& part) {
  if (part.state == Part::absent) return absent();
  if (part.state == Part::null) return null();
  if (shape_.place(field_).type == Type::any) {
    out_.append_number(static_cast<std::uint8_t>(part.type));
  }
  put(part.content);
}

Error RecordWriter::finish(std::size_t bytes_max) {
  GS_CHECK(field_ == shape_.field_count());
  const std::size_t size = align_up(out_.used() - begin_, std::size_t{8});
  if (size > bytes_max) return too_large_record(size, bytes_max);
  out_.append_zeros(size - (out_.used() - begin_));
  store_u32(out_.at(begin_), static_cast<std::uint32_t>(size));
  const RecordView view(&shape_, out_.at(begin_));
  if (shape_.keyed() && view.key().empty()) {
    return {Code::invalid, "record: the key of a keyed record is missing or empty"};
  }
  const std::size_t object = shape_.keyed() ? 1 : 0;
  if (shape_.self_describing() && view.field(object).is_null()) {
    return {Code::invalid, "record: the object of a self-describing record is missing"};
  }
  return {};
}

Error write_record(const Shape& shape, std::span<const Part> parts, Sink& out,
                   std::size_t bytes_max) {
  GS_CHECK(parts.size() == shape.field_count());
  RecordWriter writer(shape, out);
  for (const Part& part : parts) {
    writer.put(part);
    // Bounds the memory that a merge of two large records takes before it is refused.
    const std::size_t written = out.used() - out.begin();
    if (written > bytes_max) return too_large_record(written, bytes_max);
  }
  return writer.finish(bytes_max);
}

}  // namespace gs::record
