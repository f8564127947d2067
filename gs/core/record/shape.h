// A shape: collection and ordered, typed fields; the plan by which a record's bytes are read.
//
// Every distinct shape is written into the log once and named by the SHA-256 of its definition.
// Inside one change or one process it goes by a small number; that number is never hashed.
//
// Definition bytes (docs/FORMAT.md, "Shape"), little-endian, padded with zeros to 8:
//
//   offset  size  field
//        0     1  version = 1
//        1     1  flags: bit 0 self-describing (one field of type object named ""),
//                        bit 1 keyed (field 0 is the foreign key: type string, named "")
//        2     2  field count F, 0..1024
//        4     2  collection name bytes N, 0..255
//        6     2  zero
//        8    16  collection id: all zero when N = 0, else SHA-256("gs collection" | name)[0..16)
//       24     N  collection name, UTF-8
//        .     .  F times: u8 type, u8 zero, u16 name bytes (0..1024), name (UTF-8, unique)
//
// The key field is outside the namespace: names are unique among the others, one of which may be
// "".
// A keyed and self-describing shape has two fields: the key, then the object.
//
// Pure. A Shape is immutable after make(); share it by const pointer.
// Errors: invalid (definition), too_large (limits above), newer_format (version).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "globalstorage/result.h"
#include "globalstorage/value.h"

namespace gs::record {

inline constexpr std::size_t kForeignKeyBytesMax = 1024;
inline constexpr std::size_t kFieldsMax = 1024;
inline constexpr std::size_t kFieldNameBytesMax = 1024;
inline constexpr std::size_t kCollectionNameBytesMax = 255;

struct Field {
  std::string name;
  Type type = Type::null;
};

// Where a field lives inside a record of this shape; see record.h.
struct Place {
  Type type = Type::null;
  bool variable = false;
  std::uint32_t slot = 0;  // byte offset from the record's start, or ordinal of the variable field
};

using CollectionId = Id;
// All zero for no collection.
CollectionId collection_id(std::string_view name);
// Hash of a name inside this process; not stored, not for untrusted tables of unbounded size.
std::uint64_t name_hash(std::string_view name) noexcept;
// The id of the record that a foreign key names: UUIDv8 of SHA-256("gs key" | collection | key).
Id keyed_id(const CollectionId& collection, std::string_view key);
// The id that a text says; nullopt: it is a foreign key, as is a UUID of a version that no id has.
std::optional<Id> said_id(std::string_view text) noexcept;
// Whether a record can have this foreign key.
constexpr bool is_foreign_key(std::string_view key) noexcept {
  return !key.empty() && key.size() <= kForeignKeyBytesMax;
}

class Shape {
 public:
  enum Flags : std::uint8_t { kSelfDescribing = 1, kKeyed = 2 };

  static Result<std::shared_ptr<const Shape>> make(std::string_view collection,
                                                   std::vector<Field> fields,
                                                   std::uint8_t flags = 0);
  // Checks every rule above and that re-encoding gives the same bytes.
  static Result<std::shared_ptr<const Shape>> decode(Bytes definition);

  const Digest& digest() const noexcept { return digest_; }
  Bytes definition() const noexcept { return definition_; }
  const std::string& collection() const noexcept { return collection_; }
  const CollectionId& collection_id() const noexcept { return collection_id_; }
  bool keyed() const noexcept { return (flags_ & kKeyed) != 0; }
  // So many fields come before those of the record itself.
  std::size_t key_fields() const noexcept { return keyed() ? 1 : 0; }
  bool self_describing() const noexcept { return (flags_ & kSelfDescribing) != 0; }

  const std::vector<Field>& fields() const noexcept { return fields_; }
  std::size_t field_count() const noexcept { return fields_.size(); }
  const Place& place(std::size_t field) const noexcept { return places_[field]; }
  // Index of the field, or -1; never the key field. Hashed lookup.
  int find(std::string_view name) const noexcept;

  std::uint32_t words() const noexcept { return words_; }          // presence words, ceil(F / 32)
  std::uint32_t fixed_end() const noexcept { return fixed_end_; }  // where the end offsets begin
  std::uint32_t variable_count() const noexcept { return variable_count_; }
  std::uint32_t heap_begin() const noexcept { return heap_begin_; }  // where variable data begins

 private:
  Shape() = default;
  Error check_fields() const;
  void plan();
  Error index_names();
  void write_definition();

  std::string collection_;
  CollectionId collection_id_;
  std::uint8_t flags_ = 0;
  std::vector<Field> fields_;
  std::vector<Place> places_;
  std::vector<std::pair<std::uint64_t, std::uint16_t>> by_hash_;  // sorted (hash of name, index)
  std::uint32_t words_ = 0;
  std::uint32_t fixed_end_ = 0;
  std::uint32_t variable_count_ = 0;
  std::uint32_t heap_begin_ = 0;
  Buffer definition_;
  Digest digest_;
};

using ShapePtr = std::shared_ptr<const Shape>;

}  // namespace gs::record
