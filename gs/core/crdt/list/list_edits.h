// The bytes of a list's edits: what an operation carries beside who made it and what it stands on.
//
// Numbers are varints (varint.h); docs/FORMAT.md, section "List operation":
//
//   H, heads      per run: (count - 1) * 5 + kind
//   Q, positions  per run, folded: pos minus the cursor; of a move also `to` minus pos
//   values        of all insertions and sets, each its length and an any value (record.h)
//
// Runs are as long as they can be, from the front; a move is a run of its own. So one list of edits
// has one encoding, and readers accept nothing else. Views borrow the bytes that they were parsed
// from. Pure. Errors: invalid, too_large.
#pragma once

#include "gs/core/crdt/text/edits.h"
#include "gs/core/crdt/text/varint.h"

namespace gs::crdt {

// Of one list: heads of runs have to fit 32 bits.
inline constexpr std::uint32_t kListEditsMax = std::uint32_t{1} << 29;

// By the numbers of the format.
enum class ListEdit : std::uint8_t {
  insert = 0,
  erase = 1,
  erase_back = 2,
  move = 3,  // count is 1
  set = 4
};

// Edits of one kind; what edit i does is in the format's table.
struct ListRun {
  ListEdit edit = ListEdit::insert;
  std::uint32_t pos = 0;
  std::uint32_t count = 0;
  std::uint32_t to = 0;  // of a move: position once the element is out

  // How many events of the history, each with a seq, it takes.
  std::uint32_t events() const noexcept { return edit == ListEdit::move ? 2 : count; }
  bool has_values() const noexcept { return edit == ListEdit::insert || edit == ListEdit::set; }
  friend bool operator==(const ListRun&, const ListRun&) = default;
};

// What a run that is no move is in the history.
EditRun history_run(const ListRun& run) noexcept;
// The part of a run that is no move behind its first `skip` < count edits.
ListRun run_from(const ListRun& run, std::uint32_t skip) noexcept;

// Appends edits, joining what belongs together.
class ListEditsWriter {
 public:
  void add(ListRun run);
  // The next value of an insertion or a set.
  void add_value(Bytes value) { append_block(values_, value); }
  // At most so many bytes have the edits so far.
  std::size_t bytes_max() const noexcept;
  // What one more run takes at most, without its values.
  static constexpr std::size_t kRunBytesMax = 3 * kVarintBytesMax;
  // The edits so far.
  Buffer bytes() const;

 private:
  static void write(const ListRun& run, std::uint32_t cursor, Buffer& heads, Buffer& positions);

  Buffer heads_;
  Buffer positions_;
  Buffer values_;
  ListRun last_{};
  std::uint32_t cursor_ = 0;  // before `last_`
};

// Reads columns; they must outlive it. next() false: the end, or bytes that break a rule above.
class ListEditsReader {
 public:
  ListEditsReader(Bytes heads, Bytes positions) noexcept : heads_(heads), positions_(positions) {}
  bool next(ListRun& run) noexcept;
  // After next() said false: whether the columns ended as they must.
  bool complete() const noexcept { return good_ && heads_.empty() && positions_.empty(); }

 private:
  bool take(ListRun& run) noexcept;

  Bytes heads_;
  Bytes positions_;
  ListRun last_{};
  std::uint32_t cursor_ = 0;
  bool good_ = true;
};

class ListEditsView {
 public:
  // Checks all that can be checked without the list; what is left is whether positions are in it.
  static Result<ListEditsView> parse(Bytes edits);

  std::uint32_t events() const noexcept { return events_; }
  ListEditsReader runs() const noexcept { return {heads_, positions_}; }
  // The values one behind the other, for take_block.
  Bytes values() const noexcept { return values_; }

 private:
  Error count_runs(std::uint64_t& values);

  Bytes heads_{};
  Bytes positions_{};
  Bytes values_{};
  std::uint32_t events_ = 0;
};

}  // namespace gs::crdt
