// What the changes before tell about those that come: what both who writes columns and who reads
// them know, kept the same way by both (docs/FORMAT.md, "Changes in columns").
//
// Writers, shapes and records have numbers, in the order in which they came. Of a writer its last
// change is known, of a record the stamps that the next write of it will overwrite. Bounded: a
// block that begins with more than the limits below begins with nothing known; what one block can
// add is bounded by its size. Internal to gs/core/columns. Pure.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "gs/core/graph/operation.h"

namespace gs::columns {

using graph::Hlc;
using graph::Writer;

inline constexpr std::size_t kRecordsKeptMax = std::size_t{1} << 18;  // from one block to the next
inline constexpr std::size_t kNamesKeptMax = std::size_t{1} << 16;    // writers; shapes
// Stamps of fields are kept by three; when there are so many threes, or of one record, no more are
// noted.
inline constexpr std::size_t kThreesMax = std::size_t{1} << 19;
inline constexpr std::size_t kThreesOfRecordMax = 11;
inline constexpr std::uint32_t kNobody = 0xffffffff;  // in place of a number

// A stamp, its writer by number.
struct NumberedStamp {
  Hlc hlc = 0;
  std::uint32_t writer = kNobody;
  bool operator==(const NumberedStamp&) const = default;
};

struct NumberedException {
  NumberedStamp stamp;
  std::uint32_t field = 0;
  std::uint8_t rule = 0;
  bool operator==(const NumberedException&) const = default;
};

// A writer by number, or none, as a column has it.
constexpr std::uint64_t code_of_writer(std::uint32_t writer) noexcept {
  return writer == kNobody ? 0 : std::uint64_t{writer} + 1;
}

// An overwritten part, its writers by number.
struct Overwritten {
  NumberedStamp base;
  std::uint8_t removal_rule = 0;
  std::vector<NumberedException> exceptions;
  bool operator==(const Overwritten&) const = default;
};

struct PastWriter {
  Writer id;
  std::uint64_t next_sequence = 0;
  Hlc hlc = 0;    // of its last change
  Digest last{};  // that change
  std::uint64_t next_mint = 0;
  std::uint64_t minted_head = 0;  // of the minted entry before, in this block
  // In the change that is read now.
  std::uint64_t used_in = 0;
  std::uint32_t index = 0;
};

struct PastShape {
  Digest id;
  std::uint64_t used_in = 0;
  std::uint32_t index = 0;
};

struct PastRecord {
  Id id;
  std::uint64_t mint = graph::kNoMint;
  std::uint64_t used_in = 0;
  std::uint32_t index = 0;
};

class Past {
 public:
  explicit Past(const Digest& storage) : storage_(storage) {}

  void forget();
  // Forgets when there is too much. True: it did.
  bool begin_block();

  const Digest& storage() const noexcept { return storage_; }
  std::vector<PastWriter>& writers() noexcept { return writers_; }
  std::vector<PastShape>& shapes() noexcept { return shapes_; }
  std::vector<PastRecord>& records() noexcept { return records_; }
  void add_record(const PastRecord& record, const NumberedStamp& base);

  const Digest& last_change() const noexcept { return last_change_; }
  const graph::BranchId& branch() const noexcept { return branch_; }
  // Before a record is used, and again shortly before: so that it is near when it is needed. They
  // read it and do not ask for it only: such asking is left undone where a page is not known.
  void fetch_record(std::size_t record) const noexcept {
    if (record < stamps_.size()) touch(stamps_[record].base);
  }
  void fetch_stamps(std::size_t record) const noexcept {
    if (record >= stamps_.size() || stamps_[record].threes == kNobody) return;
    touch(threes_[stamps_[record].threes].hlc[0]);
  }
  // After a change: what follows from its header.
  void add_change(std::uint32_t writer, Bytes header);

  // What an operation on `record` will say that it overwrites.
  void foresee(std::uint8_t kind, std::uint32_t record, std::uint32_t shape, Bytes body,
               Overwritten& out) const;
  // What it wrote. `stamp`: its own; `overwritten`: none for an insert.
  void note(std::uint8_t kind, std::uint32_t record, std::uint32_t shape, Bytes body,
            const NumberedStamp& stamp, const Overwritten* overwritten);

 private:
  // What is looked at in each operation, apart from the rest: memory that is not near costs the
  // most here.
  struct Stamps {
    Hlc base = 0;
    std::uint32_t base_writer = kNobody;
    std::uint32_t threes = kNobody;  // the first ones
  };
  // In one line of the cache.
  struct alignas(64) ThreeStamps {
    std::array<Hlc, 3> hlc{};
    std::array<std::uint32_t, 3> writer{};
    std::array<std::uint32_t, 3> field{};  // see field_key()
    std::array<std::uint8_t, 3> rule{};
    std::uint8_t count = 0;
    std::uint32_t next = kNobody;
  };
  // Memory that grows without moving: what moves is copied, page by page.
  class Threes {
   public:
    std::size_t size() const noexcept { return size_; }
    ThreeStamps& operator[](std::size_t at) noexcept { return (*parts_[at / kPart])[at % kPart]; }
    const ThreeStamps& operator[](std::size_t at) const noexcept {
      return (*parts_[at / kPart])[at % kPart];
    }
    ThreeStamps& add();
    void clear() noexcept {
      parts_.clear();
      size_ = 0;
    }

   private:
    static constexpr std::size_t kPart = 1024;
    std::vector<std::unique_ptr<std::array<ThreeStamps, kPart>>> parts_;
    std::size_t size_ = 0;
  };

  static void touch(const Hlc& number) noexcept {
    static_cast<void>(*static_cast<const volatile Hlc*>(&number));
  }
  void note_field(Stamps& record, std::uint32_t field, std::uint8_t rule,
                  const NumberedStamp& stamp);
  ThreeStamps* room_for_stamp(Stamps& record, std::uint32_t last, std::size_t count);

  Digest storage_;
  Digest last_change_{};
  graph::BranchId branch_{};
  std::vector<PastWriter> writers_;
  std::vector<PastShape> shapes_;
  std::vector<PastRecord> records_;
  std::vector<Stamps> stamps_;  // of each record
  Threes threes_;
};

}  // namespace gs::columns
