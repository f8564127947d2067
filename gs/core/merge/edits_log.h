// All operations on one text, list or tree of a record, as its image keeps them: who wrote which,
// what each stands on, and its edits. In the order in which they came here, so local, as numbers
// of writers are.
//
//   offset  size  field
//        0     4  writers W
//        4     4  heads H: operations on which no other stands
//        8     4  operations N
//       12     4  zero
//       16   24W  writers, in the order of their first operations: u32 number, u32 its last
//                 operation, u64 hlc of that, u64 hlc up to which removals of the record have seen
//                 what it wrote
//        .    4H  heads, ascending
//        .     .  operations: varint bytes of what follows, varint writer (an index), varint hlc
//                 less that of the operation before (folded, 64 bits), varint P, P varints: its
//                 number less that of one that it stands on, ascending; then its edits
//
// Pure. Bytes that break these rules are read as a log without operations: what an image holds was
// compared with a checksum, so they are not met.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "gs/core/merge/elements.h"
#include "gs/core/merge/image.h"

namespace gs::merge {

class EditsLog {
 public:
  struct Writer {
    std::uint32_t number = 0;
    std::uint32_t last = 0;  // its last operation
    std::uint64_t hlc = 0;   // of that
    std::uint64_t covered = 0;

    LocalStamp stamp() const noexcept { return {hlc, number}; }
    // Whether it wrote what no removal of the record has seen.
    bool is_open() const noexcept { return hlc > covered; }
  };
  struct Operation {
    std::uint32_t writer = 0;  // index
    LocalStamp stamp;
    std::vector<std::uint32_t> parents;  // operations, ascending
    Bytes edits;
  };

  EditsLog() = default;
  // Borrows the operations.
  explicit EditsLog(Bytes content);
  EditsLog(const EditsLog&) = delete;  // operations_ may lie in own_
  EditsLog& operator=(const EditsLog&) = delete;

  const std::vector<Writer>& writers() const noexcept { return writers_; }
  const std::vector<std::uint32_t>& heads() const noexcept { return heads_; }
  std::uint32_t size() const noexcept { return count_; }
  // As they lie one behind the other.
  Bytes operations() const noexcept { return operations_; }

  // Of all operations, one after the other.
  class Cursor {
   public:
    explicit Cursor(const EditsLog& log) noexcept
        : writers_(log.writers_), rest_(log.operations_), left_(log.count_) {}
    // False: no more.
    bool next(Operation& operation);
    // Bytes that are not read yet.
    std::size_t left() const noexcept { return rest_.size(); }

   private:
    friend class EditsLog;
    std::span<const Writer> writers_;
    Bytes rest_;
    std::uint32_t left_ = 0;
    std::uint32_t number_ = 0;
    std::uint64_t hlc_ = 0;
  };
  // The last operation with this stamp.
  std::optional<std::uint32_t> find(const LocalStamp& stamp) const;
  // Whether each operation stands on the one before, the first one on none.
  bool is_chain() const;
  // Of each head, in their order.
  std::vector<LocalStamp> head_stamps() const;
  // One with the greatest hlc. Of a log that has operations.
  LocalStamp latest() const noexcept {
    return latest([](const LocalStamp& a, const LocalStamp& b) { return a.hlc < b.hlc; });
  }
  // The greatest stamp: which of several with one hlc, numbers of writers do not tell.
  template <typename Less>
  LocalStamp latest(const Less& less) const {
    LocalStamp latest;
    for (const Writer& one : writers_) {
      if (latest.hlc == 0 || less(latest, one.stamp())) latest = one.stamp();
    }
    return latest;
  }

  // These keep what they add in memory of their own.
  // `parents`: ascending.
  void append(const LocalStamp& stamp, std::span<const std::uint32_t> parents, Bytes edits);
  // Leaves out the operations that `seen` has, and all that stand on one of them.
  void leave_out(SeenUpTo& seen);
  // Remembers what a removal has seen.
  void cover(SeenUpTo& seen);
  // In place of what is in `content`, which the log may have been read from.
  void write(Buffer& content) const;

 private:
  bool parse(Bytes content);

  std::vector<Writer> writers_;
  std::vector<std::uint32_t> heads_;
  std::uint32_t count_ = 0;
  Bytes operations_;
  Buffer own_;  // operations_, when some were added
};

// What an operation adds at most beside its edits and what it stands on: a head, a writer, and what
// is said of it ...
inline constexpr std::size_t kEditsLogBytes = 16 + 24 + 4 + 5 + 5 + 10 + 5;
// ... and for each that it stands on.
inline constexpr std::size_t kEditsParentBytes = 5;

// Whether somebody edited what no removal of the record has seen.
bool has_open_writer(Bytes content);

}  // namespace gs::merge
