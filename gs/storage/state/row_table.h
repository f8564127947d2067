// The RAM tier: the newest versions of records, in order of arrival, found by id.
//
// Rows are appended and never changed; each version of a record links to the one before, so a
// reader at visible sequence S follows the links back to the newest row with sequence <= S and
// never waits for the writer. A hash table of row numbers finds the newest row of an id. Order by
// id exists only when somebody asks: order() sorts what arrived since the last time and merges
// geometrically, so a bulk load pays nothing for it.
//
// Memory: 56 bytes a row, 6 to 26 bytes of hash slots for an id, 4 to 8 bytes of order when it was
// asked for, and the images that updates made.
//
// Threads: one writer (put, arena, memory_ahead); any number of readers. put() publishes a row
// before the caller publishes its sequence. No allocation in lookups.
#pragma once

#include <memory>
#include <vector>

#include "gs/storage/state/entry.h"

namespace gs::state {

using Sequence = std::uint64_t;  // local number of a commit; visible when published by the engine

class RowTable {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;
  // A row number and 6 bits of hash share one 32-bit slot. 3.5 GiB of rows: whoever owns the table
  // freezes it long before; one more put() stops the program.
  static constexpr std::uint32_t kRowsMax = (std::uint32_t{1} << 26) - 1;
  // Rows lie in chunks of 262,144, exactly 7 large pages; memory is taken as it is touched. With a
  // 32-bit address space 4,096 rows. The address sanitizer marks all of a chunk as it is taken and
  // given back.
#if defined(GS_SANITIZE_ADDRESS)
  static constexpr std::uint32_t kChunkBits = 14;
#else
  static constexpr std::uint32_t kChunkBits = sizeof(void*) == 4 ? 12 : 18;
#endif
  // Images are kept in chunks of 1 MiB or of their own size; so many chunks a table can have.
  static constexpr std::uint32_t kArenaChunksMax = std::uint32_t{1} << 16;

  struct Row {
    Entry entry;
    Sequence sequence = 0;
    std::uint32_t previous = kNone;  // row of the version before, in this table
    std::uint32_t collection = 0;    // number of the collection
  };
  static_assert(sizeof(Row) == 56);

  // `rows_expected`: a hint for the first size of the hash table.
  explicit RowTable(std::size_t rows_expected = 1024);
  ~RowTable();

  // An empty table to go on with: expects as many ids as this one has, and takes memory that this
  // one and those before it leave.
  std::shared_ptr<RowTable> successor() const;
  // 0, of a successor one more: tells whether a table between two others is missing.
  std::uint64_t turn() const noexcept;
  // Gives back the memory that waits for a successor.
  void trim() noexcept;

  // Appends a version; links it to the current newest row of the same id. Returns that older row's
  // number or kNone.
  std::uint32_t put(const Entry& entry, Sequence sequence, std::uint32_t collection);
  // Memory for rows that come soon, for another thread to give to touch_pages(), which costs more
  // than to fill it. At most two large pages ahead and each page once; mostly nothing. Stays valid
  // as long as the table.
  struct Ahead {
    void* memory = nullptr;
    std::size_t bytes = 0;
  };
  Ahead memory_ahead() noexcept;
  // Touches the hash slot of `id` ahead of a put or find of it ...
  void prefetch(const Id& id) const noexcept;
  // ... and the row that the slot names.
  void prefetch_row(const Id& id) const noexcept;

  // Newest row of `id` with sequence <= `at`, or null. An old snapshot of a record that changed n
  // times since costs n steps.
  const Row* find(const Id& id, Sequence at) const noexcept;
  const Row& row(std::uint32_t number) const noexcept;
  std::uint32_t row_count() const noexcept;

  // Room for an image of `bytes` (8-byte aligned), kept as long as the table. The position goes
  // into Entry::place.
  struct Space {
    std::uint8_t* bytes;
    std::uint64_t position;
  };
  Space arena_allocate(std::size_t bytes);
  const std::uint8_t* arena_at(std::uint64_t position) const noexcept;

  std::size_t memory_bytes() const noexcept;  // rows, slots, order and arena

  // Row numbers sorted by (collection, id, newest first), covering at least all rows with a number
  // below row_count() at the call. Several sorted lists, to be merged by the reader (cursor.h).
  using SortedRows = std::shared_ptr<const std::vector<std::uint32_t>>;
  std::vector<SortedRows> order() const;

 private:
  struct Impl;
  explicit RowTable(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace gs::state
