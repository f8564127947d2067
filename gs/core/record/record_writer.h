// Writes one record, field by field in order, straight into a Sink.
//
// Call absent(), null(), put() or, after appending the content to the sink, appended(), once per
// field in order; then finish(). Internal to this module. Errors of finish(): invalid (a keyed or
// self-describing record without key or object), too_large.
#pragma once

#include "gs/core/record/content.h"

namespace gs::record {

class RecordWriter {
 public:
  RecordWriter(const Shape& shape, Sink& out);

  void absent();
  void null();
  // The content of the field; with the u8 type before it when the field is of type any.
  void put(Bytes content);
  void put(const Part& part);
  // The content of a variable field has been appended to the sink.
  void appended();
  // The next field.
  std::size_t field() const noexcept { return field_; }
  Error finish(std::size_t bytes_max = kRecordBytesMax);

 private:
  void set_bits(std::uint64_t bits) noexcept;
  void end_field() noexcept;

  const Shape& shape_;
  Sink& out_;
  const std::size_t begin_;
  std::size_t field_ = 0;
};

// The record of `parts`, one per field.
Error write_record(const Shape& shape, std::span<const Part> parts, Sink& out,
                   std::size_t bytes_max = kRecordBytesMax);
// The record of `values`, one per field, null pointers for absent fields.
Error write_values(const Shape& shape, std::span<const Value* const> values, Sink& out);

}  // namespace gs::record
