// Values to records.
#include "gs/base/check.h"
#include "gs/core/record/record_writer.h"

namespace gs::record {
namespace {

Error write_field(const Shape& shape, const Value& value, RecordWriter& writer, Sink& out) {
  const Field& field = shape.fields()[writer.field()];
  const Place& place = shape.place(writer.field());
  if (value.type() == Type::null) {
    writer.null();
    return {};
  }
  const bool record_object = shape.self_describing() && field.type == Type::object;
  if (field.type == Type::any) {
    GS_TRY_OK(write_any(value, 2, out).in("field \"" + field.name + "\""));
    writer.appended();
    return {};
  }
  if (field.type != value.type()) {
    return {Code::invalid, "field \"" + field.name + "\" is of type " + type_name(field.type) +
                               " and cannot hold a value of type " + type_name(value.type())};
  }
  const std::size_t start = out.used();
  if (Error error = write_content(value, record_object ? 1 : 2, out)) {
    return std::move(error).in("field \"" + field.name + "\"");
  }
  if (!place.variable) {
    std::uint8_t slot[16];
    const std::size_t size = out.used() - start;
    GS_CHECK(size <= sizeof slot);
    std::memcpy(slot, out.at(start), size);
    out.cut_to(start);
    writer.put(Bytes(slot, size));
    return {};
  }
  writer.appended();
  return {};
}

}  // namespace

Error write_values(const Shape& shape, std::span<const Value* const> values, Sink& out) {
  RecordWriter writer(shape, out);
  for (const Value* value : values) {
    if (value == nullptr) {
      writer.absent();
    } else {
      GS_TRY_OK(write_field(shape, *value, writer, out));
    }
    const std::size_t written = out.used() - out.begin();
    if (written > 2 * kRecordBytesMax) return too_large_record(written);
  }
  return writer.finish();
}

Error encode(const Shape& shape, std::span<const Value* const> values, Buffer& out) {
  GS_CHECK(values.size() == shape.field_count());
  Sink sink(out);
  Error error = write_values(shape, values, sink);
  if (error) sink.cut_to(sink.begin());
  sink.finish();
  return error;
}

Error encode_any(const Value& value, Buffer& out, std::size_t depth) {
  Sink sink(out);
  Error error = write_any(value, depth, sink);
  if (!error && sink.used() - sink.begin() > kRecordBytesMax) {
    error = too_large_record(sink.used() - sink.begin());
  }
  if (error) sink.cut_to(sink.begin());
  sink.finish();
  return error;
}

}  // namespace gs::record
