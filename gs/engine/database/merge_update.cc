// What an update makes of a record: fields and stamps.

#include <algorithm>

#include "gs/base/endian.h"
#include "gs/engine/database/apply.h"

namespace gs::engine {

using state::StampException;

namespace {

// The exceptions after `changed` fields of the result were written with `stamp`, ascending.
std::vector<StampException> stamps_after(const Current& current, const record::Shape& result,
                                         const std::vector<std::uint16_t>& changed,
                                         const LocalStamp& stamp) {
  std::vector<StampException> after;
  after.reserve(current.exception_count + changed.size());
  // Fields keep their places, but when they become members of one: then that one is changed, and
  // their own stamps have no field any more.
  if (current.shape->self_describing() == result.self_describing()) {
    after.assign(current.exceptions, current.exceptions + current.exception_count);
  }
  for (const std::uint16_t field : changed) {
    const auto at =
        std::lower_bound(after.begin(), after.end(), field,
                         [](const StampException& e, std::uint16_t f) { return e.field < f; });
    const StampException written{field, stamp.writer, stamp.hlc};
    if (at != after.end() && at->field == field) {
      *at = written;
    } else {
      after.insert(at, written);
    }
  }
  return after;
}

// True when every field carries `stamp`: then it is the record's base stamp.
bool covers_all(const std::vector<StampException>& exceptions, std::size_t fields,
                const LocalStamp& stamp) {
  if (exceptions.size() != fields) return false;
  for (const StampException& exception : exceptions) {
    if (exception.hlc != stamp.hlc || exception.writer != stamp.writer) return false;
  }
  return true;
}

}  // namespace

Current current_of(const Found& found, const state::Tables& tables) {
  return {tables.shape(found.entry.shape).shape,
          found.record,
          {found.entry.hlc, found.entry.writer},
          found.exceptions,
          found.exception_count};
}

Current Merged::as_current() const noexcept {
  // The image is a vector's memory, aligned for any type; exceptions begin at a multiple of 8.
  const auto* exceptions =
      reinterpret_cast<const StampException*>(image.data() + state::kImageHeadBytes);
  return {shape, image.data() + record_at, base, exceptions, exception_count};
}

Error merge_update(const Current& current, const record::RecordView& delta, const LocalStamp& stamp,
                   Merged& out, record::ShapeCache* shapes) {
  const record::RecordView base(current.shape.get(), current.record);
  std::vector<std::uint16_t> changed;
  Buffer record;
  GS_TRY(out.shape, record::merge(base, current.shape, delta, record, &changed, shapes));

  std::vector<StampException> exceptions = stamps_after(current, *out.shape, changed, stamp);
  out.base = current.base;
  if (covers_all(exceptions, out.shape->field_count(), stamp)) {
    out.base = stamp;
    exceptions.clear();
  }
  out.exception_count = static_cast<std::uint32_t>(exceptions.size());
  out.record_at = state::kImageHeadBytes + exceptions.size() * sizeof(StampException);
  out.image.resize(out.record_at + record.size());
  store_u32(out.image.data(), out.exception_count);
  store_u32(out.image.data() + 4, 0);
  if (!exceptions.empty()) {
    std::memcpy(out.image.data() + state::kImageHeadBytes, exceptions.data(),
                exceptions.size() * sizeof(StampException));
  }
  std::memcpy(out.image.data() + out.record_at, record.data(), record.size());
  return {};
}

}  // namespace gs::engine
