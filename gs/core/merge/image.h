// The bytes of a record that more than one write made: its image, in row tables and runs.
//
// A record whose every field one write gave needs none of this: its own bytes and one stamp say
// all. An image adds, for each other field, whose write it shows, and the writes that it does not
// show: concurrent ones that lost, and removals. Derived and local, as numbers of writers are
// (docs/FORMAT.md, "Run"); 8-byte aligned.
//
//   offset  size  field
//        0     4  exception count E
//        4     4  hidden count H
//        8     4  leading count in the low 24 bits; above, flags of the fields with the base stamp,
//                 bit 0 inverted in a record that describes itself
//       12     4  bytes of the hidden writes
//       16   16E  exceptions, ascending by field: u32 field and its flags, u32 writer number, u64
//                 hlc
//        .     .  the record
//        .     .  hidden writes
//
// Fields are counted as the record has them: with the key of a keyed one; of a record that
// describes itself its members. Leading ones, without the key, are those that the base write named,
// in its order; those behind them ascend by name. All ones: every field is leading.
//
//   hidden write, 32 bytes and its content, padded with zeros to 8; first the erasure, then values
//   ascend by field, then stamp, so do those of kind 6, so do totals, so do elements, so do
//   members, so do texts, so do lists, so do trees, then come removals by stamp, then places by
//   field. A field with totals and no value shows the stamp of the latest one, with rule 4; one
//   with elements and no value that of the latest of these, with rule 5; one with members with rule
//   11; one with a text, a list or a tree and no value that of the latest edit, with rule 8, 9 or
//   10. Elements and members that are all that there is of a field are only shown, not hidden:
//        0     1  kind: 1 value of a field, 2 removal of the record, 3 place of a leading field
//                 that was removed; all but kind, field and content of a place are zero. 4 the
//                 erasure that all writes of the record have seen. 5 the total that a writer has
//                 added to a field; 6 the value that is shown together with totals, elements or
//                 edits, without them; 7 elements of a field, an array or set of those that one
//                 write added and nobody removed since; 8 what was typed into a field, 9 how its
//                 list, 10 how its tree was edited (edits_log.h): the stamp is that of the
//                 value that it stands on, 0 for none; 11 members of an object that one write gave
//                 and nobody took since
//        1     1  type of the value, 0 for null and removals
//        2     1  type that the write's shape gives to the field
//        3     1  rule
//        4     4  field; all ones for a removal and an erasure; of a place its number among all
//                 leading fields
//        8     8  hlc
//       16     4  writer number
//       20     4  content bytes; the content of a place is the name
//       24     1  flags
//       25     7  zero
//
// Pure. What reads an image of a stranger has compared it with a checksum and walks it by check().
#pragma once

#include <cstdint>

#include "globalstorage/bytes.h"
#include "globalstorage/id.h"
#include "gs/base/endian.h"
#include "gs/core/id/hlc.h"
#include "gs/core/record/record.h"

namespace gs::merge {

// A stamp with the local number of its writer.
struct LocalStamp {
  id::Hlc hlc = 0;
  std::uint32_t writer = 0;
  friend bool operator==(const LocalStamp&, const LocalStamp&) = default;
};

// Of what a write leaves in a record.
enum LeafFlags : std::uint8_t {
  kLoose = 1,    // from a record that describes itself: so does what it is merged into
  kCovered = 2,  // seen by a removal of the record
};

struct StampException {
  std::uint32_t field_and_flags = 0;
  std::uint32_t writer = 0;
  std::uint64_t hlc = 0;

