// A record's bytes: the same in the log, on the wire, in RAM and in state runs.
//
// Read field by field at constant offsets that the shape gives; nothing is decoded. Canonical:
// one value, one encoding, so equal values have equal bytes and equal digests.
//
//   offset  size  field
//        0     4  size of the whole record, a multiple of 8, at most 16 MiB
//        4     4  zero
//        8    8W  W = ceil(F/32) words: low 32 bits "present", high 32 bits "null", in field order
//        .     .  fixed slots, in this order: all 16-byte fields (id), 8-byte (number, integer,
//                 date), 1-byte (boolean), each group in field order; padded with zeros to 4
//        .    4V  end offsets of the V variable fields, from the first byte of variable data; V
//                 counts string, bytes, big, array, object, set, blob, any, in field order
//        .     .  variable data without gaps, then zeros to the multiple of 8
//
// Absent field: both bits 0, slot zero or empty. Null: both bits 1, slot zero or empty. A field of
// type null has no slot. Negative zero is kept; NaN and infinities are invalid.
//
// Inside arrays, objects, sets and `any`, values are self-describing ("any value"):
//   u8 type, then: null nothing; boolean u8; number, integer, date 8 bytes; id 16; string and bytes
//   raw; big as in value.h (at most kBigBytesMax); blob 40; array and set u32 count, u32
//   ends[count], elements (each an any
//   value); object u32 count, u32 ends[2*count], then name, value, name, value ... in key order,
//   names unique. Nesting at most 128 deep. An array, object or set field's data omits the u8 type.
//   Ends count from the first byte after the table. Elements of a set ascend by their bytes. Depth
//   counts arrays, objects and sets; the record itself is the first level.
//   Null is told by the field's bits, so an `any` field never holds the type null itself.
//
// The object of a self-describing record may hold, only as a direct member, the u8 type 13 without
// content: that member is absent, as a field whose present bit is 0 (an update removes it).
// The key of a keyed record is present and not empty; the object of a self-describing one present.
//
// Pure. Views borrow the bytes and the shape. validate() must have accepted bytes from outside
// before a RecordView reads them; afterwards no read can leave the record.
// Errors: invalid (what and where), too_large.
#pragma once

#include "globalstorage/result.h"
#include "globalstorage/value.h"
#include "gs/core/record/shape.h"

namespace gs::record {

inline constexpr std::size_t kRecordBytesMax = std::size_t{16} << 20;  // of one write
// What concurrent writes may make of a record, all that is kept of it together. Nobody can refuse
// them one by one: each was within its limit.
inline constexpr std::size_t kMergedBytesMax = std::size_t{256} << 20;
inline constexpr std::size_t kRecordBytesMin = 8;  // its size, and nothing
inline constexpr std::size_t kNestingMax = 128;

class ShapeCache;

// Accepts exactly the canonical encodings. O(bytes).
Error validate(const Shape& shape, Bytes record);

// One value inside a record: a type and the bytes of its content (without the u8 type).
struct ValueView {
  Type type = Type::null;
  Bytes content;

  bool is_null() const noexcept { return type == Type::null; }
  // Each reads the content as that type; the caller has looked at `type`.
  bool boolean() const noexcept { return content[0] != 0; }
  double number() const noexcept;
  std::int64_t integer() const noexcept;  // also date
  Id id() const noexcept;
  std::string_view text() const noexcept;
  BlobRef blob() const noexcept;
  // array, set, object
  std::uint32_t count() const noexcept;
  ValueView element(std::uint32_t index) const noexcept;             // array and set
  std::string_view member_name(std::uint32_t index) const noexcept;  // object
  ValueView member(std::uint32_t index) const noexcept;              // object

  Value to_value() const;
};

class RecordView {
 public:
  RecordView() = default;
  RecordView(const Shape* shape, const std::uint8_t* bytes) noexcept
      : shape_(shape), bytes_(bytes) {}

  const Shape& shape() const noexcept { return *shape_; }
  Bytes bytes() const noexcept;
  const std::uint8_t* start() const noexcept { return bytes_; }
  std::size_t size() const noexcept;

  bool present(std::size_t field) const noexcept;
  bool is_null(std::size_t field) const noexcept;
  // The value of a present field; type null when it is null or absent.
  ValueView field(std::size_t field) const noexcept;
  // By name, also into self-describing records; nullopt when absent.
  std::optional<ValueView> find(std::string_view name) const noexcept;
  // The foreign key of a keyed record, else empty.
  std::string_view key() const noexcept;

  // All present fields in order, without the key.
  Object to_object() const;

 private:
  const Shape* shape_ = nullptr;
  const std::uint8_t* bytes_ = nullptr;
};

// Appends the canonical record of `values` (one per field of `shape`; monostate-like absent fields
// are given as nullptr) to `out`, 8-byte padded. Sets are sorted and made unique. An error leaves
// `out` as it was. Errors: invalid (type mismatch, not UTF-8, not finite), too_large.
Error encode(const Shape& shape, std::span<const Value* const> values, Buffer& out);
// Appends the any-value encoding of `value`, which stands on its own, is a field of a record, or an
// element of an array there, or a member of an object that is such an element.
inline constexpr std::size_t kFieldDepth = 2;
inline constexpr std::size_t kElementDepth = 3;
inline constexpr std::size_t kMemberDepth = 4;
Error encode_any(const Value& value, Buffer& out, std::size_t depth = 1);
// Accepts exactly these encodings. O(bytes).
Error validate_any(Bytes value, std::size_t depth = 1);

}  // namespace gs::record
