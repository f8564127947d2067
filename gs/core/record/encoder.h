// Turns objects (Values or JSON text) into a shape and a canonical record, with a cache of shapes.
//
// The implicit shape of an object without schema is its key order and the types of its values. Past
// kImplicitShapesMax shapes in a collection, over kFieldsMax fields, or with a name over its limit,
// the record falls back to the collection's self-describing shape. Not thread-safe; one per thread
// or per transaction: the shapes are in a ShapeCache that many share, so an Encoder is cheap to
// make.
// Errors: invalid (JSON with line and column), too_large.
#pragma once

#include "gs/core/record/layout.h"
#include "gs/core/record/record.h"
#include "gs/core/record/shape_cache.h"

namespace gs::record {

// A view: counting users of the shape for every record would cost as much as reading a short one.
struct Encoded {
  const ShapePtr& shape;  // of the ShapeCache, which keeps it as long as it lives
  Bytes bytes;            // inside the Encoder, until the next call
};

// A field as it stands in another record, or, of an update, its removal.
struct FieldView {
  std::string_view name;
  std::optional<ValueView> value;  // nullopt: to be removed
};

class Encoder {
 public:
  Encoder();  // with a cache of its own
  explicit Encoder(std::shared_ptr<ShapeCache> cache);
  ~Encoder();
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;

  // `key`: the record's foreign key, or empty for none. `layout`: what the collection's schema
  // says, or null; it stays as long as the encoder.
  Result<Encoded> encode(std::string_view collection, const Object& object,
                         std::string_view key = {}, const Layout* layout = nullptr);
  // Strict JSON (RFC 8259) with an object at the top; see json.h for the extended forms.
  Result<Encoded> encode_json(std::string_view collection, std::string_view json,
                              std::string_view key = {}, const Layout* layout = nullptr);

  // An update: only the fields to write. A field whose value is {"$unset":true} (in an Object: an
  // object with just this member) is absent in the record, which means: remove it. Its type is
  // null. Of the layout only links count.
  Result<Encoded> encode_delta(std::string_view collection, const Object& object,
                               const Layout* layout = nullptr);
  Result<Encoded> encode_delta_json(std::string_view collection, std::string_view json,
                                    const Layout* layout = nullptr);

  // An object that stands in bytes already: the content of an any value of type object (record.h),
  // as programs in other languages make it. All of it is checked. In an update a member may be
  // absent, as in the object of a record that describes itself: it is removed.
  Result<Encoded> encode_object(std::string_view collection, Bytes object,
                                std::string_view key = {}, const Layout* layout = nullptr);
  Result<Encoded> encode_delta_object(std::string_view collection, Bytes object,
                                      const Layout* layout = nullptr);

  // The same where members of objects may be {"$unset":true} as well, at any depth: their type is
  // kAbsentMember. What is encoded is no valid record then.
  Result<Encoded> encode_patch_json(std::string_view json);

  // The record, or the update, of values that stand in other records: nothing is decoded. Names are
  // valid and unique; `key` as in encode(). `bytes_max`: more for what is only read.
  Result<Encoded> encode_views(std::string_view collection, std::span<const FieldView> views,
                               std::string_view key = {}, std::size_t bytes_max = kRecordBytesMax);

  // Keeps the record encoded last: the next one comes behind it instead of in its place. So a
  // transaction collects its records without copying them. Returns where in kept() it begins.
  std::size_t keep(const Encoded& last);
  // All that was kept, until the next call.
  Bytes kept() const noexcept;
  void forget() noexcept { forget_from(0); }
  // What was kept after the first `bytes` of kept().
  void forget_from(std::size_t bytes) noexcept;
  // What records have taken so far, kept or refused; forgetting them gives nothing back.
  std::size_t memory_bytes() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gs::record
