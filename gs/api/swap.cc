// Storage::swap(): writes when the record has what was expected.
//
// It looks, then writes on condition that nobody wrote since; the condition stands in the log. Who
// loses that race looks again: other fields may have changed.

#include "globalstorage/storage.h"
#include "gs/api/staging.h"
#include "gs/core/record/json.h"
#include "gs/core/record/object_ends.h"
#include "gs/engine/catalog/lifter.h"
#include "gs/engine/database/database.h"

namespace gs {

namespace {

// The fields of a record's text, also where a value of it would be a form, like {"$int":"5"}.
// The encoder is its own, because what somebody expects must not count as a shape of the storage.
Result<Buffer> expected_fields(std::string_view json) {
  record::Encoder encoder;
  GS_TRY(const record::Encoded encoded, encoder.encode_json({}, json));
  const record::RecordView fields(encoded.shape.get(), encoded.bytes.data());
  Buffer any;
  GS_TRY_OK(record::encode_any(Value(fields.to_object()), any));
  any.erase(any.begin());  // its type
  return any;
}

// `expected`: an any value.
bool is_same(const record::ValueView& field, Bytes expected) noexcept {
  return expected[0] == static_cast<std::uint8_t>(field.type) &&
         equal(expected.subspan(1), field.content);
}

// Whether the field has what a write of the value under the rules makes of it.
Result<bool> is_written(const record::ValueView& field, std::string_view name, Bytes expected,
                        const rules::Rules& rules) {
  const record::ValueView given{static_cast<Type>(expected[0]), expected.subspan(1)};
  const Object laid = rules.layout().applied({{std::string(name), given.to_value()}}, false);
  Buffer encoded;
  GS_TRY_OK(record::encode_any(laid.front().second, encoded));
  return is_same(field, encoded);
}

// True when every expected field has exactly that value, or what a write of it under the rules
// (null: there are none) would leave; one that is to be absent is not there.
Result<bool> matches(const record::RecordView& record, Bytes expected, const rules::Rules* rules) {
  GS_TRY(record::ObjectEnds ends, record::ObjectEnds::of(expected));
  bool are_same = true;
  for (std::uint32_t i = 0; i < ends.count(); ++i) {
    GS_TRY(const Bytes name, ends.next());
    GS_TRY(const Bytes value, ends.next());
    const auto field = record.find(as_text(name));
    if (record::is_absent(value)) {
      are_same = are_same && !field;
      continue;
    }
    GS_TRY_OK(record::validate_any(value, record::kFieldDepth));
    bool is_it = field && is_same(*field, value);
    if (field && !is_it && are_same && rules != nullptr) {
      GS_TRY(is_it, is_written(*field, as_text(name), value, *rules));
    }
    are_same = are_same && is_it;
  }
  GS_TRY_OK(ends.finish());
  return are_same;
}

// Errors: not_found, invalid (bytes that are no object).
Result<bool> has_now(engine::Database& db, const Id& id, Bytes expected, Digest& version) {
  const engine::Moment now = db.moment();
  engine::Found found;
  GS_TRY_OK(db.find_now(now, id, found));
  const record::ShapePtr& shape = db.tables().shape(found.entry.shape).shape;
  const engine::LiftedRecord record(now.catalog.get(), shape, found.record);
  const rules::Rules* const rules =
      now.catalog == nullptr ? nullptr : now.catalog->find(shape->collection());
  GS_TRY(const bool same, matches(record.view(), expected, rules));
  if (same) version = engine::version_digest(found, db.tables());
  return same;
}

template <typename Changes>
Result<bool> swap_fields(Storage& storage, engine::Database& db, const Id& id, Bytes expected,
                         const Changes& changes) {
  for (int i = 0; i < api::kTriesMax; ++i) {
    Digest version;
    auto same = has_now(db, id, expected, version);
    if (!same.ok()) return std::move(same).error();
    if (!*same) return false;
    Transaction tx = storage.begin();
    GS_TRY_OK(tx.expect(id, version));
    GS_TRY_OK(tx.update(id, changes));
    auto committed = tx.commit();
    if (committed.ok()) return true;
    if (committed.code() != Code::conflict) return std::move(committed).error();
  }
  return Error(Code::conflict, "record " + id.text() + " changed " +
                                   std::to_string(api::kTriesMax) +
                                   " times while it was compared. Try again");
}

}  // namespace

Result<bool> Storage::swap(const Id& id, std::string_view expected, std::string_view changes) {
  auto fields = expected_fields(expected);
  if (!fields.ok()) return std::move(fields).error().in("the expected fields");
  return swap_fields(*this, *database(), id, *fields, changes);
}

Result<bool> Storage::swap(const Id& id, ObjectBytes expected, ObjectBytes changes) {
  return swap_fields(*this, *database(), id, expected.content, changes);
}

}  // namespace gs
