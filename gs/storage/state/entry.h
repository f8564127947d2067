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

namespace gs::state {

struct Entry {
  enum class Kind : std::uint8_t {
    log = 0,        // position: log location of the record's bytes; no exceptions to the base stamp
    image = 1,      // position: in the table's arena or the run's image part, an Image
    tombstone = 2,  // deleted; position 0
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
};
static_assert(sizeof(Entry) == 40);

// A materialised record: what an update or merge made, with stamps of fields that differ from the
// base stamp, then the record's bytes. 8-byte aligned.
//        0     4  exception count E        4     4  zero
//        8   16E  per exception, ascending: u32 field, u32 writer number, u64 hlc
//        .     .  record
struct StampException {
  std::uint32_t field = 0;
  std::uint32_t writer = 0;
  std::uint64_t hlc = 0;
};
static_assert(sizeof(StampException) == 16);
inline constexpr std::size_t kImageHeadBytes = 8;

// What a lookup finds: the entry and, unless it is a tombstone, the record's bytes and exceptions.
struct Found {
  Entry entry;
  const std::uint8_t* record = nullptr;
  const StampException* exceptions = nullptr;
  std::uint32_t exception_count = 0;
  bool unlogged = false;  // in Version::unlogged
};

// The same by pointers, as long as its Version is held: what a walk meets. A copy of each entry
// would cost as much as the walk.
struct Met {
  const Entry* entry = nullptr;
  const std::uint8_t* record = nullptr;
  const std::uint8_t* image = nullptr;  // around the record, when it is in an image
  Found found() const noexcept;
};

}  // namespace gs::state
