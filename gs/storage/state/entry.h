// The current version of one record: where its bytes are and by which stamp they were written.
//
// The same 40 bytes in the row table and in sorted runs (docs/FORMAT.md, "Run").
//
//   offset  size  field
//        0    16  record id
//       16     8  place: kind in the top 2 bits, position in the low 62
//       24     8  hlc of the base stamp
//       32     4  shape number (of the storage, see tables.h); of a tombstone: the last shape
//       36     4  writer number of the base stamp
#pragma once

#include "globalstorage/id.h"
#include "gs/core/merge/image.h"

namespace gs::state {

struct Entry {
  enum class Kind : std::uint8_t {
    log = 0,        // position: log location of the record's bytes; no exceptions to the base stamp
    image = 1,      // position: in the table's arena or the run's image part, an image
    tombstone = 2,  // deleted; position: 0 for nothing, else that of the image of what was, and 8
    record = 3,     // position: in the run's image part, a record; no exceptions. Only in runs
  };

  Id id;
  std::uint64_t place = 0;
  std::uint64_t hlc = 0;
  std::uint32_t shape = 0;
  std::uint32_t writer = 0;

  static constexpr std::uint64_t kPositionMask = (std::uint64_t{1} << 62) - 1;
  Kind kind() const noexcept { return static_cast<Kind>(place >> 62); }
  std::uint64_t position() const noexcept { return place & kPositionMask; }
  static constexpr std::uint64_t make_place(Kind kind, std::uint64_t position) noexcept {
    return (static_cast<std::uint64_t>(kind) << 62) | position;
  }
  bool has_image() const noexcept {
    return kind() == Kind::image || (kind() == Kind::tombstone && position() != 0);
  }
  // Where it is; the entry has one.
  std::uint64_t image_position() const noexcept {
    return kind() == Kind::image ? position() : position() - kBehindNothing;
  }
  // The same entry with its image elsewhere.
  void move_image(std::uint64_t to) noexcept {
    place = make_place(kind(), kind() == Kind::image ? to : to + kBehindNothing);
  }

 private:
  static constexpr std::uint64_t kBehindNothing = 8;
};
static_assert(sizeof(Entry) == 40);

using merge::ImageView;
using merge::kImageHeadBytes;
using merge::StampException;

// What a lookup finds: the entry and, unless it is a tombstone, the record's bytes.
struct Found {
  Entry entry;
  const std::uint8_t* record = nullptr;
  const std::uint8_t* image = nullptr;  // around the record, or of what a tombstone has removed
  bool unlogged = false;                // in Version::unlogged
};

// The same by pointers, as long as its Version is held: what a walk meets. A copy of each entry
// would cost as much as the walk.
struct Met {
  const Entry* entry = nullptr;
  const std::uint8_t* record = nullptr;
  const std::uint8_t* image = nullptr;  // as in Found
  Found found() const noexcept;
};

}  // namespace gs::state