  static constexpr unsigned kFieldBits = 24;  // then 4 bits of rule and 4 of flags
  std::uint32_t field() const noexcept { return field_and_flags & ((1u << kFieldBits) - 1); }
  std::uint8_t rule() const noexcept {
    return static_cast<std::uint8_t>(field_and_flags >> kFieldBits & 0xf);
  }
  std::uint8_t flags() const noexcept {
    return static_cast<std::uint8_t>(field_and_flags >> (kFieldBits + 4));
  }
  LocalStamp stamp() const noexcept { return {hlc, writer}; }
  static StampException make(std::uint32_t field, std::uint8_t rule, std::uint8_t flags,
                             const LocalStamp& stamp) noexcept {
    return {field | std::uint32_t{rule} << kFieldBits | std::uint32_t{flags} << (kFieldBits + 4),
            stamp.writer, stamp.hlc};
  }
};
static_assert(sizeof(StampException) == 16);

// Of a whole image. Larger than one write may be: concurrent ones that each were within their limit
// have to find room together.
inline constexpr std::size_t kImageBytesMax = record::kMergedBytesMax;
inline constexpr std::size_t kImageHeadBytes = 16;
inline constexpr std::size_t kHiddenBytes = 32;
inline constexpr std::uint32_t kAllLeading = 0xffffff;
inline constexpr std::uint32_t kNoField = 0xffffffff;

enum class HiddenKind : std::uint8_t {
  value = 1,
  removal = 2,
  place = 3,
  erasure = 4,
  total = 5,
  summand = 6,
  elements = 7,
  text = 8,
  list = 9,
  tree = 10,
  members = 11,
  taken = 12
};
// Whether its content is a log of edits.
constexpr bool is_edits(HiddenKind kind) noexcept {
  return kind >= HiddenKind::text && kind <= HiddenKind::tree;
}

// One hidden write, in place.
struct HiddenView {
  const std::uint8_t* at = nullptr;
  HiddenKind kind() const noexcept { return static_cast<HiddenKind>(at[0]); }
  std::uint8_t type() const noexcept { return at[1]; }
  std::uint8_t declared() const noexcept { return at[2]; }
  std::uint8_t rule() const noexcept { return at[3]; }
  std::uint32_t field() const noexcept { return load_u32(at + 4); }
  LocalStamp stamp() const noexcept { return {load_u64(at + 8), load_u32(at + 16)}; }
  Bytes content() const noexcept { return {at + kHiddenBytes, load_u32(at + 20)}; }
  std::uint8_t flags() const noexcept { return at[24]; }
  HiddenView next() const noexcept {
    return {at + kHiddenBytes + align_up(std::size_t{load_u32(at + 20)}, std::size_t{8})};
  }
};

// An image in place.
class ImageView {
 public:
  explicit ImageView(const std::uint8_t* at) noexcept : at_(at) {}
  std::uint32_t exception_count() const noexcept { return load_u32(at_); }
  std::uint32_t hidden_count() const noexcept { return load_u32(at_ + 4); }
  std::uint32_t leading() const noexcept { return load_u32(at_ + 8) & kAllLeading; }
  std::uint8_t base_flags() const noexcept { return at_[11]; }
  std::size_t hidden_bytes() const noexcept { return load_u32(at_ + 12); }
  const StampException* exceptions() const noexcept {
    return reinterpret_cast<const StampException*>(at_ + kImageHeadBytes);
  }
  std::size_t record_offset() const noexcept {
    return kImageHeadBytes + std::size_t{exception_count()} * sizeof(StampException);
  }
  const std::uint8_t* record() const noexcept { return at_ + record_offset(); }
  HiddenView first_hidden() const noexcept { return {record() + load_u32(record())}; }
  // hlc 0: the record was never erased.
  LocalStamp erasure() const noexcept {
    if (hidden_count() == 0 || first_hidden().kind() != HiddenKind::erasure) return {};
    return first_hidden().stamp();
  }
  std::size_t size() const noexcept {
    return record_offset() + load_u32(record()) + hidden_bytes();
  }
  // Whether the hidden writes end where the head says: of bytes from elsewhere.
  bool hidden_fits() const noexcept;
  // The record and its base stamp say as much.
  bool is_plain() const noexcept { return load_u64(at_) == 0 && load_u32(at_ + 8) == kAllLeading; }

 private:
  const std::uint8_t* at_;
};

// Whether some write of the record was not seen by the removal that hides it.
bool has_unseen(const ImageView& image) noexcept;

}  // namespace gs::merge
